"""What `shop_side` finds, and what it must not."""

from __future__ import annotations

from cloudtag.detection.example import day, inspected, ordered, refunded, scanned
from cloudtag.detection.rule import Example

_WATCH = [{"sku_id": "watch", "quantity": 1, "unit_price_minor": 899900}]


def _cancelled(*statuses: str, by: str = "shop") -> tuple[dict[str, object], ...]:
    """An order in these states, a day apart; whoever cancels it is said."""
    return tuple(
        ordered(status, day(n), **({"cancelled_by": by} if status == "cancelled" else {}))
        for n, status in enumerate(statuses)
    )


def _sent(*scans: dict[str, object], refund: bool = True, **fields: object) -> tuple[dict[str, object], ...]:
    """An order sent to the buyer's home under OUT1, and a refund because nothing came."""
    asked = refunded("opened", day(9), type="refund_only", reason="not_received")
    return (
        ordered("paid", 0, address_hash="home"),
        ordered("shipped", day(1), **{"address_hash": "home", "waybill_no": "OUT1", **fields}),
        *scans,
        *((asked,) if refund else ()),
    )


def _scan(kind: str, at: int, number: str = "OUT1", **fields: object) -> dict[str, object]:
    return scanned(number, kind, day(at), **fields)


def _return(reason: str = "wrong_item", **who: object) -> tuple[dict[str, object], ...]:
    return (
        ordered("placed", 0, lines=_WATCH, **who),
        refunded("opened", day(5), type="return_refund", reason=reason),
    )


def _other(at: int = 1, status: str = "paid", **who: object) -> dict[str, object]:
    """Somebody orders a clock in the shop."""
    said = {"refund_id": "r9", "buyer_id": "b9", **who}
    return ordered(status, day(at), lines=[{"sku_id": "clock", "quantity": 1, "unit_price_minor": 9900}], **said)


_STRANGER = _scan("signed", 4, destination_hash="elsewhere", signer="recipient")
_CLOCK = inspected(day(8), {"clock": 1})

EXAMPLES = (
    Example(
        name="the shop cancels a paid order",
        events=_cancelled("placed", "paid", "cancelled"),
        fires=({"severity": "low", "family": "order", "facts": {"what": "cancelled", "cancelled_by": "shop"}},),
    ),
    Example(name="near miss: cancelled by the buyer", events=_cancelled("placed", "paid", "cancelled", by="buyer")),
    Example(name="near miss: cancelled by the platform", events=_cancelled("paid", "cancelled", by="platform")),
    Example(name="near miss: the shop cancels what was never paid", events=_cancelled("placed", "cancelled")),
    Example(name="near miss: cancelled, and sent after all", events=_cancelled("paid", "cancelled", "shipped")),
    Example(
        name="near miss: said to be the shop's, then the buyer's doing",
        events=(*_cancelled("paid", "cancelled"), ordered("cancelled", day(3), cancelled_by="buyer")),
    ),
    Example(
        name="the shop's number went to a stranger",
        events=_sent(_scan("accepted", 2, destination_hash="elsewhere"), _STRANGER),
        fires=(
            {
                "severity": "low",
                "shop_id": "s1",
                "refund_ids": ["r1"],
                "facts": {"what": "parcel", "number": "OUT1", "went": "other_address"},
            },
        ),
    ),
    Example(
        name="the shop's number belongs to another order",
        events=_sent(_scan("accepted", 2), _scan("signed", 4, order_id="o7", signer="recipient")),
        fires=({"facts": {"what": "parcel", "went": "other_order"}},),
    ),
    Example(
        name="the shop's number is on its way to a stranger",
        events=_sent(_scan("accepted", 2), _scan("arrived", 4, destination_hash="elsewhere")),
        fires=({"severity": "low", "facts": {"what": "parcel", "went": "other_address"}},),
    ),
    Example(
        name="the shop's number is on its way for another order",
        events=_sent(_scan("accepted", 2, order_id="o7")),
        fires=({"facts": {"what": "parcel", "went": "other_order"}},),
    ),
    Example(
        name="the shop's number is on the label of another order",
        events=_sent(_scan("label_created", 2, order_id="o7")),
        fires=({"facts": {"what": "parcel", "went": "other_order"}},),
    ),
    Example(
        name="near miss: on its way to the buyer's home",
        events=_sent(_scan("accepted", 2, destination_hash="home", order_id="o1"), _scan("arrived", 4)),
    ),
    Example(
        name="near miss: on its way, and the buyer had moved",
        events=(
            *_sent(_scan("accepted", 2, destination_hash="new home")),
            ordered("shipped", day(3), address_hash="new home", waybill_no="OUT1"),
        ),
    ),
    Example(
        name="near miss: two orders of the buyer on their way in one parcel",
        events=(
            *_sent(_scan("accepted", 2, order_id="o2")),
            ordered("shipped", day(1), refund_id="r2", address_hash="home", waybill_no="OUT1"),
        ),
    ),
    Example(
        name="an order at another shop has nothing to do with the parcel",
        events=(
            *_sent(_scan("accepted", 2, order_id="o2")),
            ordered("shipped", day(1), refund_id="r2", address_hash="home", waybill_no="OUT1", shop_id="s2"),
        ),
        fires=({"shop_id": "s1", "facts": {"what": "parcel", "went": "other_order"}},),
    ),
    Example(
        name="near miss: sent to the buyer's home",
        events=_sent(_scan("signed", 4, destination_hash="home", order_id="o1", signer="recipient")),
    ),
    Example(
        name="near miss: bound elsewhere at first, and put right",
        events=_sent(
            _scan("accepted", 2, destination_hash="elsewhere"),
            _scan("signed", 4, destination_hash="home", signer="recipient"),
        ),
    ),
    Example(
        name="near miss: two orders of the buyer in one parcel",
        events=(
            *_sent(_scan("signed", 4, order_id="o2", signer="recipient")),
            ordered("shipped", day(1), refund_id="r2", address_hash="home", waybill_no="OUT1"),
        ),
    ),
    Example(name="near miss: nobody asks for anything", events=_sent(_STRANGER, refund=False)),
    Example(
        name="near miss: the refund was withdrawn",
        events=(*_sent(_STRANGER), refunded("withdrawn", day(10), type="refund_only")),
    ),
    Example(name="near miss: the order tells no address", events=_sent(_STRANGER, address_hash=None)[1:]),
    Example(
        name="the shop sent what others order there",
        events=(*_return(), _other(), _CLOCK),
        fires=({"severity": "low", "facts": {"what": "goods", "ordered": "watch", "came": "clock"}},),
    ),
    Example(
        name="not as described, and the article is one of the shop's",
        events=(*_return("not_as_described"), _other(), _CLOCK),
        fires=({"facts": {"what": "goods"}},),
    ),
    Example(name="near miss: no order there names the article", events=(*_return(), _other(shop_id="s2"), _CLOCK)),
    Example(name="near miss: nothing of the kind was claimed", events=(*_return("no_reason"), _other(), _CLOCK)),
    Example(
        name="near miss: claimed only once the parcel was opened",
        events=(
            *_return("no_reason"),
            _other(),
            _CLOCK,
            refunded("modified", day(8, 1), type="return_refund", reason="wrong_item"),
        ),
    ),
    Example(
        name="near miss: the buyer has a clock from there",
        events=(*_return(), _other(), _other(refund_id="r3", buyer_id="b1"), _CLOCK),
    ),
    Example(
        name="near miss: a linked buyer has a clock from there",
        events=(*_return(device_hash="d1"), _other(), _other(refund_id="r3", buyer_id="b3", device_hash="d1"), _CLOCK),
    ),
    Example(
        name="near miss: only a linked buyer had ordered one, and cancelled",
        events=(
            *_return(device_hash="d1"),
            _other(refund_id="r3", buyer_id="b3", device_hash="d1", status="cancelled"),
            _CLOCK,
        ),
    ),
    Example(
        name="near miss: the watch itself comes back", events=(*_return(), _other(), inspected(day(8), {"watch": 1}))
    ),
)
