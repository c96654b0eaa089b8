"""Every setting of cloudtag in one frozen struct, read from the environment and an optional TOML file.

A field is set by the first of: its environment variable, the TOML file that `CLOUDTAG_CONFIG` names, its default.
The variable is `CLOUDTAG_` and the field's name in capitals; the addresses also have short names, `KAFKA` and
`CLICKHOUSE`. A variable that begins with `CLOUDTAG_`, or a key of the file, that is no setting is an error: it would
set nothing. A secret is only read from its variable (`SECRETS`) or from the file that `…_FILE` names, never from TOML.
"""

import os
import tomllib
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal, Self

import msgspec
from msgspec import Meta

from cloudtag.contract.streams import READS
from cloudtag.http_settings import HttpSettings
from cloudtag.known_settings import PREFIX, unknown_key, unknown_variable

Positive = Annotated[int, Meta(ge=1)]
"""A whole number from 1 on."""
NotNegative = Annotated[int, Meta(ge=0)]
"""A whole number from 0 on."""
Seconds = Annotated[float, Meta(gt=0)]
"""A duration in seconds, more than 0."""
LiveMoment = Annotated[datetime, Meta(tz=True)]
"""A moment with its zone, as 2026-03-01T00:00:00Z."""

SHORT_NAMES = {"brokers": "KAFKA", "clickhouse_url": "CLICKHOUSE"}
SECRETS = {
    "kafka_password": "KAFKA_PASSWORD",
    "clickhouse_password": "CLICKHOUSE_PASSWORD",
    "schema_registry_password": "SCHEMA_REGISTRY_PASSWORD",
    "metrics_token": "CLOUDTAG_METRICS_TOKEN",
    "hash_secret": "CLOUDTAG_HASH_SECRET",
}
ADDRESSES = {
    "brokers": "CLOUDTAG_KAFKA_USER and KAFKA_PASSWORD",
    "clickhouse_url": "CLOUDTAG_CLICKHOUSE_USER and CLICKHOUSE_PASSWORD",
    "schema_registry_url": "CLOUDTAG_SCHEMA_REGISTRY_USER and SCHEMA_REGISTRY_PASSWORD",
}
"""Settings that are shown, in errors and in lists of processes, and what holds users and passwords instead."""
CONFIG_FILE = "CLOUDTAG_CONFIG"
LISTS = ("desk_names",)
"""Settings of several values, separated by commas in a variable."""
_EPOCH, _MS = datetime(1970, 1, 1, tzinfo=UTC), timedelta(milliseconds=1)


class ConfigError(ValueError):
    """A setting is wrong; the text says which one and why, in one line."""


class Secret:
    """A value that never shows in a repr, a log or an error."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        """The value itself, for the one place that hands it to a client."""
        return self._value

    def reveal_bytes(self) -> bytes:
        """The value as it was given, also where it is no text."""
        return self._value.encode("utf-8", "surrogateescape")

    def __repr__(self) -> str:
        return "Secret(***)"

    __str__ = __repr__

    def __bool__(self) -> bool:
        return bool(self._value)


class Config(HttpSettings, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What an operator may choose. Durations carry their unit in the name."""

    app_id: str = "cloudtag"
    """The consumer group, and the first part of every changelog's name."""
    brokers: str = "127.0.0.1:9092"
    """`host:port`, several separated by commas."""
    topic_prefix: str = ""
    """Put before every topic name, so that several installations may share a cluster."""
    partitions: Positive = 8
    """Of every topic: one count for all, so that a key has the same partition everywhere."""
    replication: Positive = 1

    kafka_security: Literal["PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"] = "PLAINTEXT"
    kafka_mechanism: Literal["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"] = "SCRAM-SHA-512"
    kafka_user: str | None = None
    kafka_ca_file: Path | None = None
    kafka_cert_file: Path | None = None
    kafka_key_file: Path | None = None

    clickhouse_url: str | None = None
    """`http://host:8123/database` or `https://…`; none means no warehouse."""
    clickhouse_user: str = "default"
    clickhouse_ca_file: Path | None = None
    """Who signed the certificate of an `https://` warehouse, where that is nobody whom this machine trusts anyway."""
    clickhouse_cert_file: Path | None = None
    """This client's own certificate, with its key in the same file unless `clickhouse_key_file` has it."""
    clickhouse_key_file: Path | None = None
    schema_registry_url: str | None = None
    """With it, records are framed with the registry's schema ids; without, with the schema's fingerprint."""
    schema_registry_user: str | None = None
    """For basic authentication at the registry, with `SCHEMA_REGISTRY_PASSWORD`."""

    policies_dir: Path | None = None
    """Policy packs in place of those that come with cloudtag; workers of one group must agree."""
    processors: ClassVar[tuple[str, ...]] = tuple(READS)
    """No setting: every worker runs them all."""
    store: Literal["memory", "rocksdb"] = "memory"
    data_dir: Path = Path(".cloudtag")
    """One directory per worker; with `rocksdb` it is a cache of the changelog and may be deleted at any time."""
    start_empty: bool = False
    """A partition that was judged before and whose changelog is empty is taken for a fresh one, instead of ending the
    process: what was known is forgotten. For one start; set it back afterwards."""
    clock: Literal["live", "data"] = "live"
    """`live`: an idle partition follows the wall clock. `data`: only records move time (replays, demos)."""
    lateness_seconds: NotNegative = 3600
    """How far event time may be out of order before an event counts as late."""
    live_since: LiveMoment | None = None
    """When the installation went live, in event time: what was decided before is published as `historical`. None names
    no such moment. Workers of one group must agree; set it before history is loaded, and leave it."""
    skew_seconds: NotNegative = 21_600
    """How far in event time a partition may run ahead of another one that has records (after a pause, on history)."""
    future_seconds: Positive = 86_400
    """How far `occurred_at` may lie after the broker's time before the event is a dead letter."""
    idle_watermark_seconds: Seconds = 30.0
    """After how long without records a live partition is sent a watermark record."""

    batch_records: Positive = 2000
    """The most records judged in one step of a task."""
    unpacked_batch_bytes: Annotated[int, Meta(ge=17 << 20)] = 32 << 20
    """The most that a compressed batch may unpack to; of a larger one nothing is read. What cloudtag writes may need
    17 MiB. Memory for a few of them is needed per partition."""
    compression: Literal["none", "gzip", "snappy", "lz4", "zstd"] = "zstd"
    """How changelogs and internal records are packed, which only workers read. It may be changed at any time."""
    cache_bytes: Annotated[int, Meta(ge=1 << 20)] = 256 << 20
    """What decoded keyed states may take of memory; those least in use are read back. With `memory` as the store all
    rows are in memory besides. Of a sink: what remembered keyed hashes may take."""
    store_bytes: Annotated[int, Meta(ge=8 << 20)] = 64 << 20
    """What RocksDB may take: blocks and indexes that were read, and rows that are not on the disk yet."""
    buffer_bytes: Annotated[int, Meta(ge=8 << 20)] = 256 << 20
    """What records may take that are read and not judged (worker) or stored (sink) yet."""
    dead_letter_bytes_per_hour: Annotated[int, Meta(ge=1 << 10)] = 64 << 20
    """What the dead letters of one partition of a topic may take. While it is used up nothing more is read of that
    partition, with an alarm; it refills with time."""
    concurrency: Positive = 16
    """How many tasks of a processor may wait for the broker at a time."""
    session_timeout_seconds: Seconds = 30.0
    rebalance_timeout_seconds: Seconds = 60.0
    commit_seconds: Seconds = 1.0
    stall_seconds: Seconds = 120.0
    """Records are pending and nothing moves for so long: the watchdog ends the process."""
    recovery_stall_seconds: Seconds = 120.0
    """A changelog is not read to its end and gives nothing for so long: the process ends."""
    metrics_host: str = "127.0.0.1"
    metrics_port: Annotated[int, Meta(ge=0, le=65_535)] | None = None
    """Where `/metrics`, `/healthz` and `/readyz` are served; 0 takes a free port, none serves nothing. Beyond loopback
    `/metrics` wants `CLOUDTAG_METRICS_TOKEN` as a bearer token."""

    tokens_file: Path | None = None
    """Who may use the HTTP interface and the desk: a TOML or JSON file of tokens' digests. None makes a token for one
    run, and only on loopback."""
    decide_host: str = "127.0.0.1"
    decide_port: Annotated[int, Meta(ge=0, le=65_535)] = 8090
    """Where `cloudtag decide` is asked; 0 takes a free port. It speaks HTTP: beyond this machine, put TLS before it."""
    decide_requests_per_second: Positive = 1000
    """Of each token; more are refused."""
    decide_remembered: Positive = 50_000
    """Decisions that are known by their request id, and told of when they no longer hold; the oldest go first."""
    decide_judge_seconds: Seconds = 0.5
    """How long an answer with `"judge": true` waits for the engine; then it says that the engine could not be asked."""
    view_bytes: Annotated[int, Meta(ge=1 << 20)] = 2 << 30
    """What may stand in the memory of `cloudtag decide`. Where more does, it answers as one that is cut off."""
    view_file: Path | None = None
    """Where an instance of `cloudtag decide` keeps what stands: what has stood for longer than the topics keep is known
    after a restart. Without it the topics alone are read."""
    webhooks_file: Path | None = None
    """Who is sent alerts, and decisions that no longer hold: a TOML file of addresses with files of their secrets."""

    desk_host: str = "127.0.0.1"
    """Where `cloudtag desk` is reached. Beyond loopback it needs `tokens_file` or `oidc_file`, and TLS before it."""
    desk_port: Annotated[int, Meta(ge=0, le=65_535)] = 8765
    """0 takes a free port."""
    desk_names: tuple[str, ...] = ()
    """Names under which people reach the desk, as desk.example.com: a request under another name is refused."""
    desk_is_behind_tls: bool = False
    """Whether people reach the desk over TLS alone, which a proxy ends: its cookies travel over nothing else."""
    oidc_file: Path | None = None
    """Who signs people in at the desk with OpenID Connect, and what its claims mean: a TOML file."""
    desk_zone: str = "UTC"
    """The time zone in which the desk tells times, as Asia/Shanghai."""
    desk_session_hours: Seconds = 12.0
    """After so many hours a session at the desk is over."""

    kafka_password: Secret = Secret("")
    clickhouse_password: Secret = Secret("")
    schema_registry_password: Secret = Secret("")
    metrics_token: Secret = Secret("")
    hash_secret: Secret = Secret("")
    """Of the keyed hashes in the warehouse: at least 16 bytes, and the same for the whole life of a warehouse."""

    @classmethod
    def read(cls, environ: Mapping[str, str] | None = None, **overrides: Any) -> Self:
        """The settings of this process; ``overrides`` win over everything. Raises ``ConfigError``."""
        environ = os.environ if environ is None else environ
        if problem := unknown_variable(environ, _variables()):
            raise ConfigError(problem)
        values = _from_file(environ.get(CONFIG_FILE))
        secrets = {field: _secret(environ, variable) for field, variable in SECRETS.items()}
        for field in cls.__struct_fields__:
            if field in SECRETS:
                continue
            text = environ.get(PREFIX + field.upper()) or environ.get(SHORT_NAMES.get(field, ""))
            if text:
                values[field] = text.split(",") if field in LISTS else text
        try:
            known = msgspec.convert(values, cls, strict=False, dec_hook=_as_path)
            config = msgspec.structs.replace(known, **(secrets | overrides))
        except (msgspec.ValidationError, TypeError) as error:
            raise ConfigError(f"bad setting: {error}") from None
        _check(config)
        return config

    @property
    def live_since_ms(self) -> int | None:
        """When the installation went live, in milliseconds since the epoch."""
        return None if self.live_since is None else (self.live_since - _EPOCH) // _MS

    def topic(self, stream: str) -> str:
        """The topic a stream travels on."""
        return self.topic_prefix + stream

    def changelog(self, processor: str) -> str:
        """The topic that holds a processor's rows, format 2."""
        return f"{self.topic_prefix}{self.app_id}-{processor}-state-2"

    def first_changelog(self, processor: str) -> str:
        """The topic that holds a processor's rows in format 1: read once, to migrate them."""
        return f"{self.topic_prefix}{self.app_id}-{processor}-changelog"

    def bootstrap(self) -> list[str]:
        """The brokers' addresses, one each."""
        return [address.strip() for address in self.brokers.split(",") if address.strip()]


def _check(config: Config) -> None:
    """Raises ``ConfigError`` for an address that may hold a secret, without repeating it, and for what cannot be."""
    if config.http_target_bytes > config.http_head_bytes:
        raise ConfigError("CLOUDTAG_HTTP_TARGET_BYTES: the address is a part of the head (CLOUDTAG_HTTP_HEAD_BYTES)")
    for field, instead in ADDRESSES.items():
        if any(char in (getattr(config, field) or "") for char in "@?#"):
            name = SHORT_NAMES.get(field, PREFIX + field.upper())
            raise ConfigError(f"{name} is an address alone: {instead} (or its …_FILE) hold user and password")


def _variables() -> Iterator[str]:
    """The variable of every setting, by all its names."""
    yield from (PREFIX + field.upper() for field in Config.__struct_fields__ if field not in SECRETS)
    yield from SHORT_NAMES.values()
    for variable in SECRETS.values():
        yield from (variable, variable + "_FILE")


def _as_path(kind: type, value: Any) -> Any:
    if kind is Path:
        return Path(value)
    raise NotImplementedError(kind)


def _from_file(path: str | None) -> dict[str, Any]:
    if not path:
        return {}
    try:
        values = tomllib.loads(Path(path).read_text())
    except (OSError, tomllib.TOMLDecodeError) as error:
        raise ConfigError(f"cannot read {path}: {error}") from None
    if secret := sorted(SECRETS.keys() & values.keys()):
        raise ConfigError(f"{path} must not hold {secret[0]}: use {SECRETS[secret[0]]} or {SECRETS[secret[0]]}_FILE")
    if problem := unknown_key(values, Config.__struct_fields__):
        raise ConfigError(f"{path}: {problem}")
    return values


def _secret(environ: Mapping[str, str], variable: str) -> Secret:
    path = environ.get(variable + "_FILE")
    if not path:
        return Secret(environ.get(variable, ""))
    try:
        return Secret(Path(path).read_bytes().decode("utf-8", "surrogateescape").rstrip("\r\n"))
    except OSError as error:
        raise ConfigError(f"cannot read {variable}_FILE: {error.strerror}") from None
