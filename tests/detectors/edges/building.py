"""What the edges of several detectors are made of: a detector's own examples, and what an alert cites."""

from collections.abc import Iterable
from typing import Any

from cloudtag.contract.ids import alert_id as make_alert_id
from cloudtag.contract.scope import scoped
from cloudtag.detection.example import day, event, inspected, ordered, refunded, scanned
from cloudtag.detectors.registry import all_detectors
from tests.detectors.judged import time_of

Raw = dict[str, Any]
Events = tuple[Raw, ...]


def firing(detector: str, example: str) -> Events:
    """The events of one of a detector's examples."""
    return next(each for each in all_detectors()[detector].examples if each.name == example).events


def at(days: int, hours: int = 0, minutes: int = 0) -> int:
    """That long after Monday midnight, in milliseconds since the epoch."""
    return time_of(day(days, hours, minutes))


def cited(*events: Raw) -> list[list[Any]]:
    """The events as an alert cites them, oldest first: stream, id and event time."""
    told = [[e["stream"], e["event_id"], time_of(e["occurred_at"])] for e in events]
    return sorted(told, key=lambda each: (each[2], each[0], each[1]))


def on(platform: str, events: Iterable[Raw]) -> Events:
    """The same, told by another platform of the network."""
    return tuple({**each, "platform": platform} for each in events)


def denied(n: int, days: int, **shown: Any) -> Events:
    """Order n is signed for by the buyer, who says that it never came."""
    who = {"refund_id": f"r{n}", **({"buyer_id": shown.pop("buyer_id")} if "buyer_id" in shown else {})}
    return (
        ordered("shipped", day(days), waybill_no=f"OUT{n}", **who, **shown),
        scanned(f"OUT{n}", "signed", day(days + 2), signer="recipient"),
        refunded("opened", day(days + 3), type="refund_only", reason="not_received", **who),
    )


def short(n: int, days: int, **fields: Any) -> Events:
    """Of two pieces of order n one comes back."""
    who = {"refund_id": f"r{n}", **fields}
    return (
        ordered("completed", day(days), **who),
        refunded("opened", day(days + 1), type="return_refund", reason="quality", **who),
        inspected(day(days + 5), {"dress": 1}, **who),
    )


def called_normal(n: int, days: int, buyer_id: str = "b1") -> Raw:
    """The shop calls what is said of refund n, that it never came, normal."""
    alert_id = make_alert_id("received_refund_only", "taobao", buyer_id, scoped("s1", f"o{n}"), f"r{n}")
    said = {"alert_id": alert_id, "buyer_id": buyer_id, "account_id": "main", "verdict": "normal"}
    return event("verdicts", day(days), shop_id="s1", **said)
