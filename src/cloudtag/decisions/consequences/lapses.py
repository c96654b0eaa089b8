"""A return without a reason that came back used: for it the right to send it back so has lapsed (T5b)."""

from __future__ import annotations

from collections.abc import Iterator

from cloudtag.contract.records import Consequence
from cloudtag.contract.types import Condition
from cloudtag.decisions.consequences.case import ConsequenceCase, ConsequenceTimer, Follows, consequence
from cloudtag.detection.buyer_case import is_about
from cloudtag.detection.once import once
from cloudtag.detection.order_view import OrderView
from cloudtag.detection.used_returns import used_returns
from cloudtag.detection.windows import Moment

_DETECTOR = "worn_return"


def lapse_rights(case: ConsequenceCase) -> Iterator[Follows | ConsequenceTimer]:
    """T5b: one per order, from the first such return on, as long as the shop's last word stands.

    What counts as used is the platform's (T5a), as it was when the shop looked.
    """
    for order in case.orders.values():
        if not order.inspections:
            continue
        assert order.platform is not None, "whoever looked at what came back named it"
        policy = case.policies.at(order.platform, order.inspections[0].occurred_at)
        parameters = policy.detectors.get(_DETECTOR)
        conditions: tuple[Condition, ...] = () if parameters is None else parameters.conditions
        found = _used(order, conditions)
        if found:
            yield Follows(_lapse(case, order, order.platform, found, conditions), order.began_at)


@once
def _used(order: OrderView, conditions: tuple[Condition, ...]) -> list[Moment]:
    return sorted(used_returns(order, conditions), key=lambda moment: (moment.at_ms, moment.id))


def _lapse(
    case: ConsequenceCase, order: OrderView, platform: str, found: list[Moment], conditions: tuple[Condition, ...]
) -> Consequence:
    first_at = found[0].at_ms
    marks = sorted({mark for moment in found for mark in moment.thing[2].condition if mark in conditions})
    alerts = [
        a.alert_id for a in case.alerts_naming(order.order_id) if a.detector == _DETECTOR and is_about(a, *order.name)
    ]
    refund_ids = sorted({moment.thing[1].refund_id for moment in found})
    return consequence(
        case.buyer,
        "no_reason_right_lapsed",
        ("order", order.order_id),
        case.policies.at(platform, first_at),
        [*alerts, *refund_ids],
        first_at,
        {"conditions": ", ".join(marks), "refunds": ", ".join(refund_ids)},
        platform=platform,
        shop_id=order.shop_id,
    )
