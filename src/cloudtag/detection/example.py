"""Short ways to write a detector's examples: events in the replay form with sensible defaults.

One buyer `b1`, one shop `s1`, one order `o1`, one refund `r1` on Taobao, unless an example says otherwise. Times
count from Monday, 2 March 2026, 00:00 UTC.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

_OF_REFUNDS = ("refunds", "inspections")
_MONDAY = datetime(2026, 3, 2, tzinfo=UTC)


def day(days: int, hours: int = 0, minutes: int = 0) -> str:
    """That long after Monday midnight, RFC 3339."""
    at = _MONDAY + timedelta(days=days, hours=hours, minutes=minutes)
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")


def in_ms(at: str) -> int:
    """A time as `day` writes it, in milliseconds since the epoch."""
    return int(datetime.fromisoformat(at).timestamp() * 1000)


def cited(*events: dict[str, Any]) -> list[list[object]]:
    """Events as an alert that rests on them cites them: stream, id and time."""
    return [[each["stream"], each["event_id"], in_ms(each["occurred_at"])] for each in events]


def event(stream: str, at: str | int, **fields: Any) -> dict[str, Any]:
    """Any event; its id is made of what it says."""
    occurred_at = at if isinstance(at, str) else day(at)
    parts = (fields.get(name) for name in ("refund_id", "order_id", "waybill_no", "shop_id", "status", "scan"))
    event_id = "-".join([stream, occurred_at, *(str(part) for part in parts if part)])
    if stream not in _OF_REFUNDS:
        # Named to say whose order, review or complaint it is, which are numbered alike.
        fields.pop("refund_id", None)
    return {"stream": stream, "event_id": event_id, "occurred_at": occurred_at, "platform": "taobao", **fields}


def ordered(status: str, at: str | int, **fields: Any) -> dict[str, Any]:
    """An order event; two pieces of one sku unless said otherwise."""
    lines = [{"sku_id": "dress", "quantity": 2, "unit_price_minor": 19900}]
    return event("orders", at, **{"status": status, "lines": lines, **_ids(fields), **fields})


def refunded(status: str, at: str | int, **fields: Any) -> dict[str, Any]:
    """A refund event."""
    return event("refunds", at, **{"status": status, "refund_id": "r1", **_ids(fields), **fields})


def inspected(at: str | int, received: dict[str, int], **fields: Any) -> dict[str, Any]:
    """What the shop found: pieces by sku; an empty dict is an empty parcel."""
    goods = [{"sku_id": sku, "quantity": quantity} for sku, quantity in received.items()]
    return event("inspections", at, **{"refund_id": "r1", "received": goods, **_ids(fields), **fields})


def scanned(waybill_no: str, kind: str, at: str | int, **fields: Any) -> dict[str, Any]:
    """A courier's scan."""
    return event("logistics", at, **{"carrier": "sf", "waybill_no": waybill_no, "scan": kind, **fields})


def reviewed(at: str | int, rating: int, **fields: Any) -> dict[str, Any]:
    """A review of the order."""
    return event("reviews", at, **{"review_id": "v1", "rating": rating, **_ids(fields), **fields})


def complained(status: str, at: str | int, **fields: Any) -> dict[str, Any]:
    """A complaint of the buyer about the order."""
    return event(
        "complaints", at, **{"status": status, "complaint_id": "c1", "complainant": "buyer", **_ids(fields), **fields}
    )


def contacted(at: str | int, **fields: Any) -> dict[str, Any]:
    """The shop's attempt to reach the buyer about the order; nobody answers unless said otherwise."""
    return event("contacts", at, **{"channel": "chat", **_ids(fields), **fields})


def _ids(fields: dict[str, Any]) -> dict[str, Any]:
    suffix = str(fields.get("refund_id", "r1"))[1:]
    return {"order_id": f"o{suffix}", "buyer_id": "b1", "shop_id": "s1"}
