"""`cloudtag sink`: stores what is taken in and published in the warehouse until it is stopped."""

import asyncio
import signal
from typing import TYPE_CHECKING, Annotated

import typer
from prometheus_client import REGISTRY

from cloudtag.cli.failure import UNREADABLE, FailureError
from cloudtag.cli.framing import codec_of
from cloudtag.cli.logs import Level, LogLevel, log_to_stderr
from cloudtag.cli.options import Brokers, ClickHouse, settings
from cloudtag.config import SECRETS, Config
from cloudtag.gc_tuning import collect_rarely
from cloudtag.warehouse.pseudonymizer import LEAST_BYTES
from cloudtag.wire import Codec

if TYPE_CHECKING:
    from streams.sink import SinkConfig


def sink(
    brokers: Brokers = None,
    clickhouse: ClickHouse = None,
    metrics_port: Annotated[
        int | None, typer.Option(min=0, max=65_535, help="Serve /metrics, /healthz and /readyz here.")
    ] = None,
    log_level: LogLevel = Level.INFO,
) -> None:
    """Store inputs and outputs in the warehouse, each record once, until SIGTERM or Ctrl-C.

    Identifying values are stored as keyed hashes: CLOUDTAG_HASH_SECRET (or …_FILE) holds their secret, at least 16
    bytes and the same for the whole life of a warehouse.

    Example:  CLOUDTAG_HASH_SECRET_FILE=/run/secrets/hash cloudtag sink -b kafka:9092 -c http://clickhouse:8123/cloudtag
    """
    log_to_stderr(log_level)
    # Whole blocks of rows live for a moment and then go: looking at them often finds nothing to collect.
    collect_rarely()
    config = settings(brokers, clickhouse, metrics_port=metrics_port)
    asyncio.run(_run(config, _sink_config(config), codec_of(config)))


async def _run(config: Config, sink_config: "SinkConfig", codec: Codec) -> None:
    from streams.health.beat import Health, beating
    from streams.health.serving import served
    from streams.kafka.admission import explained
    from streams.sink import Sink
    from streams.sink import sink_metrics as metrics
    from streams.sink.reader import Reader

    stop, loop, health = asyncio.Event(), asyncio.get_running_loop(), Health()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    sink = Sink(sink_config, Reader(codec))
    metrics.READY.set_function(lambda: float(health.obstacle is None))
    with served(config, REGISTRY, health), beating(loop, health, lambda: sink.obstacle):
        async with explained(config):
            await sink.run(stop)


def _sink_config(config: Config) -> "SinkConfig":
    from cloudtag.cli.clickhouse import connect, database_of
    from streams.kafka.security import client_settings
    from streams.sink import SinkConfig

    kafka = client_settings(config)
    return SinkConfig(
        bootstrap=kafka.pop("bootstrap_servers"),
        connect=lambda: connect(config),
        secret=hash_secret(config),
        database=database_of(config),
        group=f"{config.app_id}-sink",
        prefix=config.topic_prefix,
        session_timeout_ms=int(config.session_timeout_seconds * 1000),
        unpacked_batch_bytes=config.unpacked_batch_bytes,
        kafka=kafka,
    )


def hash_secret(config: Config) -> bytes:
    """The secret of keyed hashes. Raises `FailureError` when it is missing or short."""
    secret = config.hash_secret.reveal_bytes()
    if len(secret) < LEAST_BYTES:
        name = SECRETS["hash_secret"]
        raise FailureError(f"{name} (or {name}_FILE) must hold at least {LEAST_BYTES} bytes", UNREADABLE)
    return secret
