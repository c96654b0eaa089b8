"""What `double_refund` finds, and what it must not."""

from __future__ import annotations

from cloudtag.detection.example import day, event, ordered, refunded
from cloudtag.detection.rule import Example

_WORTH = 39800
"""What the two dresses of the order cost."""


def _paid(n: int, at: int, amount: int | None = _WORTH, **fields: object) -> tuple[dict[str, object], ...]:
    """A refund of the order, opened and completed a day later."""
    asked = {"type": "refund_only", "reason": "quality", "amount_minor": amount, "order_id": "o1", **fields}
    done = str(asked.pop("status", "completed"))
    return tuple(refunded(status, day(at + k), refund_id=f"r{n}", **asked) for k, status in enumerate(("opened", done)))


def _charged(status: str, at: int, minutes: int = 0, **fields: object) -> dict[str, object]:
    said = {"chargeback_id": "k1", "order_id": "o1", "buyer_id": "b1", "shop_id": "s1", **fields}
    return event("chargebacks", day(at, 0, minutes), status=status, **said)


_ORDER = ordered("paid", 0, currency="CNY")
_ONCE = (_ORDER, *_paid(1, 5))


def _unstated(n: int, at: int, **fields: object) -> tuple[dict[str, object], ...]:
    """A return that is paid back, nobody states how much."""
    return _paid(n, at, None, type="return_refund", **fields)


_ONE = [{"sku_id": "dress", "quantity": 1}]


def _amended(at: int, status: str = "paid") -> dict[str, object]:
    """One of the two dresses is called off."""
    return ordered(status, day(at), currency="CNY", lines=[{**_ONE[0], "unit_price_minor": 19900}])


EXAMPLES = (
    Example(
        name="paid back without a return, then returned and paid again",
        events=(*_ONCE, *_paid(2, 8, type="return_refund")),
        fires=(
            {
                "severity": "high",
                "refund_ids": ["r1", "r2"],
                "facts": {"share": "200%/105%", "refunds": "2", "chargebacks": "0"},
            },
        ),
    ),
    Example(
        name="one minor unit above 105 percent",
        events=(*_ONCE, *_paid(2, 8, 1991)),
        fires=({"facts": {"paid_back_minor": "41791"}},),
    ),
    Example(
        name="charged back twice, and lost both times",
        events=(_ORDER, _charged("lost", 8), _charged("lost", 20, chargeback_id="k2")),
        fires=({"refund_ids": [], "facts": {"share": "200%/105%", "refunds": "0", "chargebacks": "2"}},),
    ),
    Example(
        name="near miss: charged back twice, nothing refunded, and one not decided",
        events=(_ORDER, _charged("lost", 8), _charged("opened", 20, chargeback_id="k2")),
    ),
    Example(name="near miss: charged back once, and lost", events=(_ORDER, _charged("lost", 8))),
    Example(name="near miss: 105 percent, for a tea stain on the way", events=(*_ONCE, *_paid(2, 8, 1990))),
    Example(
        name="near miss: one return paid back to two cards",
        events=(_ORDER, *_paid(1, 5, 19900), *_paid(2, 5, 19900)),
    ),
    Example(name="near miss: the second one is not completed", events=(*_ONCE, *_paid(2, 8, status="agreed"))),
    Example(name="near miss: the second one is the postage", events=(*_ONCE, *_paid(2, 8, type="postage"))),
    Example(name="near miss: the second one is an exchange", events=(*_ONCE, *_paid(2, 8, type="exchange"))),
    Example(
        name="near miss: an amount in another currency is not added",
        events=(*_ONCE, *_paid(2, 8, currency="USD")),
    ),
    Example(
        name="an amount in the order's own currency",
        events=(*_ONCE, *_paid(2, 8, currency="CNY")),
        fires=({"refund_ids": ["r1", "r2"]},),
    ),
    Example(
        name="the bank paid as well",
        events=(*_ONCE, _charged("opened", 3, amount_minor=_WORTH), _charged("lost", 9)),
        fires=({"refund_ids": ["r1"], "facts": {"share": "200%/105%", "chargebacks": "1"}},),
    ),
    Example(
        name="the bank is asked to pay once the shop has",
        events=(*_ONCE, _charged("opened", 6, 10)),
        fires=({"facts": {"chargebacks": "1"}},),
    ),
    Example(name="near miss: asked within ten minutes", events=(*_ONCE, _charged("opened", 6, 9))),
    Example(name="near miss: the bank was asked before the shop paid", events=(*_ONCE, _charged("opened", 3))),
    Example(name="near miss: the shop wins", events=(*_ONCE, _charged("opened", 7), _charged("won", 9))),
    Example(name="near miss: taken back at the bank", events=(*_ONCE, _charged("opened", 7), _charged("withdrawn", 9))),
    Example(
        name="near miss: the bank pays in another currency",
        events=(*_ONCE, _charged("lost", 9, amount_minor=5500, currency="USD")),
    ),
    Example(name="near miss: the bank pays, and the shop has not", events=(*_ONCE[:2], _charged("lost", 9))),
    Example(
        name="no amounts: three pieces paid back of two",
        events=(
            _ORDER,
            *_unstated(1, 5),
            *_unstated(2, 8, lines=_ONE),
        ),
        fires=({"facts": {"pieces": "3/2"}},),
    ),
    Example(
        name="near miss: no amounts, and each of the two pieces paid back once",
        events=(
            _ORDER,
            *(change for n in (1, 2) for change in _unstated(n, 5 + n, lines=_ONE)),
        ),
    ),
    Example(
        name="near miss: no amounts, and one return recorded as two refunds",
        events=(_ORDER, *_unstated(1, 5, waybill_no="RET1"), *_unstated(2, 5, waybill_no="RET1")),
    ),
    Example(
        name="near miss: one of two states its amount, and pieces do not count",
        events=(_ORDER, *_paid(1, 5, 19900), *_unstated(2, 8)),
    ),
    Example(
        name="a refund that states no amount, and the bank paid too",
        events=(_ORDER, *_unstated(1, 5), _charged("lost", 9, amount_minor=_WORTH)),
        fires=({"refund_ids": ["r1"], "facts": {"share": "200%/105%", "chargebacks": "1"}},),
    ),
    Example(
        name="near miss: no amount, one of the two pieces, and the bank paid for the other",
        events=(_ORDER, *_unstated(1, 5, lines=_ONE), _charged("lost", 9, amount_minor=19900)),
    ),
    Example(
        name="all was paid back, and one piece again without an amount",
        events=(*_ONCE, *_unstated(2, 8, lines=_ONE)),
        fires=({"facts": {"paid_back_minor": "59700"}},),
    ),
    Example(
        name="near miss: one return recorded as two refunds, of which one states the amount",
        events=(
            *_paid(1, 5, type="return_refund", waybill_no="RET1"),
            _ORDER,
            *_unstated(2, 6, lines=_ONE, waybill_no="RET1"),
        ),
    ),
    Example(
        name="near miss: one dress called off and paid back, the other one returned",
        events=(_ORDER, *_paid(1, 1, 19900), _amended(2), *_paid(2, 8, 19900)),
    ),
    Example(
        name="near miss: no amounts, one dress called off, the other one returned",
        events=(_ORDER, *_unstated(1, 1, lines=_ONE), _amended(2), *_unstated(2, 8, lines=_ONE)),
    ),
    Example(
        name="one dress called off before it was paid, and both paid back",
        events=(ordered("placed", 0, currency="CNY"), _amended(1, "paid"), *_paid(1, 5)),
        fires=({"facts": {"worth_minor": "19900", "paid_back_minor": "39800"}},),
    ),
)
