"""What is made of a courier whose feed broke off (F10): by who claims goods early, and by who denies having them.

The courier scans somebody else's parcels from eight in the morning until four in the afternoon.
"""

from __future__ import annotations

from cloudtag.detection.example import day, ordered, refunded, scanned
from cloudtag.detection.rule import Example

_Gap = tuple[int, int, int]
"""A day, the first hour without a scan, and how many there are, on from the same hour of the next day after eight."""
_SENT = (
    ordered("placed", 0),
    ordered("shipped", day(1), carrier="SF", waybill_no="OUT1"),
    scanned("OUT1", "accepted", day(1, 2)),
)
_CLAIM = refunded("opened", day(6, 12), type="return_refund", reason="quality", claims_received=True)
_SIGNED = scanned("OUT1", "signed", day(2), signer="recipient")
_DENIED = (*_SENT, _SIGNED, refunded("opened", day(3), type="refund_only", reason="not_received"))


def _signed_at(facility: str) -> tuple[dict[str, object], ...]:
    """The same; it was handed in at the hub, and signed for there or elsewhere."""
    where = {id(_SENT[-1]): "hub", id(_SIGNED): facility}
    return tuple({**event, "facility": where[id(event)]} if id(event) in where else event for event in _DENIED)


def _second(carrier: str, **fields: object) -> tuple[dict[str, object], ...]:
    """A second parcel of the order, by some courier."""
    said = {"carrier": carrier, **fields}
    return (
        ordered("shipped", day(1, 1), carrier=carrier, waybill_no="OUT2"),
        scanned("OUT2", "accepted", day(1, 3), carrier=carrier),
        scanned("OUT2", "signed", day(2), signer="recipient", **said),
    )


def _feed(*gaps: _Gap, since: int = -4, until: int = 7, carrier: str = "sf") -> tuple[dict[str, object], ...]:
    lost = {(on + n // 8, first + n % 8) for on, first, hours in gaps for n in range(hours)}
    hours = ((on, hour) for on in range(since, until) for hour in range(8, 16) if (on, hour) not in lost)
    return tuple(scanned(f"BUSY-{carrier}", "arrived", day(on, hour, 30), carrier=carrier) for on, hour in hours)


def _amended(at: str) -> dict[str, object]:
    return refunded("modified", at, type="refund_only", reason="not_received")


CLAIMED = (
    Example(
        name="the feed rests at night, and never breaks off",
        events=(*_SENT, _CLAIM, *_feed()),
        fires=({"severity": "medium"},),
    ),
    Example(name="near miss: the feed missed an hour", events=(*_SENT, _CLAIM, *_feed((4, 9, 1)))),
    Example(name="near miss: the feed broke off for four hours", events=(*_SENT, _CLAIM, *_feed((4, 9, 4)))),
    Example(
        name="near miss: the feed is silent in two of its hours by chance, besides",
        events=(*_SENT, _CLAIM, *_feed((2, 9, 1), (4, 12, 1))),
    ),
    Example(
        name="a feed that misses hours every day says nothing by missing one",
        events=(*_SENT, _CLAIM, *_feed((2, 9, 1), (3, 11, 1), (4, 13, 1), (5, 8, 1))),
        fires=({"severity": "medium"},),
    ),
    Example(
        name="near miss: the same four hours on three days, and scans at them on four",
        events=(*_SENT, _CLAIM, *_feed((2, 8, 4), (3, 8, 4), (4, 8, 4))),
    ),
    Example(
        name="the same four hours on four days: that is the courier's way",
        events=(*_SENT, _CLAIM, *_feed((2, 8, 4), (3, 8, 4), (4, 8, 4), (5, 8, 4))),
        fires=({"severity": "medium"},),
    ),
    Example(name="near miss: the feed broke off for two days of a week", events=(*_SENT, _CLAIM, *_feed((3, 8, 16)))),
    Example(
        name="a feed that was silent for three days of a week has hardly begun",
        events=(*_SENT, _CLAIM, *_feed((2, 8, 24))),
        fires=({"severity": "medium"},),
    ),
    Example(
        name="near miss: what is known of the feed begins when the goods were sent, and it broke off since",
        events=(*_SENT, _CLAIM, *_feed((4, 9, 4), since=1)),
    ),
    Example(
        name="the feed broke off the day before the goods were sent",
        events=(*_SENT, _CLAIM, *_feed((0, 9, 4))),
        fires=({"severity": "medium"},),
    ),
    Example(name="near miss: it broke off until the claim", events=(*_SENT, _CLAIM, *_feed((6, 11, 1)))),
    Example(
        name="it broke off in the hour of the claim",
        events=(*_SENT, _CLAIM, *_feed((6, 12, 1))),
        fires=({"severity": "medium"},),
    ),
    Example(
        name="the feed broke off, and this very parcel is delivered after the claim",
        events=(*_SENT, _CLAIM, *_feed((4, 9, 4)), scanned("OUT1", "signed", day(7), signer="recipient")),
        fires=({"severity": "medium"},),
    ),
)
DENIED = (
    Example(
        name="signed for, and nothing refutes it in a feed that never breaks off",
        events=(*_DENIED, *_feed()),
        fires=({"severity": "medium"},),
    ),
    Example(
        name="the feed broke off for three hours after the signature: no more than a hint",
        events=(*_DENIED, *_feed((4, 9, 3))),
        fires=({"severity": "low", "facts": {"courier_silent": "true"}},),
    ),
    Example(
        name="what is known of the feed begins the day before the goods were sent, and it broke off since",
        events=(*_DENIED, *_feed((4, 9, 3), since=0)),
        fires=({"severity": "low"},),
    ),
    Example(
        name="the feed begins after the goods were sent, and is hardly known before it breaks off",
        events=(*_DENIED, *_feed((4, 9, 3), since=2)),
        fires=({"severity": "medium"},),
    ),
    Example(
        name="it broke off, was heard once more and never again: a feed that comes to its end",
        events=(*_DENIED, *_feed((4, 9, 3), (4, 13, 3), (5, 8, 8), (6, 8, 8))),
        until=day(9),
        fires=({"severity": "medium"},),
    ),
    Example(
        name="it broke off until after the time it is asked about, and went on then",
        events=(*_DENIED, *_feed((4, 13, 3), (5, 8, 4))),
        fires=({"severity": "low"},),
    ),
    Example(
        name="it broke off until after that time, was heard once more and never again",
        events=(*_DENIED, *_feed((4, 13, 3), (5, 8, 4), (5, 13, 3), (6, 8, 8))),
        until=day(9),
        fires=({"severity": "medium"},),
    ),
    Example(
        name="it broke off, and went on for most of the time it is asked about",
        events=(*_DENIED, *_feed((4, 9, 3), (5, 9, 2))),
        fires=({"severity": "low"},),
    ),
    Example(
        name="it had missed an hour on the day before it broke off",
        events=(*_DENIED, *_feed((3, 10, 1), (4, 9, 3), since=-6)),
        fires=({"severity": "low"},),
    ),
    Example(
        name="it had missed two: it grew thin, and is silent by chance",
        events=(*_DENIED, *_feed((3, 10, 1), (3, 15, 1), (4, 9, 3), since=-6)),
        fires=({"severity": "medium"},),
    ),
    Example(
        name="the feed missed two hours",
        events=(*_DENIED, *_feed((4, 9, 2))),
        fires=({"severity": "medium"},),
    ),
    Example(
        name="a few scans with another zone's time fall into the silence",
        events=(*_DENIED, *_feed((4, 9, 1), (4, 11, 1), (4, 14, 1))),
        fires=({"severity": "low"},),
    ),
    Example(
        name="three hours that are too far apart for an outage",
        events=(*_DENIED, *_feed((4, 8, 1), (4, 11, 1), (4, 14, 1))),
        fires=({"severity": "medium"},),
    ),
    Example(
        name="the feed broke off before the signature: the parcel may have been on its way home",
        events=(*_DENIED, *_feed((1, 9, 4))),
        fires=({"severity": "low"},),
    ),
    Example(
        name="the feed broke off before the goods were sent",
        events=(*_DENIED, *_feed((0, 9, 4))),
        fires=({"severity": "medium"},),
    ),
    Example(
        name="it broke off on the fourth day after the signature: by then the parcel would have been carried on",
        events=(*_DENIED, *_feed((5, 9, 4))),
        fires=({"severity": "medium"},),
    ),
    Example(
        name="nothing is heard any more: that may be the end of all that is known",
        events=(*_DENIED, *_feed(until=3)),
        until=day(9),
        fires=({"severity": "medium"},),
    ),
    Example(
        name="amended twice, and the feed had broken off",
        events=(*_DENIED, _amended(day(3, 5)), _amended(day(4)), *_feed((4, 9, 4))),
        fires=({"severity": "low", "facts": {"high_since": None, "critical_since": None}},),
    ),
    Example(
        name="near miss: signed for where it had set out from, and the feed had broken off: it went home",
        events=(*_signed_at("hub"), *_feed((1, 9, 4))),
    ),
    Example(
        name="near miss: of two parcels one went where it had set out from, and the feed had broken off",
        events=(*_signed_at("hub"), *_second("SF", facility="town"), *_feed((1, 9, 4))),
    ),
    Example(
        name="the feed of one of two couriers broke off",
        events=(*_DENIED, *_second("YTO"), *_feed((4, 9, 3)), *_feed(carrier="YTO")),
        fires=({"severity": "low", "waybill_nos": ["OUT1", "OUT2"]},),
    ),
    Example(
        name="the feed broke off, and another refund names that very number as its return",
        events=(
            *_DENIED,
            refunded("opened", day(3, 1), refund_id="r2", order_id="o1", type="return_refund", waybill_no="OUT1"),
            *_feed((4, 9, 3)),
        ),
        fires=({"severity": "medium", "facts": {"courier_silent": None}},),
    ),
    Example(
        name="signed for at the station where it was handed in, as in a town that has one, and nothing is missing",
        events=(*_signed_at("hub"), *_feed()),
        fires=({"severity": "medium"},),
    ),
    Example(
        name="near miss: signed for where it had set out from, though it had been elsewhere: it went home",
        events=(*_signed_at("hub"), scanned("OUT1", "arrived", day(1, 20), facility="town"), *_feed()),
    ),
    Example(
        name="signed for where it had arrived",
        events=(*_signed_at("town"), scanned("OUT1", "arrived", day(1, 20), facility="town"), *_feed()),
        fires=({"severity": "medium"},),
    ),
)
