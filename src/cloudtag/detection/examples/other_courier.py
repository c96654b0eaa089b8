"""A return number that its courier never scanned, while another courier has a parcel of that number."""

from __future__ import annotations

from typing import Any

from cloudtag.detection.example import day, event, inspected, ordered, refunded, scanned
from cloudtag.detection.rule import Example

_SHOP = event("shops", -90, shop_id="s1", return_address_hashes=["warehouse"])
_MOVED = event("shops", day(7), shop_id="s1", return_address_hashes=["new"])
_BUSY = tuple(scanned("BUSY", "arrived", day(6, hour, 30), carrier="YTO") for hour in range(72))


def _return(n: int = 1, carrier: str = "YTO", buyer: str = "b1") -> tuple[dict[str, object], ...]:
    """Named on day 6; with YTO nothing moves for three days under that number."""
    who: dict[str, Any] = {"refund_id": f"r{n}", "buyer_id": buyer}
    return (
        ordered("placed", 0, **who),
        refunded("opened", day(5), type="return_refund", reason="no_reason", **who),
        refunded("waybill_filled", day(6), type="return_refund", carrier=carrier, waybill_no="RET1", **who),
    )


def _travels(at: str = day(6, 3), to: str | None = "warehouse", carrier: str = "ZTO") -> tuple[dict[str, object], ...]:
    said = {} if to is None else {"destination_hash": to}
    return (
        scanned("RET1", "accepted", at, carrier=carrier, **said),
        scanned("RET1", "signed", day(8), carrier=carrier, signer="station", **said),
    )


def _case(name: str, *events: dict[str, object], severity: str = "medium", until: str = day(9)) -> Example:
    """The return, its courier's busy days, and what else; the alert is of that severity."""
    fact = {"facts": {"other_courier": "zto"}} if severity == "low" else {}
    return Example(
        name=name, events=(*_return(), *_BUSY, *events), until=until, fires=({"severity": severity, **fact},)
    )


OTHER_COURIER = (
    Example(
        name="near miss: another courier brings a parcel of that number to the shop",
        events=(_SHOP, *_return(), *_BUSY, *_travels()),
        until=day(9),
    ),
    Example(
        name="near miss: to an address that the shop has listed since",
        events=(_SHOP, *_return(), *_BUSY, *_travels(to="new"), _MOVED),
        until=day(9),
    ),
    _case("nobody says where the other parcel goes", _SHOP, *_travels(to=None), severity="low"),
    _case("nobody knows where the shop is", *_travels(), severity="low"),
    _case(
        "it goes to one shop, and a return to a second, which nobody knows where it is, names the number too",
        _SHOP, *_travels(), *({**told, "shop_id": "s2"} for told in _return(2)), severity="low",
    ),
    _case("the other parcel goes to a stranger", _SHOP, *_travels(to="stranger")),
    _case(
        "the shop says that nothing came of it",
        _SHOP, *_travels(), inspected(day(9, 5), {}, arrived=False, waybill_no="RET1"),
    ),
    _case("somebody else sends the other parcel back", _SHOP, *_travels(), *_return(2, "ZTO", "b2")),
    _case(
        "somebody else was sent the other parcel",
        _SHOP,
        *_travels(),
        ordered("shipped", day(6), refund_id="r2", buyer_id="b2", carrier="ZTO", waybill_no="RET1"),
    ),
    _case(
        "the number of the buyer's own order, which a third courier brought",
        _SHOP, *_travels(), ordered("shipped", day(1), carrier="SF", waybill_no="RET1"),
    ),
    _case(
        "handed in ten minutes before the refund was opened, as two clocks tell it",
        _SHOP, *_travels(day(4, 23, 50), to=None), severity="low",
    ),
    _case("handed in a minute sooner", _SHOP, *_travels(day(4, 23, 49))),
    _case("handed in at the very end of the wait", _SHOP, *_travels(day(9), to=None)[:1], severity="low"),
    _case("handed in a minute later", _SHOP, *_travels(day(9, 0, 1))[:1]),
    _case("two others have a parcel of that number", _SHOP, *_travels(), *_travels(day(6, 4), carrier="STO")[:1]),
    _case("a label of another courier", _SHOP, scanned("RET1", "label_created", day(6, 3), carrier="ZTO")),
    Example(
        name="near miss: the courier is put right",
        events=(
            _SHOP,
            *_return(),
            *_BUSY,
            *_travels(),
            refunded("waybill_filled", day(7), type="return_refund", carrier="ZTO", waybill_no="RET1"),
        ),
        until=day(9),
    ),
    Example(
        name="near miss: another courier was named, and the shop found the goods",
        events=(_SHOP, *_return(), *_BUSY, *_travels(), inspected(day(9), {"dress": 2}, waybill_no="RET1")),
    ),
)  # fmt: skip
