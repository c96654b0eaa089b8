"""What one buyer does again and again, each time about another order."""

from __future__ import annotations

from typing import Any

from cloudtag.contract.events import (
    ComplaintChanged,
    Event,
    OrderChanged,
    ParcelScanned,
    RefundChanged,
    ReturnInspected,
    ReviewPosted,
)
from cloudtag.contract.types import Goods, GoodsList, OrderLine, OrderStatus, RefundReason, RefundStatus

START_MS = 1_772_409_600_000
"""2026-03-02T00:00:00Z."""
MINUTE_MS = 60_000
HOUR_MS = 60 * MINUTE_MS
APART_MS = 20 * MINUTE_MS
"""So long after each other things of one kind begin: thousands of them lie in the longest window."""
SHOPS = 50
"""A buyer who is no case of one shop buys at so many."""
_PLATFORM = "taobao"


def began(n: int) -> int:
    """When the n-th thing begins."""
    return START_MS + n * APART_MS


def ordered(n: int, status: OrderStatus, after: float, shop: str, **said: Any) -> OrderChanged:
    """A step of the n-th order, so many hours after it began."""
    at = began(n) + int(after * HOUR_MS)
    return OrderChanged(f"o{n}-{status}", at, _PLATFORM, f"o{n}", "b1", shop, status, **said)


def refunded(n: int, status: RefundStatus, after: float, shop: str, **said: Any) -> RefundChanged:
    """A step of the refund of the n-th order."""
    at = began(n) + int(after * HOUR_MS)
    return RefundChanged(f"r{n}-{status}", at, _PLATFORM, f"r{n}", f"o{n}", "b1", shop, status, **said)


def delivered(n: int, shop: str = "") -> list[Event]:
    """An order that is bought, sent and received, at one of many shops where none is named."""
    shop = shop or f"s{n % SHOPS}"
    at = began(n)
    lines = (OrderLine(f"sku{n}", 1, 9_900),)
    return [
        ordered(n, "placed", 0, shop, lines=lines, currency="CNY", device_hash="d1", address_hash="a1"),
        ordered(n, "paid", 0.1, shop),
        ordered(n, "shipped", 2, shop, waybill_no=f"SF{n:010}", carrier="sf"),
        ParcelScanned(f"l{n}-a", at + 3 * HOUR_MS, _PLATFORM, "sf", f"SF{n:010}", scan="accepted", facility="f1"),
        ParcelScanned(
            f"l{n}-s", at + 6 * HOUR_MS, _PLATFORM, "sf", f"SF{n:010}", scan="signed", signer="recipient", facility="f2"
        ),
    ]


def returned(
    n: int, received: GoodsList | None = None, reason: RefundReason = "no_reason", shop: str = "s1"
) -> list[Event]:
    """A return: received, sent back, looked into; what was bought came back where nothing else is said."""
    at, number = began(n), f"YT{n:010}"
    found = (Goods(f"sku{n}", 1),) if received is None else received
    said: dict[str, Any] = {"type": "return_refund", "reason": reason}
    return [
        *delivered(n, shop),
        refunded(n, "opened", 8, shop, **said),
        refunded(n, "agreed", 9, shop, **said),
        refunded(n, "waybill_filled", 12, shop, waybill_no=number, carrier="yto", **said),
        ParcelScanned(f"m{n}-a", at + 13 * HOUR_MS, _PLATFORM, "yto", number, scan="accepted", facility="f3"),
        ParcelScanned(
            f"m{n}-s", at + 20 * HOUR_MS, _PLATFORM, "yto", number, scan="signed", signer="recipient", facility="f4"
        ),
        ReturnInspected(f"i{n}", at + 21 * HOUR_MS, _PLATFORM, f"r{n}", f"o{n}", "b1", shop, number, found),
        refunded(n, "completed", 22, shop, **said),
    ]


def returned_wrong(n: int) -> list[Event]:
    """The same, and each time something else was found that nobody had ordered."""
    return returned(n, (Goods(f"stone{n}", 1),))


def claimed_wrong(n: int) -> list[Event]:
    """The same, and the buyer says each time that other goods had come."""
    return returned(n, (Goods(f"stone{n}", 1),), "wrong_item")


def returned_at_many(n: int) -> list[Event]:
    """Returns that are right, at many shops."""
    return returned(n, shop=f"s{n % SHOPS}")


def denied(n: int) -> list[Event]:
    """Received, and money asked back as if it was not: an alert each time."""
    shop = f"s{n % SHOPS}"
    said: dict[str, Any] = {"type": "refund_only", "reason": "not_received"}
    return [*delivered(n), refunded(n, "opened", 9, shop, **said), refunded(n, "completed", 12, shop, **said)]


def complained(n: int) -> list[Event]:
    """Received and complained of, in vain."""
    at, about = began(n), (f"k{n}", "b1", f"s{n % SHOPS}")
    return [
        *delivered(n),
        ComplaintChanged(
            f"k{n}-o", at + 9 * HOUR_MS, _PLATFORM, *about, "buyer", "opened", "postage", order_id=f"o{n}"
        ),
        ComplaintChanged(
            f"k{n}-r", at + 12 * HOUR_MS, _PLATFORM, *about, "buyer", "rejected", "postage", order_id=f"o{n}"
        ),
    ]


def threatened(n: int) -> list[Event]:
    """Received at one shop, and a complaint that names no order: it is about the latest one there."""
    at = began(n) + 9 * HOUR_MS
    word = ComplaintChanged(f"k{n}-o", at, _PLATFORM, f"k{n}", "b1", "s1", "buyer", "opened", "postage")
    return [*delivered(n, "s1"), word]


def rated(n: int) -> list[Event]:
    """Received and rated badly."""
    at = began(n) + 9 * HOUR_MS
    return [*delivered(n), ReviewPosted(f"v{n}", at, _PLATFORM, f"v{n}", f"o{n}", "b1", f"s{n % SHOPS}", 1)]
