"""What a decision says, from what stands (section 5a): may this be paid, taken back, shipped, claimed?

A pure function of what was published about a buyer. It never rests on one low alert, it names what it rests on and what
would change it, and it is never the last word over a person: a review is open to everyone, whatever it says.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from cloudtag.contract.records import Alert, Consequence, TagConfirmation, TagStatus
from cloudtag.decisions.tag_windows import stands
from cloudtag.policy.model import Policy

DecisionSubject = Literal["refund", "return", "order", "claim"]
"""A refund to be paid, a return to be accepted, an order to be shipped, an insurance claim to be paid."""
DecisionAnswer = Literal["grant", "ship", "inspect", "review", "hold", "refuse", "follow_complaint", "recover"]
_CLAIMS: dict[str, DecisionAnswer] = {
    "hold": "hold",
    "refuse": "refuse",
    "follow_complaint": "follow_complaint",
    "pay": "grant",
    "recover": "recover",
}
_OF_ORDER = ("refuse", "follow_complaint")
_FREIGHT = "freight_insurance"


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionQuestion:
    """What is to be decided about an order of a shop; `are_goods_found`: an inspection found what a return claims."""

    about: DecisionSubject
    shop_id: str
    order_id: str
    refund_id: str | None = None
    waybill_nos: frozenset[str] = frozenset()
    claim_id: str | None = None
    are_goods_found: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class WhatStands:
    """What was published about the buyer, in its latest revisions; what no longer stands is left out by itself."""

    alerts: Sequence[Alert] = ()
    tags: Sequence[TagStatus] = ()
    confirmations: Sequence[TagConfirmation] = ()
    consequences: Sequence[Consequence] = ()


@dataclass(frozen=True, slots=True)
class Decision:
    """The answer, the ids of what it rests on, and what would change it, in English.

    `can_be_reviewed` is always so: a person may look at it again, whatever it says.
    """

    answer: DecisionAnswer
    because: tuple[str, ...] = ()
    would_change: tuple[str, ...] = ()
    can_be_reviewed: bool = True


def decide(question: DecisionQuestion, standing: WhatStands, policy: Policy) -> Decision:
    """The decision, by the table of the platform's policy."""
    if question.about == "order":
        return _ship(question, standing, policy)
    if question.about == "claim":
        return _claim(question, standing, policy)
    return _pay(question, standing, policy)


def _pay(question: DecisionQuestion, standing: WhatStands, policy: Policy) -> Decision:
    rules = policy.decisions
    alerts = [a for a in standing.alerts if stands(a) and a.severity in rules.review_severities]
    held = [a for a in alerts if _holds(a, question, standing, policy)]
    if held:
        return _held(question, held, standing, policy)
    confirmed = [c for c in standing.confirmations if c.status == "confirmed"]
    if not alerts and not confirmed:
        return Decision("grant")
    is_parcel = question.about == "return" or any(not question.waybill_nos.isdisjoint(a.waybill_nos) for a in alerts)
    answer: DecisionAnswer = "inspect" if is_parcel and not question.are_goods_found else "review"
    return Decision(
        answer,
        (*(alert.alert_id for alert in alerts), *(c.confirmation_id for c in confirmed)),
        (*_clearing(alerts), *("the confirmation is reversed" for _ in confirmed[:1])),
    )


def _held(question: DecisionQuestion, held: list[Alert], standing: WhatStands, policy: Policy) -> Decision:
    """A return is inspected before it is refused: until then nobody knows what is in it."""
    answer: DecisionAnswer = "hold"
    if question.about == "return":
        answer = "refuse" if question.are_goods_found else "inspect"
    because = dict.fromkeys(alert.alert_id for alert in held)
    because |= dict.fromkeys(t.tag_id for alert in held for t in _bearing_out(alert, question, standing, policy))
    return Decision(answer, tuple(because), _clearing(held))


def _holds(alert: Alert, question: DecisionQuestion, standing: WhatStands, policy: Policy) -> bool:
    """Whether an alert names the refund and is grave enough to hold it, alone or borne out by a confirmed tag."""
    if not names_refund(alert, question):
        return False
    rules = policy.decisions
    if alert.severity in rules.hold_severities:
        return True
    if alert.severity not in rules.tagged_hold_severities:
        return False
    return any(_bearing_out(alert, question, standing, policy))


def _bearing_out(alert: Alert, question: DecisionQuestion, standing: WhatStands, policy: Policy) -> Iterator[TagStatus]:
    """The confirmed tags on the order whose label stands for the alert's scenario."""
    for tag in standing.tags:
        is_there = (tag.shop_id, tag.order_id) == (question.shop_id, question.order_id)
        if tag.status == "confirmed" and is_there and alert.scenario in policy.tags.scenarios_of(tag.scenario or ""):
            yield tag


def _ship(question: DecisionQuestion, standing: WhatStands, policy: Policy) -> Decision:
    holds, warnings = (list(_following(question, standing, kind)) for kind in ("order_hold", "order_warning"))
    if holds:
        return Decision("hold", tuple(c.consequence_id for c in holds), ("the limit is lifted or ends",))
    severities = policy.decisions.order_severities
    alerts = [a for a in standing.alerts if stands(a) and a.severity in severities and names_order(a, question)]
    if not warnings and not alerts:
        return Decision("ship")
    because = (*(c.consequence_id for c in warnings), *(alert.alert_id for alert in alerts))
    return Decision(
        "review", because, (*_clearing(alerts), *("what the warning rests on is taken back" for _ in warnings[:1]))
    )


def _claim(question: DecisionQuestion, standing: WhatStands, policy: Policy) -> Decision:
    for told in _following(question, standing, "insurance_decision"):
        if _is_meant(question, told):
            answer = _CLAIMS[told.details["decision"]]
            change = ("the tag or alert is taken back, or a complaint is decided",)
            return Decision(answer, (told.consequence_id, *told.because), () if answer == "grant" else change)
    severities = policy.decisions.claim_severities
    alerts = [
        alert
        for alert in standing.alerts
        if stands(alert)
        and alert.scenario == _FREIGHT
        and alert.severity in severities
        and names_order(alert, question)
    ]
    return Decision("review", tuple(a.alert_id for a in alerts), _clearing(alerts)) if alerts else Decision("grant")


def _is_meant(question: DecisionQuestion, told: Consequence) -> bool:
    """What is refused is refused for whatever is claimed on the order (J9); else a decision may name its claims."""
    named = told.details.get("claim_id")
    if question.claim_id is None or named is None or told.details["decision"] in _OF_ORDER:
        return True
    return question.claim_id in named.split(", ")


def _following(question: DecisionQuestion, standing: WhatStands, kind: str) -> Iterator[Consequence]:
    """What follows for the order and is in force. Where no shop is said, ids of orders are taken as they are."""
    for told in standing.consequences:
        is_there = told.subject_id == question.order_id and told.shop_id in (None, question.shop_id)
        if told.kind == kind and told.status == "active" and is_there:
            yield told


def names_refund(alert: Alert, question: DecisionQuestion) -> bool:
    """Whether an alert names the refund that is asked about."""
    return question.refund_id in alert.refund_ids and _is_of_shop(alert, question)


def names_order(alert: Alert, question: DecisionQuestion) -> bool:
    """Whether an alert names the order that is asked about."""
    if alert.orders:
        return any((o.shop_id, o.order_id) == (question.shop_id, question.order_id) for o in alert.orders)
    return question.order_id in alert.order_ids and _is_of_shop(alert, question)


def _is_of_shop(alert: Alert, question: DecisionQuestion) -> bool:
    """A refund's id means something only inside its shop."""
    if alert.orders:
        return any(order.shop_id == question.shop_id for order in alert.orders)
    return alert.shop_id in (None, question.shop_id)


def _clearing(alerts: Iterable[Alert]) -> tuple[str, ...]:
    """What would clear the alerts, each said once."""
    said = (alert.facts.get("clears") or "a verdict that all is normal" for alert in alerts)
    return tuple(dict.fromkeys(said))
