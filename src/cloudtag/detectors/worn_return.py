"""Returned after use, again and again.

What it finds: no-reason returns in which the shop finds the goods worn, stained, washed or without their tag, from at
least `returns` orders within `window_days` (T5).

Why it is abuse: the right to return without a reason is a right to try on, not to wear for an evening and send back.

How it decides: a return counts if no reason was given for it when the shop inspected it, whatever was said before or
since (F12), and the shop's last word on that parcel names one of `conditions`, those of the platform that it was
bought on (T5a). Exchanges do not count, and an order counts once however many refunds it has. Medium; high when
different shops found it, each for itself.

Known false positives: a shop that finds every return worn; goods that had been worn before they were sent out.

What would clear it: a corrected inspection that finds the goods as they were sent.

What to do: the no-reason right lapses for these orders, as it does from the first such return on (T5b); keep the
pictures taken on opening.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

from msgspec import Meta, Struct

from cloudtag.contract.records import Severity
from cloudtag.contract.types import Condition
from cloudtag.detection.buyer_case import BuyerCase
from cloudtag.detection.example import day, inspected, ordered, refunded
from cloudtag.detection.finding import MOST_EVIDENCE, Finding, bounded, cite, only, unique
from cloudtag.detection.names import called, called_zh
from cloudtag.detection.order_view import OrderView
from cloudtag.detection.rule import Example, Rule
from cloudtag.detection.signals import MARKED_RETURN
from cloudtag.detection.used_returns import used_returns
from cloudtag.detection.windows import DAY_MS, Met, any_count
from cloudtag.detection.wording import counted

RULE = Rule(
    title="Returned after use, again and again",
    family="refund",
    scenario="worn_return",
    scenario_zh="使用后退货",
    scope="buyer",
    signals=(MARKED_RETURN,),
    needs=("refunds", "inspections"),
    rules=("T5", "T5a", "T5b", "F12"),
    clears="A corrected inspection that finds the goods unused.",
    clears_zh="更正后的验货记录显示商品未经使用。",
    recommendation="right_lapsed",
)


class Parameters(Struct, frozen=True, forbid_unknown_fields=True):
    """How many such returns within how long, and what counts as used."""

    returns: Annotated[int, Meta(ge=1)] = 2
    window_days: Annotated[int, Meta(ge=1)] = 180
    conditions: tuple[Condition, ...] = ("worn", "stained", "washed", "tag_removed")


def _return(n: int, at: int, condition: list[str], **fields: object) -> tuple[dict[str, object], ...]:
    ids = {"refund_id": f"r{n}", "shop_id": fields.pop("shop_id", "s1")}
    asked = {"type": "return_refund", "reason": "no_reason", **fields}
    return (
        ordered("completed", day(at), **ids),
        refunded("opened", day(at + 2), **ids, **asked),
        inspected(day(at + 6), {"dress": 2}, **ids, condition=condition),
    )


EXAMPLES = (
    Example(
        name="two dresses come back worn",
        events=(*_return(1, 0, ["worn"]), *_return(2, 30, ["tag_removed", "stained"])),
        fires=({"severity": "medium", "order_ids": ["o1", "o2"], "recommendation": "right_lapsed"},),
    ),
    Example(
        name="two shops find it",
        events=(*_return(1, 0, ["washed"]), *_return(2, 30, ["worn"], shop_id="s2")),
        fires=({"severity": "high", "shop_id": None, "facts": {"returns": "2/2", "shops": "2"}},),
    ),
    Example(
        name="gives a reason once the shop has looked",
        events=(
            *_return(1, 0, ["worn"]),
            *_return(2, 30, ["worn"]),
            refunded("modified", day(37), refund_id="r2", type="return_refund", reason="quality"),
        ),
        fires=({"order_ids": ["o1", "o2"]},),
    ),
    Example(name="near miss: it happened once", events=(*_return(1, 0, ["worn"]), *_return(2, 30, []))),
    Example(
        name="near miss: the first inspection is corrected",
        events=(*_return(1, 0, ["worn"]), *_return(2, 30, ["worn"]), inspected(day(40), {"dress": 2}, refund_id="r2")),
    ),
    Example(
        name="near miss: sent back as faulty, not without a reason",
        events=(*_return(1, 0, ["worn"], reason="quality"), *_return(2, 30, ["worn"])),
    ),
    Example(
        name="near miss: no reason at first, and faulty when the shop looked",
        events=(
            *_return(1, 0, ["worn"]),
            *_return(2, 30, ["worn"]),
            refunded("modified", day(33), refund_id="r2", type="return_refund", reason="quality"),
        ),
    ),
    Example(
        name="faulty at first, and no reason when the shop looked",
        events=(
            *_return(1, 0, ["worn"]),
            *_return(2, 30, ["worn"], reason="quality"),
            refunded("modified", day(33), refund_id="r2", type="return_refund", reason="no_reason"),
        ),
        fires=({"order_ids": ["o1", "o2"]},),
    ),
    Example(
        name="turned into money only once the shop has looked",
        events=(
            *_return(1, 0, ["worn"]),
            *_return(2, 30, ["worn"]),
            refunded("modified", day(37), refund_id="r2", type="refund_only"),
        ),
        fires=({"order_ids": ["o1", "o2"]},),
    ),
    Example(
        name="near miss: without its box, which other platforms forgive",
        events=(*_return(1, 0, ["package_missing"]), *_return(2, 30, ["worn"])),
    ),
    Example(
        name="without its box, which counts on Tmall",
        events=tuple(
            {**event, "platform": "tmall"} for event in (*_return(1, 0, ["package_missing"]), *_return(2, 30, ["worn"]))
        ),
        fires=({"facts": {"conditions": "package_missing,worn"}},),
    ),
    Example(
        name="near miss: without its box, at a shop of Taobao before one of Tmall",
        events=(
            *_return(1, 0, ["package_missing"]),
            *({**e, "platform": "tmall"} for e in _return(2, 30, ["package_missing"], shop_id="s2")),
        ),
    ),
    Example(
        name="without its box on Tmall, before it is worn on Taobao",
        events=(
            *({**e, "platform": "tmall"} for e in _return(1, 0, ["package_missing"], shop_id="s2")),
            *_return(2, 30, ["worn"]),
        ),
        fires=({"severity": "high", "platform": "taobao", "facts": {"conditions": "package_missing,worn"}},),
    ),
    Example(
        name="worn, and without its box, which Taobao forgives",
        events=(*_return(1, 0, ["worn", "package_missing"]), *_return(2, 30, ["washed"])),
        fires=({"facts": {"conditions": "washed,worn"}},),
    ),
    Example(
        name="a second shop finds it only after two of the first, and an order is still out",
        events=(
            *_return(1, 0, ["worn"]),
            *_return(2, 20, ["worn"]),
            *_return(3, 40, ["worn"], shop_id="s2"),
            *_return(4, 45, ["worn"])[:2],
        ),
        fires=({"severity": "high", "order_ids": ["o1", "o2", "o3"], "facts": {"high_since": day(46)}},),
    ),
    Example(
        name="the second find is already another shop's",
        events=(
            *_return(1, 0, ["worn"]),
            *_return(2, 20, ["worn"], shop_id="s2"),
            *_return(3, 40, ["worn"]),
        ),
        fires=({"severity": "high", "facts": {"returns": "3/2", "high_since": None}},),
    ),
    Example(
        name="exactly 180 days apart",
        events=(*_return(1, 0, ["worn"]), *_return(2, 180, ["worn"])),
        fires=({"facts": {"returns": "2/2"}},),
    ),
    Example(
        name="near miss: one of them is an exchange",
        events=(*_return(1, 0, ["tag_removed"], type="exchange"), *_return(2, 30, ["worn"])),
    ),
    Example(
        name="near miss: one order, asked twice",
        events=(*_return(1, 0, ["worn"]), *_return(3, 2, ["worn"], order_id="o1")[1:]),
    ),
    Example(name="near miss: half a year apart", events=(*_return(1, 0, ["worn"]), *_return(2, 181, ["worn"]))),
    Example(
        name="near miss: broken, not used",
        events=(*_return(1, 0, ["damaged_by_buyer"]), *_return(2, 30, ["damaged_by_buyer"])),
    ),
)


def detect(case: BuyerCase, parameters: Parameters) -> Iterator[Finding]:
    """One finding for the buyer, if any window holds enough used returns."""
    moments = [
        moment
        for order in case.orders
        if order.inspections
        for moment in used_returns(order, _conditions(case, order, parameters))
    ]
    met = any_count(
        moments,
        parameters.window_days * DAY_MS,
        parameters.returns,
        lambda moment: moment.thing[0].name,
        parameters.returns,
    )
    if met is not None:
        yield _finding(case, met, parameters)


def _conditions(case: BuyerCase, order: OrderView, parameters: Parameters) -> tuple[Condition, ...]:
    """What counts as used on the order's own platform, as it was when the shop looked (T5a)."""
    told = case.in_force(order.platform or "", order.inspections[0].occurred_at)
    if told is None:
        return parameters.conditions
    own = told.get("worn_return")
    return own.conditions if isinstance(own, Parameters) else ()


def _rises(met: Met) -> dict[Severity, int]:
    """When a second shop had found a used return, if one did."""
    first: dict[str, int] = {}
    for _, refund, inspection in met.things:
        first[refund.shop_id] = min(inspection.occurred_at, first.get(refund.shop_id, inspection.occurred_at))
    return {"high": sorted(first.values())[1]} if len(first) > 1 else {}


def _finding(case: BuyerCase, met: Met, parameters: Parameters) -> Finding:
    orders = unique(order.order_id for order, _, _ in met.things)
    shops = unique(refund.shop_id for _, refund, _ in met.things)
    found = unique(c for o, _, i in met.things for c in i.condition if c in _conditions(case, o, parameters))
    return Finding(
        anchor="",
        severity="high" if len(shops) > 1 else "medium",
        platform=met.things[-1][1].platform,
        shop_id=only(shops),
        order_ids=orders[:MOST_EVIDENCE],
        refund_ids=unique(refund.refund_id for _, refund, _ in met.things)[:MOST_EVIDENCE],
        decided_at=met.decided_at,
        rises=_rises(met),
        evidence=bounded(cite(*(e for _, refund, i in met.things for e in (refund.opened, i)))),
        facts={
            "returns": f"{len(orders)}/{parameters.returns}",
            "shops": str(len(shops)),
            "conditions": ",".join(found),
            "window_days": str(parameters.window_days),
        },
        explanation=(
            f"{counted(len(orders), 'return')} without a reason within {counted(parameters.window_days, 'day')} came "
            f"back used ({', '.join(map(called, found))}), as {counted(len(shops), 'shop')} found."
        ),
        explanation_zh=(
            f"{parameters.window_days} 天内有 {len(orders)} 笔无理由退货经 {len(shops)} 家店铺验货发现已被使用"
            f"（{'、'.join(map(called_zh, found))}）。"
        ),
    )
