"""Signals about one buyer that weigh together: each an order with a refund, told by the buyer at some day."""

from collections.abc import Sequence
from typing import Any

from hypothesis import strategies as st
from msgspec.structs import replace

from cloudtag.contract import events as ev
from cloudtag.contract.types import Goods, OrderLine

START_MS = 1_772_409_600_000
DAY_MS = 86_400_000
ABOUT = ("o", "b1", "s1")
"""The order, the buyer and the shop; `numbered` tells orders apart."""
LINES = (OrderLine("dress", 2, 9_900),)
CALLED = ("event_id", "order_id", "refund_id", "waybill_no")


def denied(day: int) -> tuple[ev.Event, ...]:
    """A parcel that was signed for is said never to have come."""
    at = START_MS + day * DAY_MS
    return (
        ev.OrderChanged("e1", at, "taobao", *ABOUT, "shipped", lines=LINES, waybill_no="OUT", currency="CNY"),
        ev.ParcelScanned("e2", at + 2 * DAY_MS, "taobao", "sf", "OUT", scan="signed", signer="recipient"),
        ev.RefundChanged("e3", at + 3 * DAY_MS, "taobao", "r", *ABOUT, "opened", "refund_only", "not_received"),
    )


def fell_short(day: int) -> tuple[ev.Event, ...]:
    """Less comes back than was sent."""
    at = START_MS + day * DAY_MS
    return (
        ev.OrderChanged("e1", at, "taobao", *ABOUT, "completed", lines=LINES, currency="CNY"),
        ev.RefundChanged("e2", at + DAY_MS, "taobao", "r", *ABOUT, "opened", "return_refund", "quality"),
        ev.ReturnInspected("e3", at + 5 * DAY_MS, "taobao", "r", *ABOUT, received=(Goods("dress", 1),)),
    )


def insured(day: int) -> tuple[ev.Event, ...]:
    """A return number on which nothing ever travels, the return being insured."""
    at = START_MS + day * DAY_MS
    said: dict[str, Any] = {"type": "return_refund", "reason": "quality"}
    return (
        ev.OrderChanged(
            "e1", at, "taobao", *ABOUT, "shipped", lines=LINES, freight_insured=True, waybill_no="OUT", currency="CNY"
        ),
        ev.RefundChanged("e2", at + DAY_MS, "taobao", "r", *ABOUT, "opened", claims_received=True, **said),
        ev.RefundChanged("e3", at + DAY_MS + 1, "taobao", "r", *ABOUT, "waybill_filled", waybill_no="RET", **said),
    )


@st.composite
def signals(draw: st.DrawFn) -> list[ev.Event]:
    """One signal of half a year."""
    return list(draw(st.sampled_from((denied, fell_short, insured)))(draw(st.integers(0, 200))))


def numbered(told: Sequence[Sequence[ev.Event]]) -> list[list[ev.Event]]:
    """Each signal about an order of its own."""
    return [[_numbered(event, str(number)) for event in signal] for number, signal in enumerate(told)]


def _numbered(event: ev.Event, number: str) -> ev.Event:
    held = {name: getattr(event, name) for name in CALLED if getattr(event, name, None)}
    return replace(event, **{name: f"{value}{number}" for name, value in held.items()})
