"""Records of older and newer schemas: an unknown symbol is `unknown`, a missing field takes its default."""

import copy
import io
import json
import shutil
from pathlib import Path
from typing import Any

import fastavro
import pytest

from cloudtag import resources, wire
from cloudtag.contract.events import OrderChanged
from cloudtag.contract.types import OrderLine
from cloudtag.wire.body import BodyReader
from cloudtag.wire.check import incompatibilities
from cloudtag.wire.schemas import Schema, current, fingerprint, released_in

WRITTEN = {
    "event_id": "e1",
    "occurred_at": 1_772_413_200_000,
    "platform": "jd",
    "order_id": "o1",
    "buyer_id": "b1",
    "shop_id": "s1",
    "status": "delayed",
    "loyalty": "gold",
    "custom_made": True,
    "lines": [{"sku_id": "k", "quantity": 2, "unit_price_minor": 5, "colour": "red"}],
}
"""What the next version below says, without the fields it dropped."""
pytestmark = pytest.mark.usefixtures("both_ways")


def next_version() -> Schema:
    """Orders as they may grow: a new symbol, new and dropped fields with defaults, another order."""
    schema = copy.deepcopy(current("orders").raw)
    fields = {field["name"]: field for field in schema["fields"]}
    fields["status"]["type"]["symbols"].append("delayed")
    fields["lines"]["type"]["items"]["fields"].append({"name": "colour", "type": ["null", "string"], "default": None})
    del fields["region"], fields["carrier"], fields["stock_zeroed"]
    loyalty = {"name": "loyalty", "type": "string", "default": "none"}
    schema["fields"] = [loyalty, *reversed(fields.values())]
    return schema


def body(schema: Schema, values: dict[str, Any]) -> bytes:
    out = io.BytesIO()
    fastavro.schemaless_writer(out, fastavro.parse_schema(schema), values)
    return out.getvalue()


def changed(schema: Schema, name: str, /, **changes: Any) -> Schema:
    altered = copy.deepcopy(schema)
    next(field for field in altered["fields"] if field["name"] == name).update(changes)
    return altered


def test_a_newer_record_is_read_with_what_is_known() -> None:
    data = body(next_version(), WRITTEN)
    order = BodyReader("orders", next_version()).read(data, 0)
    assert order == OrderChanged(
        "e1", 1_772_413_200_000, "jd", "o1", "b1", "s1", "unknown", (OrderLine("k", 2, 5),), custom_made=True
    )


def test_an_older_reader_reads_what_is_written_today() -> None:
    order = OrderChanged("e1", 1_772_413_200_000, "jd", "o1", "b1", "s1", "shipped", carrier="sf", region="HK")
    source = io.BytesIO(wire.encode("orders", order)[10:])
    read = fastavro.schemaless_reader(source, fastavro.parse_schema(current("orders").raw), next_version())
    assert isinstance(read, dict)
    assert (read["status"], read["loyalty"], "region" in read) == ("shipped", "none", False)


def test_every_version_in_the_history_is_known_by_its_fingerprint(tmp_path: Path) -> None:
    place = tmp_path / "schemas"
    shutil.copytree(resources.schemas_dir(), place)
    mark = fingerprint(next_version())
    (place / "history" / "orders" / f"{mark.hex()}.avsc").write_text(json.dumps(next_version()))
    known = released_in(place)
    assert known[mark].stream == "orders"
    assert known[current("orders").fingerprint].raw == current("orders").raw


def test_a_cut_record_of_another_version_is_truncated() -> None:
    data = body(next_version(), WRITTEN)
    reader = BodyReader("orders", next_version())
    for length in range(len(data)):
        with pytest.raises(wire.Undecodable) as refusal:
            reader.read(data[:length], 0)
        assert refusal.value.reason in ("truncated", "invalid_value")


def test_bounds_hold_for_every_version() -> None:
    with pytest.raises(wire.Undecodable, match="invalid_value: buyer_id: Expected `str` of length >= 1"):
        BodyReader("orders", next_version()).read(body(next_version(), {**WRITTEN, "buyer_id": ""}), 0)


@pytest.mark.parametrize(
    ("schema", "reason"),
    [
        ({**current("orders").raw, "name": "RefundChanged"}, "wrong_stream"),
        ({**current("orders").raw, "fields": [{"name": "a", "type": "nonsense"}]}, "incompatible_schema"),
        ({**current("orders").raw, "fields": [{"name": "a", "type": "boolean"}]}, "incompatible_schema"),
        (changed(current("orders").raw, "buyer_id", type="boolean"), "incompatible_schema"),
    ],
)
def test_a_schema_that_is_none_of_ours_is_refused(schema: Schema, reason: str) -> None:
    with pytest.raises(wire.Undecodable) as refusal:
        BodyReader("orders", schema).read(bytes(1000), 0)
    assert refusal.value.reason == reason


@pytest.mark.parametrize(
    ("schema", "reads", "is_read"),
    [
        (next_version(), True, True),
        (changed(current("orders").raw, "buyer_note", default=None), True, True),
        (changed(current("orders").raw, "buyer_note", type="string", default=""), False, True),
        (changed(current("orders").raw, "buyer_id", type=["null", "string"]), True, False),
        (changed(current("orders").raw, "buyer_id", name="purchaser_id"), False, False),
        (changed(current("orders").raw, "occurred_at", type="int"), False, True),
        (changed(current("orders").raw, "stock_zeroed", type="string", default=""), False, False),
    ],
)
def test_which_changes_are_compatible(schema: Schema, reads: bool, is_read: bool) -> None:
    ours = current("orders").raw
    assert (incompatibilities(schema, ours) == []) is reads
    assert (incompatibilities(ours, schema) == []) is is_read


def test_an_enum_without_a_default_cannot_grow() -> None:
    grown = next_version()
    ours = copy.deepcopy(current("orders").raw)
    status = next(field for field in ours["fields"] if field["name"] == "status")
    del status["type"]["default"]
    assert incompatibilities(ours, grown) == ["{'delayed'}"]
