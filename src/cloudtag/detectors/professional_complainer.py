"""Complaining for a living.

What it finds: at least `complaints` complaints about advertising law, leaked information, labelling,
certification or food safety against at least `shops` shops within `window_days`, one of which demands money (B30).

Why it is abuse: the complaint is a lever, not a grievance; shop after shop pays to be left alone.

How it decides: only the buyer's own complaints. One that was upheld was right, and neither counts nor lends its demand
to the others. Without a demand for money among those that count it stays silent. High.

Known false positives: a consumer whose data were leaked by several shops at once, and who asks for damages.

What would clear it: a decision that upholds one of the complaints.

What to do: pay nothing; answer with the facts and hand all complaints to the complaint centre together.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

from msgspec import Meta, Struct

from cloudtag.detection.buyer_case import BuyerCase
from cloudtag.detection.complaint_view import ComplaintView
from cloudtag.detection.example import cited, complained, day, in_ms
from cloudtag.detection.finding import MOST_EVIDENCE, Finding, bounded, cite, only, unique
from cloudtag.detection.names import called, called_zh
from cloudtag.detection.rule import Example, Rule
from cloudtag.detection.signals import LEGAL_COMPLAINT, LEGAL_TYPES
from cloudtag.detection.windows import DAY_MS, Met, Moment, any_count
from cloudtag.detection.wording import counted, listed

RULE = Rule(
    title="Complaining for a living",
    family="complaint",
    scenario="professional_complainer",
    scenario_zh="职业投诉",
    scope="buyer",
    signals=(LEGAL_COMPLAINT,),
    needs=("complaints",),
    rules=("B30",),
    clears="A decision that upholds one of the complaints.",
    clears_zh="其中一项投诉最终被判定成立。",
    recommendation="pay_nothing",
)


class Parameters(Struct, frozen=True, forbid_unknown_fields=True):
    """How many such complaints, over how many shops, within how long."""

    complaints: Annotated[int, Meta(ge=1)] = 3
    shops: Annotated[int, Meta(ge=1)] = 3
    window_days: Annotated[int, Meta(ge=1)] = 180


def _complaint(n: int, at: int, **fields: object) -> dict[str, object]:
    said = {"complaint_id": f"c{n}", "refund_id": f"r{n}", "shop_id": f"s{n}", "type": "advertising_law", **fields}
    return complained(str(said.pop("status", "opened")), day(at), **said)


_TWO = (_complaint(1, 0), _complaint(2, 30, type="information_leak"))
_DEMAND = _complaint(3, 60, demands_money=True)

EXAMPLES = (
    Example(
        name="three shops, one demand",
        events=(*_TWO, _DEMAND),
        fires=(
            {
                "severity": "high",
                "order_ids": ["o1", "o2", "o3"],
                "facts": {"complaints": "3/3", "shops": "3/3", "demands": "1/1"},
            },
        ),
    ),
    Example(
        name="a demand made later",
        events=(*_TWO, _complaint(3, 60), _complaint(3, 70, demands_money=True, status="unknown")),
        fires=(
            {
                "decided_at": in_ms(day(70)),
                "evidence": cited(*_TWO, _complaint(3, 60), _complaint(3, 70, demands_money=True, status="unknown")),
            },
        ),
    ),
    Example(
        name="two demands made later, the first of which decides, and one complaint names no order",
        events=(
            _complaint(1, 0, order_id=None),
            _TWO[1],
            {**_complaint(3, 60), "platform": "tmall"},
            _complaint(2, 65, type="information_leak", demands_money=True, status="unknown"),
            _complaint(3, 75, demands_money=True, status="unknown"),
        ),
        fires=({"platform": "tmall", "order_ids": ["o2", "o3"], "decided_at": in_ms(day(65))},),
    ),
    Example(
        name="a label, a certificate, and what may be eaten",
        events=(
            _complaint(1, 0, type="labelling"),
            _complaint(2, 1, type="certification"),
            _complaint(3, 2, type="food_safety", demands_money=True),
        ),
        fires=({"facts": {"types": "certification,food_safety,labelling", "complaints": "3/3"}},),
    ),
    Example(
        name="rejected or withdrawn makes no difference, on the hundred and eightieth day",
        events=(
            *_TWO,
            _complaint(1, 5, status="rejected"),
            _complaint(2, 40, status="withdrawn"),
            _complaint(3, 180, demands_money=True),
        ),
        fires=({"facts": {"complaints": "3/3"}},),
    ),
    Example(name="near miss: nobody is asked for money", events=(*_TWO, _complaint(3, 60))),
    Example(name="near miss: two shops", events=(*_TWO, _complaint(3, 60, shop_id="s1", demands_money=True))),
    Example(name="near miss: two complaints", events=(_TWO[0], _DEMAND)),
    Example(
        name="near miss: one was right, and it was the one that asked for damages",
        events=(*_TWO, _DEMAND, _complaint(4, 61), _complaint(3, 80, status="upheld")),
    ),
    Example(
        name="near miss: about late parcels",
        events=(*_TWO, _complaint(3, 60, type="late_delivery", demands_money=True)),
    ),
    Example(
        name="near miss: a day too late, counted from when it was made and not from when it was rejected",
        events=(*_TWO, _complaint(1, 5, status="rejected"), _complaint(3, 181, demands_money=True)),
    ),
    Example(name="near miss: a day too late", events=(*_TWO, _complaint(3, 181, demands_money=True))),
    Example(
        name="near miss: shops that complain",
        events=tuple(_complaint(n, n, complainant="shop", demands_money=True) for n in range(1, 4)),
    ),
)


def detect(case: BuyerCase, parameters: Parameters) -> Iterator[Finding]:
    """One finding for the buyer, if any window holds enough of such complaints and a demand."""
    moments = []
    for events in case.complaints().values():
        view = ComplaintView(events)
        if view.complainant == "buyer" and view.type in LEGAL_TYPES and view.status != "upheld":
            first = view.events[0]
            moments.append(Moment(first.occurred_at, view.complaint_id, view))
    met = any_count(
        moments,
        parameters.window_days * DAY_MS,
        parameters.complaints,
        lambda moment: moment.thing.events[0].shop_id,
        parameters.shops,
        lambda moment: moment.thing.demand is not None,
    )
    if met is not None:
        yield _finding(met, parameters)


def _finding(met: Met, parameters: Parameters) -> Finding:
    views: list[ComplaintView] = met.things
    opened = [view.events[0] for view in views]
    demands = [view.demand for view in views if view.demand is not None]
    shops = unique(event.shop_id for event in opened)
    first_demand_at = min(demand.occurred_at for demand in demands)
    days, kinds = parameters.window_days, unique(view.type for view in views)
    return Finding(
        anchor="",
        severity="high",
        platform=opened[-1].platform,
        shop_id=only(shops),
        order_ids=unique(e.order_id for e in opened if e.order_id is not None)[:MOST_EVIDENCE],
        decided_at=max(met.decided_at, first_demand_at),
        evidence=bounded(cite(*opened, *demands)),
        facts={
            "complaints": f"{len(views)}/{parameters.complaints}",
            "shops": f"{len(shops)}/{parameters.shops}",
            "demands": f"{len(demands)}/1",
            "types": ",".join(kinds),
            "window_days": str(days),
        },
        explanation=(
            f"Within {counted(days, 'day')} the buyer made {counted(len(views), 'complaint')} about "
            f"{listed(map(called, kinds))} against {counted(len(shops), 'shop')}, "
            f"and in {len(demands)} of these complaints demanded money."
        ),
        explanation_zh=(
            f"{days} 天内以{'、'.join(map(called_zh, kinds))}为由投诉 {len(shops)} 家店铺共 {len(views)} 项，"
            f"其中 {len(demands)} 项索要钱款。"
        ),
    )
