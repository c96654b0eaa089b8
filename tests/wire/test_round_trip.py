"""What is written is read back, on every stream; whatever is damaged is refused, never a surprise."""

import io
from typing import Any

import fastavro
import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec import UNSET, Struct

from cloudtag import wire
from cloudtag.contract.internal import WatermarkRecord
from cloudtag.contract.streams import CONTRACTS, INTERNAL
from cloudtag.wire import schemas
from cloudtag.wire.shape import shape_of
from tests.effort import examples
from tests.ways import write
from tests.wire.drawn import records_of

AVRO = {s.name: s.struct for s in CONTRACTS.values()}
PRIVATE: dict[str, type[Struct]] = {s.name: s.struct for s in INTERNAL.values()} | {
    "watermarks-buyers": WatermarkRecord
}
SLOW = settings(max_examples=examples(40), suppress_health_check=list(HealthCheck), deadline=None)
pytestmark = pytest.mark.usefixtures("both_ways")


@pytest.mark.parametrize("stream", [*AVRO, *PRIVATE])
@given(data=st.data())
@SLOW
def test_what_is_written_is_read_back(stream: str, data: st.DataObject) -> None:
    record = data.draw(records_of((AVRO | PRIVATE)[stream]))
    assert wire.decode(stream, write(stream, record)) == record


@pytest.mark.parametrize("stream", AVRO)
@given(data=st.data())
@SLOW
def test_bytes_are_those_of_fastavro(stream: str, data: st.DataObject) -> None:
    record = data.draw(records_of(AVRO[stream]))
    expected = io.BytesIO()
    fastavro.schemaless_writer(expected, schemas.current(stream).parsed, plain(record))
    assert write(stream, record)[10:] == expected.getvalue()


def plain(value: Any) -> Any:
    if isinstance(value, Struct):
        said = msgspec.structs.asdict(value)
        unsaid = {name: "" for name in shape_of(type(value)).unsaid if said[name] is None}
        return {name: plain(item) for name, item in {**said, **unsaid}.items()}
    if value is UNSET:
        return None
    return [plain(item) for item in value] if isinstance(value, tuple) else value


@pytest.mark.parametrize("stream", AVRO)
@given(data=st.data())
@SLOW
def test_the_replay_form_is_read_back(stream: str, data: st.DataObject) -> None:
    record = data.draw(records_of(AVRO[stream]))
    line = msgspec.json.encode(wire.encode_json(stream, record))
    assert wire.decode_json(line, is_stored=True) == (stream, record)
    assert wire.decode_json(msgspec.json.decode(line), is_stored=True) == (stream, record)


@pytest.mark.parametrize("stream", [*AVRO, *PRIVATE])
@given(data=st.data())
@settings(SLOW, max_examples=examples(8))
def test_every_cut_is_refused_as_truncated(stream: str, data: st.DataObject) -> None:
    whole = write(stream, data.draw(records_of((AVRO | PRIVATE)[stream])))
    for length in range(1, len(whole)):
        with pytest.raises(wire.Undecodable) as refusal:
            wire.decode(stream, whole[:length])
        assert refusal.value.reason in ({"truncated", "not_avro"} if length < 2 else {"truncated"})


@pytest.mark.parametrize("stream", [*AVRO, *PRIVATE])
@given(data=st.data())
@SLOW
def test_left_over_bytes_are_refused(stream: str, data: st.DataObject) -> None:
    whole = write(stream, data.draw(records_of((AVRO | PRIVATE)[stream])))
    with pytest.raises(wire.Undecodable) as refusal:
        wire.decode(stream, whole + data.draw(st.binary(min_size=1, max_size=4)))
    assert refusal.value.reason == "trailing_bytes"


@pytest.mark.parametrize("stream", [*AVRO, *PRIVATE])
@given(noise=st.binary(max_size=400), is_headed=st.booleans())
@SLOW
def test_noise_is_refused_or_read_never_a_surprise(stream: str, noise: bytes, is_headed: bool) -> None:
    head = b"\xc3\x01" + schemas.current(stream).fingerprint if is_headed and stream in AVRO else b""
    try:
        record = wire.decode(stream, head + noise)
    except wire.Undecodable:
        return
    assert wire.decode(stream, write(stream, record)) == record


@pytest.mark.parametrize("stream", AVRO)
@given(data=st.data())
@SLOW
def test_one_changed_byte_is_never_a_surprise(stream: str, data: st.DataObject) -> None:
    whole = bytearray(write(stream, data.draw(records_of(AVRO[stream]))))
    whole[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
    try:
        record = wire.decode(stream, bytes(whole))
    except wire.Undecodable:
        return
    assert wire.decode(stream, write(stream, record)) == record


@given(noise=st.binary(max_size=300) | st.text().map(str.encode))
@settings(SLOW, max_examples=examples(300))
def test_noise_for_a_line_is_refused(noise: bytes) -> None:
    with pytest.raises(wire.Undecodable):
        wire.decode_json(noise)
