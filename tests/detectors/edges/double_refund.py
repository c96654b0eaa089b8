"""Edges of `double_refund`: what was paid for, which payments count, and since when it is too much."""

from typing import Any

from cloudtag.detection.example import day, event, ordered, refunded
from cloudtag.detection.rule import Example
from tests.detectors.edges.building import Events, Raw, at, cited

_ORDER = ordered("paid", 0, currency="CNY")
_ONE = [{"sku_id": "dress", "quantity": 1}]
_GIFT: list[Raw] = [{"sku_id": "gift", "quantity": 1, "unit_price_minor": 0}]
_CENT: list[Raw] = [{"sku_id": "sample", "quantity": 1, "unit_price_minor": 1}]


def _back(n: int, at: int, amount: int | None = 39800, **fields: Any) -> Events:
    """Money back, opened and completed a day later."""
    asked = {"type": "refund_only", "reason": "quality", "amount_minor": amount, "order_id": "o1", **fields}
    return tuple(
        refunded(status, day(at + k), refund_id=f"r{n}", **asked) for k, status in enumerate(("opened", "completed"))
    )


def _bank(status: str, at: int, **fields: Any) -> Raw:
    said = {"chargeback_id": "k1", "order_id": "o1", "buyer_id": "b1", "shop_id": "s1", **fields}
    return event("chargebacks", day(at), status=status, **said)


def _one_dress(status: str, at: int) -> Raw:
    return ordered(status, day(at), currency="CNY", lines=[{**_ONE[0], "unit_price_minor": 19900}])


_ONCE = (_ORDER, *_back(1, 5))
_LOST = (_bank("opened", 7), _bank("lost", 9))

EDGES = (
    Example(
        name="near miss: paid back twice, and what was ordered is not known",
        events=(ordered("paid", 0, lines=[]), *_back(1, 5), *_back(2, 8)),
    ),
    Example(
        name="the bank is asked between two refunds: once money had gone back",
        events=(_ORDER, *_back(1, 5, 19900), _bank("opened", 7), *_back(2, 8, 100)),
        fires=({"decided_at": at(7), "facts": {"paid_back_minor": "59800"}},),
    ),
    Example(
        name="near miss: what a refund states counts, not what its goods cost",
        events=(*_ONCE, *_back(2, 8, 1990, lines=_ONE)),
    ),
    Example(
        name="the bank lost the paper, and the shop the case",
        events=(*_ONCE, *_LOST, _bank("unknown", 11)),
        fires=({"evidence": cited(_ORDER, _ONCE[2], _bank("unknown", 11)), "facts": {"chargebacks": "1"}},),
    ),
    Example(
        name="lost: since the bank said so",
        events=(*_ONCE, *_LOST),
        fires=({"decided_at": at(9), "evidence": cited(_ORDER, _ONCE[2], _LOST[1])},),
    ),
    Example(
        name="open, and told twice: since it was opened",
        events=(*_ONCE, _LOST[0], _bank("opened", 8)),
        fires=({"decided_at": at(7), "evidence": cited(_ORDER, _ONCE[2], _LOST[0])},),
    ),
    Example(
        name="near miss: the bank was asked before the shop paid, and asks once more after it",
        events=(*_ONCE, _bank("opened", 3), _bank("opened", 9)),
    ),
    Example(
        name="near miss: the bank's amount is put right",
        events=(*_ONCE, _bank("opened", 7, amount_minor=39800), _bank("lost", 9, amount_minor=1990)),
    ),
    Example(
        name="the payment is told without what was bought",
        events=(
            ordered("placed", 0, currency="CNY"),
            ordered("paid", day(0, 1), currency="CNY", lines=[]),
            *_back(1, 5),
            *_back(2, 8),
        ),
        fires=({"facts": {"worth_minor": "39800", "share": "200%/105%"}},),
    ),
    Example(
        name="the payment is not told at all",
        events=(ordered("shipped", 0, currency="CNY"), *_back(1, 5), *_back(2, 8)),
        fires=({"platform": "taobao", "facts": {"share": "200%/105%"}},),
    ),
    Example(
        name="near miss: a second dress bought along once the first was paid",
        events=(_one_dress("paid", 0), {**_ORDER, "occurred_at": day(1), "event_id": "along"}, *_back(1, 5)),
    ),
    Example(
        name="near miss: the postage of a gift",
        events=(ordered("paid", 0, lines=_GIFT), *_back(1, 5, 500)),
    ),
    Example(
        name="a sample for a cent, paid back twice",
        events=(ordered("paid", 0, lines=_CENT), *_back(1, 5, 1), *_back(2, 8, 1)),
        fires=({"facts": {"share": "200%/105%"}},),
    ),
    Example(
        name="what pays nothing back, or in another currency, is not named",
        events=(*_ONCE, *_back(2, 8), *_back(3, 10, 0), *_back(4, 11, currency="USD")),
        fires=({"refund_ids": ["r1", "r2"], "facts": {"refunds": "2"}},),
    ),
    Example(
        name="once more when it was too much already: since it was too much",
        events=(*_ONCE, *_back(2, 8), *_back(3, 10)),
        fires=({"decided_at": at(9), "facts": {"share": "300%/105%"}},),
    ),
    Example(
        name="no amounts, and once more when it were too many pieces already",
        events=(_ORDER, *(e for n in (1, 2, 3, 4) for e in _back(n, 5 + n, None, type="return_refund", lines=_ONE))),
        fires=({"decided_at": at(9), "facts": {"pieces": "4/2"}},),
    ),
)
