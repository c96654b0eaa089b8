"""An answer in full: the revisions it rests on, why in both languages, the money at stake, and how long it is good."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

from msgspec import Struct

from cloudtag.contract.decision_records import AnswerKind, DecisionChanged, DecisionGiven, DecisionGround, GivenBy
from cloudtag.contract.ids import digest_id
from cloudtag.contract.records import Alert, Consequence, TagConfirmation, TagStatus
from cloudtag.contract.scope import scoped
from cloudtag.contract.standing import record_id
from cloudtag.contract.streams import STREAM_OF
from cloudtag.decisions import decision_words as words
from cloudtag.decisions.decide import Decision, DecisionQuestion, WhatStands, decide, names_order, names_refund
from cloudtag.decisions.tag_windows import stands
from cloudtag.policy.model import Policy

_LENIENT = ("grant", "ship")


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionAsked:
    """A question with who asks it, about whom: `network` is the one of the platform."""

    request_id: str
    asked_by: str
    platform: str
    network: str
    buyer_id: str
    question: DecisionQuestion


class KnownUntil(NamedTuple):
    """The time of asking, and until when what stands is known, in milliseconds."""

    asked_at: int
    as_of: int


class LastTold(Struct, frozen=True, gc=False):
    """What was said last of a decision, and how many changes of it were told."""

    answer: AnswerKind
    changes: int = 0


def decision_id(asked: DecisionAsked) -> str:
    """The id of the answer to a request: a shop's request has one."""
    return digest_id("decision", scoped(asked.network, asked.question.shop_id), asked.request_id)


def answered(asked: DecisionAsked, standing: WhatStands, policy: Policy, known: KnownUntil) -> DecisionGiven:
    """The answer by the policy's table, from what stands; where that is known too long ago, as the policy says."""
    question, rules = asked.question, policy.decisions
    decision = decide(question, standing, policy)
    is_behind = known.asked_at - known.as_of > rules.behind_seconds * 1000
    answer, given_by = _when_known(decision, is_behind=is_behind, is_open=question.about in rules.open_when_behind)
    grounds = list(_grounds(decision, question, standing))
    alerts = [ground for ground in grounds if isinstance(ground, Alert)]
    reasons = [*_reasons(grounds, question, standing)]
    if given_by != "view":
        reasons.insert(0, words.behind(known.as_of, is_open=given_by == "fail_open"))
    amount, currency = _money(alerts, question)
    return DecisionGiven(
        decision_id=decision_id(asked),
        request_id=asked.request_id,
        asked_by=asked.asked_by,
        about=question.about,
        answer=answer,
        given_by=given_by,
        platform=asked.platform,
        buyer_id=asked.buyer_id,
        shop_id=question.shop_id,
        order_id=question.order_id,
        refund_id=question.refund_id,
        claim_id=question.claim_id,
        waybill_nos=tuple(sorted(question.waybill_nos)),
        are_goods_found=question.are_goods_found,
        because=tuple(DecisionGround(STREAM_OF[type(g)], record_id(g), _revision(g)) for g in grounds),
        reasons=tuple(reason.en for reason in reasons),
        reasons_zh=tuple(reason.zh for reason in reasons),
        would_change=decision.would_change,
        would_change_zh=tuple(words.changes_zh(decision.would_change, alerts)),
        amount_at_stake_minor=amount,
        currency=currency,
        asked_at=known.asked_at,
        as_of=known.as_of,
        valid_until=_valid_until(policy, known, grounds, is_behind=is_behind),
        policy_version=policy.version,
    )


def changed(given: DecisionGiven, now: DecisionGiven, told: LastTold) -> DecisionChanged | None:
    """What is to be told of an answer, given what would be said now and what was told last; none while it holds."""
    if now.answer == told.answer:
        return None
    return DecisionChanged(
        change_id=digest_id("change", given.decision_id, str(told.changes)),
        decision_id=given.decision_id,
        revision=told.changes,
        request_id=given.request_id,
        asked_by=given.asked_by,
        about=given.about,
        was=told.answer,
        answer=now.answer,
        platform=given.platform,
        buyer_id=given.buyer_id,
        shop_id=given.shop_id,
        order_id=given.order_id,
        because=now.because,
        reasons=now.reasons,
        reasons_zh=now.reasons_zh,
        changed_at=now.asked_at,
        as_of=now.as_of,
        valid_until=now.valid_until,
        policy_version=now.policy_version,
    )


def _when_known(decision: Decision, *, is_behind: bool, is_open: bool) -> tuple[AnswerKind, GivenBy]:
    """What speaks against it does so however old it is; what does not might by now."""
    if not is_behind or decision.answer not in _LENIENT:
        return decision.answer, "view"
    return (decision.answer, "fail_open") if is_open else ("review", "fail_closed")


def _grounds(decision: Decision, question: DecisionQuestion, standing: WhatStands) -> Iterator[Struct]:
    """The records whose ids a decision names, once each and in its order; a tag's id means something in its shop."""
    tags = (tag for tag in standing.tags if tag.shop_id == question.shop_id)
    records: Iterable[Struct] = (*standing.alerts, *tags, *standing.confirmations, *standing.consequences)
    known = {record_id(record): record for record in records}
    yield from (known[each] for each in dict.fromkeys(decision.because) if each in known)


def _reasons(grounds: list[Struct], question: DecisionQuestion, standing: WhatStands) -> Iterator[words.BothWords]:
    for ground in grounds:
        match ground:
            case Alert():
                yield words.of_alert(ground, question)
            case TagStatus():
                yield words.of_tag(ground)
            case TagConfirmation():
                yield words.of_confirmation(ground)
            case Consequence():
                yield words.of_consequence(ground)
    if not grounds:
        found = {alert.severity for alert in standing.alerts if stands(alert)}
        yield words.ONLY_LOW if found == {"low"} else words.NOTHING


def _money(alerts: Iterable[Alert], question: DecisionQuestion) -> tuple[int | None, str | None]:
    """The most that an alert about the refund or the order puts at stake; of two currencies nothing is said."""
    named = [
        (alert.amount_at_stake_minor, alert.currency)
        for alert in alerts
        if alert.amount_at_stake_minor is not None and (names_refund(alert, question) or names_order(alert, question))
    ]
    currencies = {currency for _, currency in named}
    return (max(amount for amount, _ in named), currencies.pop()) if len(currencies) == 1 else (None, None)


def _valid_until(policy: Policy, known: KnownUntil, grounds: Iterable[Struct], *, is_behind: bool) -> int:
    """Until it is asked again: sooner where a ground ends by itself before, and where what stands is not known."""
    if is_behind:
        return known.asked_at + policy.decisions.behind_seconds * 1000
    ends = (ground.ends_at for ground in grounds if isinstance(ground, Consequence) and ground.ends_at is not None)
    return min((known.as_of + policy.decisions.valid_minutes * 60_000, *(end for end in ends if end > known.as_of)))


def _revision(record: Struct) -> int:
    revision: int = record.revision  # type: ignore[attr-defined]
    return revision
