"""Rows of the warehouse as the events and alerts they were, with originals or keys in place of identities."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from cloudtag.contract.events import Event
from cloudtag.contract.records import Alert
from cloudtag.wire.replay_form import decode_json

OriginalNames = Mapping[tuple[str, str], str]
"""The original by kind and key, as far as it may be read and is still there."""
StoredRow = Mapping[str, Any]
"""A row of the warehouse: its values by column."""

KEYED = {
    "buyer_key": ("buyer_id", "buyer"),
    "address_key": ("address_hash", "address"),
    "area_key": ("address_area", "area"),
    "phone_key": ("phone_hash", "phone"),
    "device_key": ("device_hash", "device"),
    "payment_key": ("payment_hash", "payment"),
    "destination_key": ("destination_hash", "address"),
}
"""Columns of keys: the event's field and the kind of what it names."""
KEYED_LISTS = {
    "return_address_keys": ("return_address_hashes", "address"),
    "device_keys": ("device_hashes", "device"),
    "linked_buyer_keys": ("linked_buyer_ids", "buyer"),
}
_PARTS = {
    "line_sku_ids": ("lines", "sku_id"),
    "line_quantities": ("lines", "quantity"),
    "line_prices_minor": ("lines", "unit_price_minor"),
    "line_item_ids": ("lines", "item_id"),
    "received_sku_ids": ("received", "sku_id"),
    "received_quantities": ("received", "quantity"),
    "evidence_kinds": ("evidence", "kind"),
    "evidence_sha256s": ("evidence", "sha256"),
    "evidence_phashes": ("evidence", "phash"),
    "evidence_origins": ("evidence", "origin"),
    "parcel_carriers": ("parcels", "carrier"),
    "parcel_waybill_nos": ("parcels", "waybill_no"),
    "evidence_streams": ("evidence", "stream"),
    "evidence_event_ids": ("evidence", "event_id"),
    "evidence_times": ("evidence", "occurred_at"),
    "orders_shop_ids": ("orders", "shop_id"),
    "orders_order_ids": ("orders", "order_id"),
    "withdrawn_by_streams": ("withdrawn_by", "stream"),
    "withdrawn_by_event_ids": ("withdrawn_by", "event_id"),
    "withdrawn_by_times": ("withdrawn_by", "occurred_at"),
}
_DEEP = {
    "line_component_sku_ids": ("lines", "components", "sku_id"),
    "line_component_quantities": ("lines", "components", "quantity"),
    "parcel_sku_ids": ("parcels", "lines", "sku_id"),
    "parcel_quantities": ("parcels", "lines", "quantity"),
}
"""Columns of lists of lists: the event's field, the field of its items, and the part of each of theirs."""
SHOWN = 12
"""So much of a buyer's key stands in the texts of stored alerts."""
TEXTS = ("explanation", "explanation_zh", "withdrawn_because", "withdrawn_because_zh")
"""Fields of an alert that may name buyers."""
NOTE = "(not kept)"
"""Stands for a buyer's note: the warehouse knows only that there was one."""


def keys_in(rows: Iterable[StoredRow]) -> set[tuple[str, str]]:
    """Every (kind, key) the rows name."""
    found: set[tuple[str, str]] = set()
    for row in rows:
        found |= {(kind, row[column]) for column, (_, kind) in KEYED.items() if row.get(column)}
        found |= {(kind, key) for column, (_, kind) in KEYED_LISTS.items() for key in row.get(column, ())}
    return found


def event_of(stream: str, row: StoredRow, names: OriginalNames) -> Event:
    """The event a row of a stream's table was made of. Raises Undecodable for a row that is none."""
    _, event = decode_json({"stream": stream, **_form(row, names)}, is_stored=True)
    assert isinstance(event, Event)
    return event


def alert_of(row: StoredRow, names: OriginalNames) -> Alert:
    """The alert a row of the table `alerts` was made of; its texts name the buyers whose originals are known."""
    form = _form(row, names)
    known = {key[:SHOWN]: original for (kind, key), original in names.items() if kind == "buyer"}
    for field in TEXTS:
        if field in form:
            form[field] = _uncovered(form[field], known)
    form["facts"] = {name: _uncovered(text, known) for name, text in form.get("facts", {}).items()}
    _, alert = decode_json({"stream": "alerts", **form})
    assert isinstance(alert, Alert)
    return alert


def _uncovered(text: str, known: Mapping[str, str]) -> str:
    for start, original in known.items():
        text = text.replace(start, original)
    return text


def _form(row: StoredRow, names: OriginalNames) -> dict[str, Any]:
    form: dict[str, Any] = {}
    lists: dict[str, list[dict[str, Any]]] = {}
    for column, value in row.items():
        if column in _PARTS:
            _add_parts(lists, *_PARTS[column], value)
        elif column in _DEEP:
            field, inner, part = _DEEP[column]
            for item, each in zip(_grown(lists, field, len(value)), value, strict=False):
                _add_parts(item, inner, part, each)
        elif column in KEYED:
            field, kind = KEYED[column]
            form |= {field: names.get((kind, value), value)} if value else {}
        elif column in KEYED_LISTS:
            field, kind = KEYED_LISTS[column]
            form[field] = [names.get((kind, key), key) for key in value]
        elif column == "has_note":
            form |= {"buyer_note": NOTE} if value else {}
        elif column == "nothing_came":
            form["arrived"] = not value
        elif value not in ("", None):
            form[column] = _zoned(value)
    return {**form, **lists}


def _add_parts(lists: dict[str, Any], field: str, part: str, values: list[Any]) -> None:
    for item, each in zip(_grown(lists, field, len(values)), values, strict=False):
        item |= {part: _zoned(each)} if each != "" else {}


def _grown(lists: dict[str, Any], field: str, size: int) -> list[dict[str, Any]]:
    """The list of items under a field, made at least so long: rows stored before a column was there lack its items."""
    items: list[dict[str, Any]] = lists.setdefault(field, [])
    items.extend({} for _ in range(size - len(items)))
    return items


def _zoned(value: Any) -> Any:
    """Clients give times of a UTC column without their zone."""
    return value.replace(tzinfo=UTC) if isinstance(value, datetime) and value.tzinfo is None else value
