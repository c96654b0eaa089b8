"""Complaint after complaint, none of them right.

What it finds: at least `complaints` complaints of one type that were rejected, or withdrawn again, against at least
`shops` shops within `window_days` (B8). One alert per type; the type is a fact.

Why it is abuse: every complaint costs the shop time, evidence and standing, whether it is right or not.

How it decides: only the buyer's own complaints, by the last word on each; it counts from when it was lost. A complaint
that was withdrawn because the shop made good does not count: after it was opened the money was given back, the goods
or others for them were sent, the shop or the platform cancelled the order (F8), the insurance paid, or what was said to
be late arrived. Complaints of no type, or of type `other`, are of no one kind. Medium.

Known false positives: a buyer who keeps losing for want of proof.

What would clear it: a decision that one of the complaints was right after all.

What to do: ask for proof before taking up the next complaint of this type.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any

from msgspec import Meta, Struct

from cloudtag.contract.events import ComplaintChanged, Event
from cloudtag.detection.buyer_case import BuyerCase
from cloudtag.detection.complaint_view import ComplaintView
from cloudtag.detection.example import complained, day, event, ordered, refunded
from cloudtag.detection.finding import MOST_EVIDENCE, Finding, bounded, cite, only, unique
from cloudtag.detection.names import called, called_zh
from cloudtag.detection.order_view import OrderView
from cloudtag.detection.rule import Example, Rule
from cloudtag.detection.signals import LOST_COMPLAINT
from cloudtag.detection.windows import DAY_MS, Met, Moment, any_count, holding
from cloudtag.detection.wording import counted, form

RULE = Rule(
    title="Complaint after complaint, none of them right",
    family="complaint",
    scenario="complaint_abuse",
    scenario_zh="滥用投诉",
    scope="buyer",
    signals=(LOST_COMPLAINT,),
    needs=("complaints",),
    rules=("B8",),
    clears="A decision that upholds one of the complaints.",
    clears_zh="其中一项投诉最终被判定成立。",
    recommendation="ask_for_proof",
)
_LOST = ("rejected", "withdrawn")
_Orders = dict[tuple[str | None, str | None], OrderView]
"""Orders by shop and id."""


class Parameters(Struct, frozen=True, forbid_unknown_fields=True):
    """How many complaints of one type, over how many shops, within how long."""

    complaints: Annotated[int, Meta(ge=1)] = 3
    shops: Annotated[int, Meta(ge=1)] = 2
    window_days: Annotated[int, Meta(ge=1)] = 90


def _lost(n: int, at: int, status: str = "rejected", **fields: object) -> tuple[dict[str, object], ...]:
    said = {"complaint_id": f"c{n}", "refund_id": f"r{n}", "shop_id": f"s{1 + n % 2}", "type": "invoice", **fields}
    return complained("opened", day(at), **said), complained(status, day(at + 3), **said)


_TWO = (*_lost(1, 0), *_lost(2, 10, "withdrawn"))


def _answered(name: str, answer: dict[str, object], kind: str = "late_delivery", *, fires: bool = False) -> Example:
    """Three complaints are withdrawn, after the third of which was opened, on day 20, something happened."""
    lost = (e for n in range(1, 4) for e in _lost(n, 10 * n - 10, "withdrawn", type=kind))
    return Example(name=name, events=(*lost, answer), fires=({"facts": {"complaints": "3/3"}},) if fires else ())


_THIRD: dict[str, Any] = {"refund_id": "r3", "shop_id": "s2"}
_PAID = event("insurance", day(21), order_id="o3", buyer_id="b1", shop_id="s2", claim_id="i3", status="paid")
_ANSWERED = (
    _answered("near miss: the shop cancelled", ordered("cancelled", day(20), cancelled_by="shop", **_THIRD)),
    _answered("near miss: the platform did", ordered("cancelled", day(21), cancelled_by="platform", **_THIRD)),
    _answered("the buyer did", ordered("cancelled", day(21), cancelled_by="buyer", **_THIRD), fires=True),
    _answered("near miss: a parcel was sent", ordered("paid", day(21), parcels=[{"waybill_no": "OUT3"}], **_THIRD)),
    _answered("near miss: what was late came", ordered("completed", day(21), **_THIRD)),
    _answered("it had come before", ordered("completed", day(19), **_THIRD), fires=True),
    _answered("that it came answers nothing else", ordered("completed", day(21), **_THIRD), "invoice", fires=True),
    _answered("near miss: the insurance paid", _PAID, "insurance_refused"),
    _answered("it was only claimed", {**_PAID, "status": "claimed"}, "insurance_refused", fires=True),
)

EXAMPLES = (
    Example(
        name="three lost over two shops",
        events=(*_TWO, *_lost(3, 20)),
        fires=({"severity": "medium", "facts": {"type": "invoice", "complaints": "3/3", "shops": "2/2"}},),
    ),
    Example(
        name="about no order at all",
        events=(*_TWO, *_lost(3, 20, order_id=None)),
        fires=({"order_ids": ["o1", "o2"]},),
    ),
    Example(
        name="on the ninetieth day",
        events=(*_lost(1, 0), *_lost(2, 10), *_lost(3, 90)),
        fires=({"facts": {"complaints": "3/3"}},),
    ),
    Example(name="near miss: on the ninety-first", events=(*_lost(1, 0), *_lost(2, 10), *_lost(3, 91))),
    Example(
        name="withdrawn, and what the shop had done it had done before",
        events=(
            *_TWO[:2],
            *_lost(2, 10, "withdrawn", type="late_delivery"),
            *_lost(1, 10, "withdrawn", type="late_delivery", complaint_id="c4"),
            *_lost(3, 20, "withdrawn", type="late_delivery"),
            *(ordered("shipped", day(9), refund_id=f"r{n}", shop_id=f"s{1 + n % 2}") for n in (1, 2, 3)),
        ),
        fires=({"facts": {"type": "late_delivery", "complaints": "3/3"}},),
    ),
    Example(
        name="rejected, whatever the shop did meanwhile",
        events=(*_TWO, *_lost(3, 20), refunded("agreed", day(21), refund_id="r3", type="refund_only", shop_id="s2")),
        fires=({"facts": {"complaints": "3/3"}},),
    ),
    Example(
        name="near miss: opened again with more proof",
        events=(*_TWO, *_lost(3, 20), complained("reopened", day(25), complaint_id="c3", refund_id="r3", shop_id="s2")),
    ),
    Example(
        name="another shop's complaint of the same number is opened again",
        events=(*_TWO, *_lost(3, 20), complained("reopened", day(25), complaint_id="c3", refund_id="r3", shop_id="s3")),
        fires=({"facts": {"complaints": "3/3"}},),
    ),
    Example(name="near miss: of no kind", events=tuple(e for n in range(1, 4) for e in _lost(n, n, type="other"))),
    Example(name="near miss: two", events=_TWO),
    Example(name="near miss: one was right", events=(*_TWO, *_lost(3, 20, "upheld"))),
    Example(
        name="near miss: right on appeal",
        events=(*_TWO, *_lost(3, 20), complained("upheld", day(40), complaint_id="c3", refund_id="r3", shop_id="s2")),
    ),
    Example(name="near miss: one shop", events=tuple(e for n in range(1, 4) for e in _lost(n, n, shop_id="s1"))),
    Example(name="near miss: three types", events=(*_TWO, *_lost(3, 20, type="postage"))),
    Example(
        name="near miss: the shops complained",
        events=tuple(e for n in range(3) for e in _lost(n, n, complainant="shop")),
    ),
    Example(name="near miss: in four months", events=(*_TWO, *_lost(3, 100))),
    *_ANSWERED,
    Example(
        name="near miss: withdrawn once the goods were sent, and the money given back",
        events=(
            *(e for n in range(1, 4) for e in _lost(n, 10 * n, "withdrawn", type="late_delivery")),
            ordered("shipped", day(11), refund_id="r1", shop_id="s2"),
            refunded("agreed", day(21), refund_id="r2", type="refund_only", shop_id="s1"),
        ),
    ),
)


def detect(case: BuyerCase, parameters: Parameters) -> Iterator[Finding]:
    """One finding per type of which any window holds enough lost complaints over enough shops."""
    orders: _Orders = {order.name: order for order in case.orders}
    by_type: dict[str, list[Moment]] = {}
    for events in case.complaints().values():
        complaint = ComplaintView(events)
        moment = _moment(complaint, orders)
        if moment is not None and complaint.type not in ("unknown", "other"):
            by_type.setdefault(complaint.type, []).append(moment)
    for kind, moments in sorted(by_type.items()):
        met = any_count(
            moments,
            parameters.window_days * DAY_MS,
            parameters.complaints,
            lambda moment: moment.thing.shop_id,
            parameters.shops,
        )
        if met is not None:
            yield _finding(kind, met, parameters)


def _moment(complaint: ComplaintView, orders: _Orders) -> Moment | None:
    if complaint.complainant != "buyer":
        return None
    run = holding(complaint.events, lambda e: None if e.status == "unknown" else e.status in _LOST)
    if run is None or (complaint.status == "withdrawn" and _was_made_good(complaint.events[0], orders)):
        return None
    return Moment(run.first.occurred_at, complaint.complaint_id, run.first)


def _was_made_good(opened: ComplaintChanged, orders: _Orders) -> bool:
    order = orders.get((opened.shop_id, opened.order_id))
    if order is None:
        return False
    return any(event.occurred_at >= opened.occurred_at for event in _answers(order, opened.type))


def _answers(order: OrderView, kind: str) -> Iterator[Event]:
    """What may have answered a complaint of a kind about an order."""
    yield from (c for r in order.refunds.values() for c in r.changes if c.status in ("agreed", "completed"))
    yield from (c for c in order.changes if c.status == "cancelled" and c.cancelled_by in ("shop", "platform"))
    yield from (sent.named for sent in order.sent.values())
    yield from (claim for claim in order.insurance if claim.status == "paid")
    began = ("partly_shipped", "shipped", "completed") if kind == "late_delivery" else ("partly_shipped", "shipped")
    yield from (event for status in began if (event := order.first_at.get(status)) is not None)


def _finding(kind: str, met: Met, parameters: Parameters) -> Finding:
    complaints, days = met.things, parameters.window_days
    shops = unique(complaint.shop_id for complaint in complaints)
    return Finding(
        anchor=kind,
        severity="medium",
        platform=complaints[-1].platform,
        shop_id=only(shops),
        order_ids=unique(c.order_id for c in complaints if c.order_id is not None)[:MOST_EVIDENCE],
        decided_at=met.decided_at,
        evidence=bounded(cite(*complaints)),
        facts={
            "type": kind,
            "complaints": f"{len(complaints)}/{parameters.complaints}",
            "shops": f"{len(shops)}/{parameters.shops}",
            "window_days": str(days),
        },
        explanation=(
            f"{counted(len(complaints), 'complaint')} of one kind ({called(kind)}) against "
            f"{counted(len(shops), 'shop')} within {counted(days, 'day')} {form(len(complaints), 'was', 'were')} "
            "rejected or withdrawn."
        ),
        explanation_zh=f"{days} 天内对 {len(shops)} 家店铺的 {len(complaints)} 项{called_zh(kind)}类投诉被驳回或撤回。",
    )
