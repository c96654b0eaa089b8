"""Goods claimed to be in hand, of a parcel that went under the names of two couriers (F1, T4)."""

from __future__ import annotations

from cloudtag.detection.example import day, ordered, refunded, scanned
from cloudtag.detection.rule import Example

_FEED = tuple(scanned(f"Z{n}", "arrived", day(0, n), carrier="China Post") for n in range(240))
_NUMBERED = tuple(enumerate(_FEED))
_HOME = {"destination_hash": "home"}


def _sent(claimed: str, carrier: str = "China Post") -> tuple[dict[str, object], ...]:
    """Handed in at the post, and brought on day 7 by USPS."""
    said = {"address_hash": "home", "freight_insured": True}
    return (
        *_FEED,
        ordered("placed", 0, **said),
        ordered("shipped", day(1), carrier=carrier, waybill_no="LX1CN", **said),
        scanned("LX1CN", "accepted", day(1, 2), carrier="China Post", **_HOME),
        scanned("LX1CN", "arrived", day(5), carrier="USPS", **_HOME),
        scanned("LX1CN", "signed", day(7), carrier="USPS", signer="recipient", **_HOME),
        refunded("opened", claimed, type="return_refund", reason="quality", claims_received=True),
    )


HANDED_OVER = (
    Example(name="near miss: brought by the courier abroad before the claim", events=_sent(day(8))),
    Example(
        name="brought by the courier abroad two days after the claim",
        events=_sent(day(5)),
        fires=({"severity": "high", "waybill_nos": ["LX1CN"]},),
    ),
    Example(
        name="near miss: the shop named a courier that never had it",
        events=(
            *_sent(day(8), "SF"),
            *({**event, "carrier": "SF", "event_id": f"sf{n}"} for n, event in enumerate(_FEED)),
        ),
    ),
)
