"""What was published about a buyer, read by the layers above: tags, the whole-site risk, and what follows from all."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from operator import attrgetter
from typing import Any, TypeVar

from msgspec import Struct

from cloudtag.contract.disputes import OrderLimitChanged
from cloudtag.contract.internal import make_id
from cloudtag.contract.records import Alert, ShopOrder, TagConfirmation, TagStatus
from cloudtag.contract.streams import STREAM_OF
from cloudtag.decisions.consequences import ConsequenceCase, complaints_among, follow
from cloudtag.decisions.consequences.moments import moments_of, newest_cause
from cloudtag.decisions.reports import judge_reports, order_of
from cloudtag.decisions.routes import abnormal_orders, is_settled
from cloudtag.decisions.verdicts import last_word
from cloudtag.detection.order_view import OrderView
from cloudtag.engine.judgement import Judgement
from cloudtag.engine.keyed_state import KeyedState
from cloudtag.engine.revise import Conclusion
from cloudtag.engine.rows import Row, earliest
from cloudtag.policy.model import Policies
from cloudtag.processors.buyers.reading import HELD_MS, owners

_T = TypeVar("_T", bound=Struct)
_ALERTS = STREAM_OF[Alert]
_DECIDED = attrgetter("decided_at", "alert_id")
PLAIN = ("order", "parcel", "buyer")
"""The kinds of rows whose alerts rest on facts alone."""
BELOW = (*PLAIN, "alerted")
"""The kinds of rows whose alerts the layers above read: not those of the whole-site risk, which repeat them."""


def is_alerted(state: KeyedState) -> bool:
    """Whether any alert was ever published about the buyer, whatever became of it."""
    return _ALERTS in state.published_on


def alerts_of(state: KeyedState, kinds: tuple[str, ...] = BELOW) -> list[Alert]:
    """The alerts that stand about single things, in order of time."""
    if not is_alerted(state):
        return []
    # What `_standing` says of a row, without a call for each of very many.
    found: list[Alert] = [
        told.body
        for row in state.rows_of(*kinds)
        for told in row.published.values()
        if told.stream == _ALERTS and told.stands
    ]
    return sorted(found, key=_DECIDED)


def abnormal_among(state: KeyedState) -> frozenset[ShopOrder]:
    """The orders that the alerts which stand accuse the buyer of."""
    return abnormal_orders(alerts_of(state))


def unsettled_rows(state: KeyedState, policies: Policies) -> Iterator[str]:
    """The rows of which an alert goes elsewhere than it should beside the orders that are abnormal by now."""
    if not is_alerted(state):
        return
    abnormal = abnormal_among(state)
    for row in state.rows_of(*BELOW):
        for told in row.published.values():
            # What `_standing` says of a row, without a call for each of very many.
            if told.stream == _ALERTS and told.stands:
                alert: Alert = told.body
                if not is_settled(alert, policies.cited(alert.policy_version), abnormal):
                    yield row.id
                    break


def judge_consequences(
    state: KeyedState,
    tags: Row | None,
    appeals: Row | None,
    orders: list[OrderView],
    others: list[Any],
    policies: Policies,
    now_ms: int,
) -> Judgement:
    """What became of shops' reports, and what follows for a buyer, the buyer's orders and their claims (section 5).

    `appeals`: the row of the buyer's appeals; `others`: facts about no order.
    """
    alerts, said = alerts_of(state), state.index.verdicts
    named = complaints_among([*others, *(fact for order in orders for fact in order.others)])
    # Of one whose order has left retention only the remainder is held: what was said of it stands.
    complaints = [c for c in named if order_of(c) is not None or c.events[-1].occurred_at >= now_ms - HELD_MS]
    by_id: dict[str, list[OrderView]] = {}
    for order in orders:
        by_id.setdefault(order.order_id, []).append(order)
    reports = judge_reports(complaints, by_id, policies, now_ms)
    words = ((alert.alert_id, last_word(alert, said.get(alert.alert_id, ()))) for alert in alerts)
    case = ConsequenceCase(
        buyer_id=state.id,
        alerts=alerts,
        tags=_told(tags, TagStatus, lambda tag: (tag.decided_at, tag.tag_id)),
        confirmations=_told(tags, TagConfirmation, lambda c: (c.confirmed_at, c.confirmation_id)),
        orders={(order.shop_id or "", order.order_id): order for order in orders},
        complaints=complaints,
        verdicts={alert_id: verdict for alert_id, verdict in words if verdict is not None},
        policies=policies,
        now_ms=now_ms,
        reports=reports.reports,
        appeals=list(appeals.facts.values()) if appeals else [],
        limits=[fact for fact in others if type(fact) is OrderLimitChanged],
        network=state.network,
        owners=owners(state),
    )
    told, timers = follow(case)
    judgement = Judgement(timer_ms=earliest([*timers, *reports.timers]))
    for report in reports.reports:
        # Ids of complaints mean something only inside their shop.
        said_id = make_id(state.network, report.shop_id, report.record.report_id)
        since_ms = report.record.put_at
        judgement.conclusions[said_id] = Conclusion(said_id, state.id, since_ms, report.record, is_rolling=True)
    moments = moments_of(case) if told else {}
    for record, since_ms in told:
        moment_ms = newest_cause(record, moments)
        judgement.conclusions[record.consequence_id] = Conclusion(
            record.consequence_id, record.subject_id, since_ms, record, is_rolling=True, moment_ms=moment_ms
        )
    return judgement


def _told(row: Row | None, struct: type[_T], order: Callable[[_T], tuple[int, str]]) -> list[_T]:
    return sorted(_standing(row, struct), key=order) if row else []


def _standing(row: Row, struct: type[_T]) -> list[_T]:
    stream = STREAM_OF[struct]
    return [published.body for published in row.published.values() if published.stream == stream and published.stands]
