"""Whatever the records: the native part makes the bytes the client makes, or leaves the column to it."""

from collections.abc import Sequence
from typing import Any

import pytest
from clickhouse_connect.datatypes.registry import get_from_name
from clickhouse_connect.driver.insert import InsertContext
from clickhouse_connect.driver.transform import NativeTransform
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec import UNSET, Struct
from msgspec.structs import replace

from cloudtag.contract.streams import CONTRACTS
from cloudtag.native.choice import only, why_not
from cloudtag.warehouse.blocks import TABLES, InsertBatch, LogRow, block_of, columns_of
from cloudtag.warehouse.column_plan import column_plan_of
from cloudtag.warehouse.columns import LOW, TIME, FieldTaken
from cloudtag.warehouse.pseudonymizer import Pseudonymizer
from cloudtag.warehouse.ready import ReadyColumn, ready_block_of, ready_types
from tests.effort import examples
from tests.warehouse.samples import alert
from tests.wire.drawn import records_of

pytestmark = pytest.mark.skipif(bool(why_not()), reason=why_not())
THOROUGH = settings(max_examples=examples(100), suppress_health_check=list(HealthCheck), deadline=None)
SECRET = b"a secret of these tests"
MAP = f"Map({LOW}, String)"


class OwnText(str):
    """As a caller may have it."""


def written(names: Sequence[str], types: Sequence[Any], block: Any) -> bytes:
    """A block as the client writes it."""
    context = InsertContext("t", names, types, column_oriented=True)
    context.req_block_size = 1 << 20
    context.data = block
    data = b"".join(NativeTransform.build_insert(context))
    if context.insert_exception is not None:
        raise context.insert_exception
    return data


def batch_of(stream: str, records: Sequence[Struct]) -> InsertBatch:
    """Records one behind the other in the log."""
    rows = tuple(LogRow(n, 1_772_000_000_000 + n, record, None, None) for n, record in enumerate(records))
    return InsertBatch(stream, stream, 0, 10_000, rows)


def both_ways(stream: str, records: Sequence[Struct]) -> tuple[Any, Any]:
    """What comes of the columns made in Python, and of those made natively: the client's bytes, or its error."""
    batch, names = batch_of(stream, records), [name for name, _ in columns_of(stream)]
    types = [get_from_name(kind) for _, kind in columns_of(stream)]
    pure, native = Pseudonymizer(SECRET), Pseudonymizer(SECRET)
    found = (
        outcome(names, types, block_of(batch, pure)),
        outcome(names, ready_types(types), ready_block_of(batch, native)),
    )
    assert list(pure.fresh.items()) == list(native.fresh.items())
    return found


def numbers_above(record: Struct) -> dict[str, int]:
    """The fields of a record that are numbers, none of them below 0."""
    fields = {name: getattr(record, name) for name in record.__struct_fields__}
    return {name: abs(value) for name, value in fields.items() if type(value) is int}


def outcome(names: Sequence[str], types: Sequence[Any], block: Any) -> Any:
    """The bytes of a block, or what the client says of it: drawn records hold what no warehouse does."""
    try:
        return written(names, types, block)
    except Exception as error:
        return type(error), str(error)


@pytest.mark.parametrize("stream", TABLES)
@THOROUGH
@given(data=st.data())
def test_every_stream_comes_to_the_same_bytes(stream: str, data: st.DataObject) -> None:
    records = data.draw(st.lists(records_of(CONTRACTS[stream].struct), min_size=1, max_size=5))
    if data.draw(st.booleans()):
        # Few blocks would be written, for a revision below 0 is none.
        records = [replace(record, **numbers_above(record)) for record in records]
    pure, native = both_ways(stream, records)
    assert pure == native


@pytest.mark.parametrize("count", [1, 63, 64, 65, 128, 300])
def test_records_are_taken_a_few_at_a_time(count: int) -> None:
    pure, native = both_ways("alerts", [alert(number) for number in range(count)])
    assert pure == native


def test_nothing_of_an_alert_is_left_to_the_client() -> None:
    assert all(
        isinstance(column, ReadyColumn)
        for column in ready_block_of(batch_of("alerts", [alert(1)]), Pseudonymizer(SECRET))
    )


def test_without_it_there_are_values() -> None:
    with only("pure"):
        block = ready_block_of(batch_of("alerts", [alert(1)]), Pseudonymizer(SECRET))
    assert block == block_of(batch_of("alerts", [alert(1)]), Pseudonymizer(SECRET))


def test_a_column_that_is_not_plainly_right_is_the_clients_alone() -> None:
    wrong = alert(2, scenario=5)
    names = [name for name, _ in columns_of("alerts")]
    block = ready_block_of(batch_of("alerts", [alert(1), wrong]), Pseudonymizer(SECRET))
    left = [name for name, column in zip(names, block, strict=True) if not isinstance(column, ReadyColumn)]
    assert left == ["scenario"]
    with pytest.raises(AttributeError) as native:
        both_ways_of_ready(block)
    types = [get_from_name(kind) for _, kind in columns_of("alerts")]
    with pytest.raises(AttributeError) as pure:
        written(names, types, block_of(batch_of("alerts", [alert(1), wrong]), Pseudonymizer(SECRET)))
    assert str(native.value) == str(pure.value)


def both_ways_of_ready(block: Any) -> bytes:
    """A block made natively, as the client writes it."""
    names, kinds = zip(*columns_of("alerts"), strict=True)
    return written(names, ready_types(map(get_from_name, kinds)), block)


def native(kind: str, values: Sequence[Any], taken: FieldTaken | None = None) -> bytes | None:
    """The bytes of a column of values."""
    from cloudtag.native._compiled import ColumnWriter

    plan = column_plan_of(kind, taken)
    assert plan is not None
    return ColumnWriter(plan).write(values)


RIGHT: dict[str, list[list[Any]]] = {
    "String": [[""], ["a", "買" * 50, "x" * 127, "x" * 128, "x" * 40_000]],
    LOW: [
        ["", "a", "", "買"],
        [str(n) for n in range(255)],
        [str(n) for n in range(256)],
        [str(n) for n in range(65_536)],
    ],
    "Bool": [[True, False]],
    "UInt8": [[0, 255]],
    "UInt32": [[0, (1 << 32) - 1]],
    "Int32": [[-(1 << 31), (1 << 31) - 1]],
    "UInt64": [[0, (1 << 63) - 1]],
    "Int64": [[-(1 << 63), (1 << 63) - 1]],
    TIME: [[0, -1, 1_772_000_000_123]],
    "Nullable(Int64)": [[None, 5], [None]],
    "Nullable(Bool)": [[None, True, False]],
    "Nullable(String)": [[None, "a", ""]],
    "Array(String)": [[(), ("a", "b"), ["c"]], [()]],
    f"Array({LOW})": [[()], [(), ("a", "b"), ["a"]]],
    f"Array({TIME})": [[(1, 2), ()]],
    MAP: [[{}], [{"a": "b", "c": ""}, {"c": "d"}]],
}


@pytest.mark.parametrize(("kind", "values"), [(kind, values) for kind, some in RIGHT.items() for values in some])
def test_what_is_plainly_right_is_as_the_client_writes_it(kind: str, values: list[Any]) -> None:
    bare = bytearray()
    get_from_name(kind).write_column(values, bare, InsertContext("t", ["c"], [get_from_name(kind)]))
    assert native(kind, values) == bytes(bare)


WRONG: dict[str, list[Any]] = {
    "String": [None, UNSET, b"a", 1, OwnText("a"), "\ud800"],
    LOW: [None, b"a", OwnText("a"), "\ud800"],
    "Bool": [None, 1, 0, "", UNSET],
    "UInt8": [-1, 256, True, None, 1.0],
    "UInt32": [-1, 1 << 32],
    "Int32": [1 << 31, -(1 << 31) - 1],
    "UInt64": [-1, 1 << 63, 1 << 64],
    "Int64": [1 << 63, -(1 << 63) - 1, "1"],
    TIME: [None, "2026-01-01", 1.0],
    "Nullable(Int64)": [UNSET, "", 1 << 63],
    "Nullable(Bool)": [UNSET, 1],
    "Nullable(String)": [b"a", UNSET],
    "Array(String)": [None, "a", (None,), {"a": "b"}, (b"a",)],
    f"Array({LOW})": [None, (None,)],
    MAP: [None, (("a", "b"),), {"a": None}, {1: "a"}, {OwnText("a"): "b"}],
}


@pytest.mark.parametrize(("kind", "value"), [(kind, value) for kind, some in WRONG.items() for value in some])
def test_what_is_not_is_left_alone(kind: str, value: Any) -> None:
    right = RIGHT[kind][0]
    assert native(kind, right) is not None
    assert native(kind, [value]) is None
    assert native(kind, [*right, value]) is None


@pytest.mark.parametrize("kind", ["Array(Array(String))", "Float64", f"Array({MAP})", "UInt128"])
def test_other_types_have_no_plan(kind: str) -> None:
    assert column_plan_of(kind, None) is None
