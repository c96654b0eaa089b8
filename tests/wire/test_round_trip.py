"""What is written is read back, on every stream; whatever is damaged is refused, never a surprise."""

import io
import types
from functools import cache
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

import fastavro
import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec import UNSET, Meta, Struct, UnsetType

from cloudtag import wire
from cloudtag.contract.internal import WatermarkRecord
from cloudtag.contract.replay_form import is_time
from cloudtag.contract.streams import CONTRACTS, INTERNAL
from cloudtag.contract.types import EARLIEST_MS, LATEST_MS
from cloudtag.wire import schemas
from cloudtag.wire.shape import shape_of
from tests.effort import examples

AVRO = {s.name: s.struct for s in CONTRACTS.values()}
PRIVATE: dict[str, type[Struct]] = {s.name: s.struct for s in INTERNAL.values()} | {
    "watermarks-buyers": WatermarkRecord
}
TEXT = st.characters(exclude_categories=["Cs"])
write = wire.Codec().write
"""As a foreign producer may: what `encode` refuses can be written, and is read."""
SLOW = settings(max_examples=examples(40), suppress_health_check=list(HealthCheck), deadline=None)


@cache
def records_of(struct: type[Struct]) -> st.SearchStrategy[Any]:
    """Any record a struct's types and bounds allow."""
    hints = get_type_hints(struct, include_extras=True)
    return st.builds(struct, **{n: values_of(n, hints[n]) for n in struct.__struct_fields__})


def values_of(name: str, hint: Any) -> st.SearchStrategy[Any]:
    meta = Meta()
    if get_origin(hint) is Annotated:
        hint, meta = hint.__origin__, hint.__metadata__[0]
    origin, args = get_origin(hint), get_args(hint)
    if origin in (Union, types.UnionType):
        nothing = st.just(UNSET) if UnsetType in args else st.none()
        return nothing | values_of(name, next(a for a in args if a not in (type(None), UnsetType)))
    if origin is Literal:
        return st.sampled_from(args)
    if origin is tuple and args[-1] is not Ellipsis:
        return st.tuples(*(values_of(name, item) for item in args))
    if origin is tuple:
        return st.lists(values_of(name, args[0]), max_size=3).map(tuple)
    if origin is dict:
        return st.dictionaries(st.text(TEXT, max_size=9), st.text(TEXT, max_size=9), max_size=3)
    if isinstance(hint, type) and issubclass(hint, Struct):
        return records_of(hint)
    if hint is int:
        return integers_of(name, meta)
    return texts_of(meta) if hint is str else {bool: st.booleans(), bytes: st.binary(max_size=99)}[hint]


def integers_of(name: str, meta: Meta) -> st.SearchStrategy[int]:
    if is_time(name):
        return st.integers(EARLIEST_MS, LATEST_MS - 1)
    low = -(2**31) if meta.ge is None else int(meta.ge)
    return st.integers(low, 2**31 - 1 if meta.le is None else int(meta.le))


def texts_of(meta: Meta) -> st.SearchStrategy[str]:
    if meta.pattern:
        return st.from_regex(meta.pattern, fullmatch=True, alphabet=st.characters(codec="ascii"))
    return st.text(TEXT, min_size=meta.min_length or 0, max_size=min(meta.max_length or 200, 200))


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
