"""Orders of which the shop has not sent all, and goods of them said not to have come (F7)."""

from __future__ import annotations

from cloudtag.detection.example import day, ordered, refunded, scanned
from cloudtag.detection.rule import Example

_Goods = list[dict[str, object]]


def _goods(**pieces: int) -> _Goods:
    return [{"sku_id": sku_id, "quantity": quantity} for sku_id, quantity in pieces.items()]


def _sent(status: str, held: _Goods, at: int = 1) -> dict[str, object]:
    return ordered(status, day(at), lines=_LINES, parcels=[{"waybill_no": "OUT1", "lines": held}])


def _denied(claimed: _Goods) -> tuple[dict[str, object], ...]:
    """A parcel that came, and the claim that goods did not."""
    return (
        scanned("OUT1", "signed", day(2), signer="recipient"),
        refunded("opened", day(4), type="refund_only", reason="not_received", lines=claimed),
    )


_LINES = [
    {"sku_id": "cup", "quantity": 3, "unit_price_minor": 900},
    {"sku_id": "pot", "quantity": 1, "unit_price_minor": 9900},
]
_ORDERED = ordered("placed", 0, lines=_LINES)
_REST = ordered("shipped", day(3), lines=_LINES)

DENIED_PARTS = (
    Example(
        name="near miss: partly shipped, nobody says with what",
        events=(_ORDERED, _sent("partly_shipped", []), *_denied(_goods(pot=1))),
    ),
    Example(
        name="near miss: partly shipped, and all of it is missed",
        events=(_ORDERED, _sent("partly_shipped", _goods(cup=3)), *_denied([])),
    ),
    Example(
        name="near miss: two of three cups are sent so far, and one is missed",
        events=(_ORDERED, _sent("partly_shipped", _goods(cup=2, pot=1)), *_denied(_goods(cup=1))),
    ),
    Example(
        name="partly shipped, and missed is what came",
        events=(_ORDERED, _sent("partly_shipped", _goods(cup=3)), *_denied(_goods(cup=1))),
        fires=({"severity": "medium", "waybill_nos": ["OUT1"]},),
    ),
    Example(
        name="partly shipped, and the rest with it as it turned out before it was missed",
        events=(_ORDERED, _sent("partly_shipped", []), _REST, *_denied(_goods(pot=1))),
        fires=({"severity": "medium"},),
    ),
    Example(
        name="near miss: all is shipped, two of the three cups as the parcel's list has it",
        events=(_ORDERED, _sent("shipped", _goods(cup=2, pot=1)), *_denied(_goods(cup=1))),
    ),
    Example(
        name="all is shipped, two of the three cups as the list has it, and two are missed",
        events=(_ORDERED, _sent("shipped", _goods(cup=2, pot=1)), *_denied(_goods(cup=2))),
        fires=({"severity": "medium"},),
    ),
    Example(
        name="all is shipped, as the parcel's list has it too, and a cup is missed",
        events=(_ORDERED, _sent("shipped", _goods(cup=3, pot=1)), *_denied(_goods(cup=1))),
        fires=({"severity": "medium"},),
    ),
)
