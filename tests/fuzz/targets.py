"""What is fuzzed: every place that reads bytes of others, the seeds it begins with, and what it may raise."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import SimpleNamespace
from urllib.parse import parse_qsl

from cloudtag.cli.dead_letter_log import ReplayMark, UnreadableMarkError, mark_of
from cloudtag.contract.internal import WatermarkRecord
from cloudtag.contract.streams import CONTRACTS, INTERNAL
from cloudtag.engine.rows import UnreadableRowError, header
from cloudtag.engine.task_result import UnscopedStateError
from cloudtag.local.gateway import codec as encodings
from cloudtag.local.gateway.errors import EngineError
from cloudtag.local.gateway.query import parameters_of, session_of, settings_of, take_read_only
from cloudtag.local.gateway.statement import first_keyword, names_set_by, output_format, split_insert
from cloudtag.native.choice import Way, only, why_not
from cloudtag.policy.faults import PolicyError
from cloudtag.policy.load import from_texts, shipped_texts
from cloudtag.resources import schemas_dir
from cloudtag.sql.read_only import NotReadOnlyError, check_read_only
from cloudtag.sql.statement import Statement
from cloudtag.sql.tokens import StatementError
from cloudtag.wire import Codec, Undecodable, decode_json
from cloudtag.wire.schemas import Schema, current
from streams.kafka import bounded_batches
from streams.worker.misplaced import PREFIX, NoOriginError, origin_of
from tests.fuzz.made import internal_records, packed_batches, row_codec, stored_rows
from tests.unpacking import limited

CORPUS = Path(__file__).parent / "corpus"
"""Inputs that once were too much, by target: they are tried each time."""
UNPACKED_BYTES = 100_000
BODY_BYTES = 1 << 20


@dataclass(frozen=True)
class Target:
    """One reader. `read` is given bytes; nothing but `refusals` may come out of it as an exception."""

    name: str
    read: Callable[[bytes], object]
    seeds: Callable[[], list[bytes]]
    refusals: tuple[type[Exception], ...]

    def inputs(self) -> list[bytes]:
        """The seeds, and what was kept for this target."""
        return [*self.seeds(), *(path.read_bytes() for path in sorted((CORPUS / self.name).glob("*")))]


class Schemas:
    """A registry that knows two schemas: that of a stream, and one that somebody wrote who knows no stream."""

    def __init__(self, stream: str) -> None:
        self._stream = stream

    def schema_of(self, schema_id: int) -> Schema | None:
        if schema_id == 1:
            return current(self._stream).raw
        fields = [{"name": "event_id", "type": ["null", {"type": "array", "items": "bytes"}]}]
        return {"type": "record", "name": "Other", "fields": fields} if schema_id == 2 else None

    def id_of(self, stream: str) -> int:
        return 1


STREAMS = sorted(CONTRACTS)


@cache
def examples(ending: str) -> list[tuple[str, bytes]]:
    """The examples of the contracts: of each the stream, and its text."""
    return [
        (path.parent.name, path.read_bytes()) for path in sorted((schemas_dir() / "examples").glob(f"*/*.{ending}"))
    ]


def _avro() -> list[bytes]:
    return [bytes([STREAMS.index(s)]) + bytes.fromhex(text.decode()) for s, text in examples("hex")]


def _framed() -> list[bytes]:
    frames = [
        bytes([STREAMS.index(s)]) + b"\x00\x00\x00\x00\x01" + bytes.fromhex(t.decode())[10:] for s, t in examples("hex")
    ]
    return [*frames, b"\x00\x00\x00\x00\x00\x02\x02\x04\x02a\x00"]


def _read_avro(data: bytes) -> object:
    """The first byte chooses the stream."""
    stream = STREAMS[data[0] % len(STREAMS)] if data else STREAMS[0]
    return Codec(Schemas(stream)).decode(stream, data[1:])


@cache
def _codecs(stream: str) -> tuple[tuple[Way, Codec], ...]:
    return ("pure", Codec(Schemas(stream))), ("native", Codec(Schemas(stream)))


def _read_avro_in_both_ways(data: bytes) -> object:
    """The first byte chooses the stream; raises AssertionError where the native part and the pure code differ."""
    stream = STREAMS[data[0] % len(STREAMS)] if data else STREAMS[0]
    found: list[object] = []
    for way, codec in _codecs(stream):
        with only(way):
            try:
                found.append(repr(codec.decode(stream, data[1:])))
            except Undecodable as error:
                found.append((error.reason, error.error))
    assert found[0] == found[1]
    return found


def _read_internal(data: bytes) -> object:
    streams = [*sorted(INTERNAL), "watermarks-buyers"]
    return Codec().decode(streams[data[0] % len(streams)] if data else streams[0], data[1:])


def _internal() -> list[bytes]:
    order = sorted(INTERNAL)
    found = [bytes([order.index(stream)]) + data for stream, data in internal_records()]
    return [*found, bytes([len(order)]) + Codec().encode("watermarks-buyers", WatermarkRecord(1 << 41))]


def _read_headers(data: bytes) -> object:
    """Lines of names and values, as headers of a misplaced record."""
    pairs = [line.partition(b":")[::2] for line in data.split(b"\n")]
    headers = [(name.decode("utf-8", "replace"), value or None) for name, value in pairs]
    return origin_of(SimpleNamespace(headers=headers, value=data))


def _headers() -> list[bytes]:
    told = {"stream": "orders", "topic": "t", "partition": 3, "offset": 9, "timestamp": -1, "cause": "key", "hops": 1}
    return ["\n".join(f"{PREFIX}{name}:{value}" for name, value in {**told, "key": "k"}.items()).encode()]


def _read_row(data: bytes) -> object:
    header(data)
    return row_codec().decode(b"\x00\x02b1oo1", data)


def _read_batch(data: bytes) -> object:
    with limited(UNPACKED_BYTES):
        records, found = bounded_batches.BoundedRecords(data), 0
        while records.has_next() and (batch := records.next_batch()) is not None:
            for record in batch:
                found += len(record.value or b"") + len(record.headers)
        return found


def _read_policy(data: bytes) -> object:
    return from_texts({"default.toml": shipped_texts()["default.toml"], "shop.toml": data.decode("utf-8", "replace")})


def _policies() -> list[bytes]:
    return [text.encode() for name, text in sorted(shipped_texts().items()) if name != "default.toml" and text]


def _read_address(data: bytes) -> object:
    address = dict(parse_qsl(data.decode("utf-8", "replace"), keep_blank_values=True))
    settings = settings_of(address, frozenset({"t"}))
    session = session_of(address)
    assert session is None or session.timeout <= 3600  # whoever compares it finds that it is over some day
    return take_read_only(settings, is_reader=True), parameters_of(address), session


def _read_sql(data: bytes) -> object:
    found = first_keyword(data), names_set_by(data), output_format(data, "TSV"), split_insert(data)
    statement = Statement.of(data.decode("utf-8", "replace"))
    check_read_only(statement, dict.fromkeys(statement.placeholders, "x"))
    return found, statement.kind, statement.output_format


def _sql() -> list[bytes]:
    return [
        b"SELECT a, 'it''s' FROM t WHERE x = {name:Array(String)} -- why\nFORMAT JSON;",
        b"INSERT INTO `t` (a, b) SETTINGS x = 1, y='2' FORMAT CSV\n1,2\n",
        b"/* a */ WITH x AS (SELECT 1) SELECT * FROM url('http://x') SETTINGS z = 2 FORMAT TSV",
        b"SET max_threads = 3, readonly = 1",
    ]


def _read_body(data: bytes) -> object:
    """The first byte chooses the encoding."""
    names = ("gzip", "deflate", "lz4", "zstd", "odd", "")
    return encodings.decode(data[1:], names[data[0] % len(names)] if data else "", BODY_BYTES)


def _bodies() -> list[bytes]:
    text = b"SELECT 1 " * 50
    packed = [b"".join(encodings.encode([text], name)) for name in ("gzip", "deflate", "lz4", "zstd")]
    return [bytes([number]) + data for number, data in enumerate(packed)]


def _mark() -> list[bytes]:
    return [b'{"topic":"orders","partition":1,"offset":5,"sent_offset":null,"sent_at":17,"from_offset":3}']


def _read_mark(data: bytes) -> ReplayMark:
    return mark_of(data)


ADDRESS = (
    b"query=SELECT+1&session_id=s&session_timeout=12.5&session_check=1&close_session=0&max_threads=2"
    b"&param_a=1&t_structure=a+Int8&readonly=0&database=d"
)

TARGETS = (
    Target("avro", _read_avro, lambda: [*_avro(), *_framed()], (Undecodable,)),
    *(() if why_not() else (Target("avro-both", _read_avro_in_both_ways, lambda: [*_avro(), *_framed()], ()),)),
    Target("internal", _read_internal, _internal, (Undecodable,)),
    Target("json-line", decode_json, lambda: [text for _, text in examples("json")], (Undecodable,)),
    Target("headers", _read_headers, _headers, (NoOriginError,)),
    Target("row", _read_row, stored_rows, (UnreadableRowError, UnscopedStateError)),
    # Whatever a client's batch makes its reader raise holds up that partition alone, and is tried again.
    Target("batch", _read_batch, packed_batches, (Exception,)),
    Target("policy", _read_policy, _policies, (PolicyError,)),
    Target("address", _read_address, lambda: [ADDRESS], (EngineError, ValueError)),
    Target("sql", _read_sql, _sql, (StatementError, NotReadOnlyError)),
    Target("body", _read_body, _bodies, (EngineError,)),
    Target("replay-mark", _read_mark, _mark, (UnreadableMarkError,)),
)
