"""Which raw facts of a warehouse an alert may rest on: all of its buyers', and of those they share something with."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from datetime import timedelta
from typing import Any

from cloudtag.explain.sql import CARRIER_OF_DAY, DAY
from cloudtag.explain.stored import StoredRow
from cloudtag.parcels.courier import canonical_courier, is_known

Ask = Callable[[str, str, Collection[str]], list[dict[str, Any]]]
"""Rows of a stream's table in which a column holds (or, of a list, shares) any of the values.

Of scans, `DAY` and `CARRIER_OF_DAY` are asked like columns (see `explain.sql`).
"""

BUYER_STREAMS = (
    "orders",
    "refunds",
    "inspections",
    "reviews",
    "complaints",
    "contacts",
    "insurance",
    "verdicts",
    "chargebacks",
    "order-limits",
    "appeals",
)
MOST_OTHERS = 200
"""More buyers than this share a locker or an office, which links nobody."""
MOST_SALES = 50
"""Orders that show that a shop sells an article: one of another buyer is enough."""
FEED_DAYS, WAIT_DAYS = 7, 45
"""A courier's scans are read from so long before a number is named until so long after: no wait is longer."""
_SHARED = ("address_key", "phone_key", "device_key", "payment_key")
_OF_SHOPS = (("phone_key", "phone_key"), ("device_key", "device_keys"), ("payment_key", "payment_key"))


def gather(ask: Ask, buyer_keys: Collection[str], waybill_nos: Collection[str]) -> list[tuple[str, StoredRow]]:
    """The facts about an alert's buyers, their parcels and shops, and other buyers with the same, as (stream, row)."""
    found = _of_buyers(ask, buyer_keys)
    others = _sharing(ask, found, waybill_nos) - set(buyer_keys)
    found += _of_buyers(ask, sorted(others)[:MOST_OTHERS])
    found += [("orders", row) for row in _selling(ask, found)]
    numbers = {*waybill_nos, *_values(found, "waybill_no"), *_listed(found, "parcel_waybill_nos")}
    found += [("logistics", row) for row in _ask(ask, "logistics", "waybill_no", numbers)]
    found += [("shops", row) for row in _ask(ask, "shops", "shop_id", _values(found, "shop_id"))]
    for column, of_shop in _OF_SHOPS:
        found += [("shops", row) for row in _ask(ask, "shops", of_shop, _values(found, column))]
    # A parcel's own scans, which say more, come last and stay.
    scans = [("logistics", row) for row in _carrying_on(ask, found, waybill_nos)]
    each = {(stream, row.get("platform"), row["event_id"]): (stream, row) for stream, row in (*scans, *found)}
    return list(each.values())


def _of_buyers(ask: Ask, keys: Collection[str]) -> list[tuple[str, StoredRow]]:
    return [(stream, row) for stream in BUYER_STREAMS for row in _ask(ask, stream, "buyer_key", keys)]


def _sharing(ask: Ask, facts: list[tuple[str, StoredRow]], waybill_nos: Collection[str]) -> set[str]:
    """The buyers who named the same parcels, showed the same attributes or handed in the same pictures."""
    numbers = {*waybill_nos, *_values(facts, "waybill_no")}
    rows = [row for stream in ("orders", "refunds") for row in _ask(ask, stream, "waybill_no", numbers)]
    for column in _SHARED:
        rows += _ask(ask, "orders", column, _values(facts, column))
    pictures = {sha256 for _, row in facts for sha256 in row.get("evidence_sha256s", ())}
    for stream in ("refunds", "complaints"):
        rows += _ask(ask, stream, "evidence_sha256s", pictures)
    return {row["buyer_key"] for row in rows}


def _selling(ask: Ask, facts: list[tuple[str, StoredRow]]) -> list[dict[str, Any]]:
    """The earliest orders of the same shops that name what came back and none of these buyers had ordered (F8)."""
    articles = _listed(facts, "received_sku_ids") - _listed(facts, "line_sku_ids")
    shops = _values(facts, "shop_id")
    rows = [row for row in _ask(ask, "orders", "line_sku_ids", articles) if row["shop_id"] in shops]
    return sorted(rows, key=lambda row: (row["occurred_at"], row["event_id"]))[:MOST_SALES]


def _carrying_on(ask: Ask, facts: list[tuple[str, StoredRow]], waybill_nos: Collection[str]) -> list[dict[str, Any]]:
    """A scan of each hour in which the couriers of the numbers showed one, while a scan may be waited for (F10).

    They are of other people's parcels: where those go is left out.
    """
    asked = {when for number in waybill_nos for when in _courier_days(facts, number)}
    written = {row["carrier"] for row in _ask(ask, "logistics", DAY, {day for day, _ in asked})}
    codes = {name: canonical_courier(name) for name in written}
    values = {f"{day} {name}" for name, code in codes.items() for day, courier in asked if code == courier}
    return [{**row, "destination_key": ""} for row in _ask(ask, "logistics", CARRIER_OF_DAY, values)]


def _courier_days(facts: Iterable[tuple[str, StoredRow]], number: str) -> set[tuple[str, str]]:
    """The days (`2026-03-08`, UTC) on which a number's scans may be waited for, each with the known couriers named."""
    naming = [row for stream, row in facts if stream in ("orders", "refunds") and number in _numbers_in(row)]
    couriers = {
        code for row in naming for name in _couriers_in(row) if (code := canonical_courier(name)) and is_known(code)
    }
    if not couriers:
        return set()
    named = {row["occurred_at"].date() for row in naming}
    days = {(on + timedelta(days=n)).isoformat() for on in named for n in range(-FEED_DAYS, WAIT_DAYS + 1)}
    return {(day, courier) for day in days for courier in couriers}


def _numbers_in(row: StoredRow) -> list[str]:
    return [row.get("waybill_no") or "", *row.get("parcel_waybill_nos", ())]


def _couriers_in(row: StoredRow) -> list[str | None]:
    return [row.get("carrier"), *row.get("parcel_carriers", ())]


def _listed(facts: Iterable[tuple[str, StoredRow]], column: str) -> set[str]:
    """What the lists of a column hold; refunds name in their lines what was to come back, which is no order."""
    return {value for stream, row in facts if stream != "refunds" for value in row.get(column, ())}


def _values(facts: Iterable[tuple[str, StoredRow]], column: str) -> set[str]:
    return {row[column] for _, row in facts if row.get(column)}


def _ask(ask: Ask, stream: str, column: str, values: Collection[str]) -> list[dict[str, Any]]:
    return ask(stream, column, sorted(values)) if values else []
