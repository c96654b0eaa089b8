"""The contracts as they stand hold, and every way to break them is told in one line."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from cloudtag import resources
from cloudtag.wire.check import check
from cloudtag.wire.schemas import fingerprint

Change = Callable[[dict[str, Any]], object]


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A copy of the schemas to break."""
    return Path(shutil.copytree(resources.schemas_dir(), tmp_path / "schemas"))


def fields(schema: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {field["name"]: field for field in schema["fields"]}


def change(path: Path, how: Change) -> None:
    schema = json.loads(path.read_text())
    how(schema)
    path.write_text(json.dumps(schema))


def test_the_contracts_hold() -> None:
    assert check() == []


@pytest.mark.parametrize(
    ("how", "problem"),
    [
        (lambda s: s.pop("doc"), "contacts.avsc: the record BuyerContacted has no doc"),
        (lambda s: s.update(name="Contact"), "contacts.avsc: the record is named Contact, its struct BuyerContacted"),
        (lambda s: s["fields"].reverse(), "contacts.avsc: the fields are ['answered'"),
        (lambda s: s["fields"].pop(), "contacts.avsc: the fields are ['event_id'"),
        (lambda s: fields(s)["answered"].pop("doc"), "contacts.avsc.answered: the field has no doc"),
        (lambda s: fields(s)["answered"].pop("default"), "contacts.avsc.answered: required in the schema, but not"),
        (lambda s: fields(s)["answered"].update(default=True), "contacts.avsc.answered: the default is True, that of"),
        (
            lambda s: fields(s)["answered"].update(type="string", default=""),
            "contacts.avsc.answered: the type is string, that of",
        ),
        (lambda s: fields(s)["occurred_at"].update(type="long"), "contacts.avsc.occurred_at: the type is long"),
        (lambda s: fields(s)["channel"]["type"]["symbols"].append("pigeon"), "contacts.avsc.channel: the symbols are"),
        (lambda s: fields(s)["channel"]["type"].pop("default"), "contacts.avsc.channel: the first symbol and the"),
        (lambda s: fields(s)["order_id"].update(type="text"), "contacts.avsc: does not parse"),
        (
            lambda s: fields(s)["order_id"].update(default="o"),
            "contacts.avsc.order_id: required in the struct, but not",
        ),
    ],
)
def test_a_schema_that_breaks_a_rule_is_named(place: Path, how: Change, problem: str) -> None:
    change(place / "contacts.avsc", how)
    assert [p for p in check(place) if p.startswith(problem)], check(place)


def test_nested_records_and_lists_are_compared_too(place: Path) -> None:
    change(
        place / "orders.avsc", lambda s: fields(fields(s)["lines"]["type"]["items"])["quantity"].update(type="string")
    )
    change(place / "tags.avsc", lambda s: fields(s)["scenarios"].update(type="string", default=""))
    change(place / "alerts.avsc", lambda s: fields(s)["facts"]["type"].update(values="long"))
    change(place / "refunds.avsc", lambda s: fields(s)["waybill_no"].update(type=["string", "null"], default=""))
    found = "\n".join(check(place))
    assert "orders.avsc.lines[].quantity: the type is string, that of the struct int" in found
    assert "tags.avsc.scenarios: must be an array" in found
    assert "alerts.avsc.facts: must be a map of strings" in found
    assert "refunds.avsc.waybill_no: nullable in the struct, so the type must be null (first)" in found


def test_a_version_that_was_not_kept_is_named_with_where_it_belongs(place: Path) -> None:
    change(place / "contacts.avsc", lambda s: fields(s)["channel"]["type"]["symbols"].append("pigeon"))
    mark = fingerprint(json.loads((place / "contacts.avsc").read_text())).hex()
    told = f"contacts.avsc: this version is not in the history; copy it to history/contacts/{mark}.avsc"
    assert told in check(place)


def test_a_change_that_breaks_readers_or_writers_is_named(place: Path) -> None:
    change(place / "contacts.avsc", lambda s: fields(s)["shop_id"].update(name="store_id"))
    found = [p for p in check(place) if "cannot read" in p]
    assert found[0].startswith("contacts.avsc: cannot read what history/contacts/")
    assert found[0].endswith("store_id")
    assert found[1].startswith("history/contacts/")
    assert found[1].endswith("cannot read what contacts.avsc writes: shop_id")


def test_history_is_not_rewritten(place: Path) -> None:
    (kept,) = (place / "history" / "contacts").glob("*.avsc")
    change(kept, lambda s: fields(s)["answered"].update(default=True))
    assert any("has other defaults under the same fingerprint" in p for p in check(place))
    change(kept, lambda s: fields(s)["channel"]["type"]["symbols"].append("pigeon"))
    assert any("so the file was changed" in p for p in check(place))


def test_strays_and_gaps_are_named(place: Path) -> None:
    (place / "parcels.avsc").write_text("{}")
    (place / "orders.avsc").unlink()
    (place / "refunds.avsc").write_text("[]")
    (place / "tags.avsc").write_text("{")
    found = check(place)
    assert "parcels.avsc: no stream has this name" in found
    assert "orders.avsc: cannot be read: No such file or directory" in found
    assert any(p.startswith("refunds.avsc: does not parse") for p in found)
    assert any(p.startswith("tags.avsc: does not parse") for p in found)


def test_a_doc_may_change_without_a_new_version(place: Path) -> None:
    change(place / "contacts.avsc", lambda s: s.update(doc="Said otherwise."))
    assert check(place) == []
