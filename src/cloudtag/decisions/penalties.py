"""The penalty ladder for sellers' false transactions (domain section 6: S4, P1, P2, P4, P5, P6, P7, P8 to P11).

A pure function of the events of all cases of one shop: it does not matter in which order they came, and a case that is
dropped counts as if it had never been found.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from cloudtag.contract.events import ViolationChanged
from cloudtag.contract.ids import digest_id
from cloudtag.contract.records import Consequence, ConsequenceStatus
from cloudtag.contract.times import rfc3339
from cloudtag.decisions.violations import Violation, violations
from cloudtag.policy.consequence_rules import SellerRules
from cloudtag.policy.model import Policies

_DAY_MS = 86_400_000


class PenaltyConclusion(NamedTuple):
    """A consequence of a case, and when time alone changes it (event time, 0 if never)."""

    case: Violation
    record: Consequence
    changes_at: int


@dataclass(slots=True)
class PenaltiesJudged:
    """Notices and penalties as they should stand.

    `timers`: by case, the next moment (event time) at which time alone changes something; all cases of the shop must be
    judged again then.
    """

    told: list[PenaltyConclusion] = field(default_factory=list)
    timers: dict[str, int] = field(default_factory=dict)


def judge_penalties(facts: Iterable[ViolationChanged], policies: Policies, now_ms: int) -> PenaltiesJudged:
    """Judge all cases of one shop at one moment of event time.

    Only where the platform has the ladder. Every case that is not severe gives a `violation_notice`, from its finding
    on; every case that has taken effect gives a `shop_penalty` and, where the shop is shielded, a `shop_shield`. A case
    counts in the calendar year in which its penalty takes effect.
    """
    judged = PenaltiesJudged()
    cases = [case for case in violations(facts, policies) if case.policy.sellers.is_on]
    judged.told += [_notice(case, now_ms) for case in cases if not case.is_severe]
    years: dict[int, list[tuple[int, Violation]]] = {}
    for case in cases:
        since_ms = case.in_effect_since(now_ms)
        if since_ms is not None:
            years.setdefault(case.year, []).append((since_ms, case))
    for effective in years.values():
        judged.told += _penalties(effective, now_ms)
    changes = [(one.case.case_id, one.changes_at) for one in judged.told]
    for case_id, at_ms in changes + [(case.case_id, case.effect_at or 0) for case in cases]:
        if at_ms > now_ms:
            judged.timers[case_id] = min(at_ms, judged.timers.get(case_id, at_ms))
    return judged


def _notice(case: Violation, now_ms: int) -> PenaltyConclusion:
    """P1: clean up or appeal, until one of them is done or the days are over."""
    done = [at_ms for at_ms in (case.appealed_at, case.cleaned_at) if at_ms is not None and at_ms <= case.appeal_until]
    ends_at = max(case.found_at, min(done, default=case.appeal_until))
    details = {
        "case_id": case.case_id,
        "demand": "clean or appeal",
        "orders": str(len(case.order_ids)),
        "severe": "false",
    }
    is_over = bool(done) or ends_at <= now_ms
    record = _record("violation_notice", case, details, case.found_at, ends_at, "ended" if is_over else "active")
    return PenaltyConclusion(case, record, 0 if is_over else ends_at)


def _penalties(effective: Iterable[tuple[int, Violation]], now_ms: int) -> list[PenaltyConclusion]:
    """The penalties of one year, numbered in the order in which the cases took effect, each with since when.

    Severe cases have no number. An order that several cases name counts in the first of them to take effect.
    """
    told: list[PenaltyConclusion] = []
    counted: set[str] = set()
    number = 0
    for since_ms, case in sorted(effective, key=lambda one: (one[0], one[1].found_at, one[1].case_id)):
        orders = len(case.order_ids - counted)
        counted |= case.order_ids
        if case.is_severe:
            told.append(_severe(case, orders, now_ms))
        else:
            number += 1
            told += _ordinary(case, number, orders, since_ms, now_ms)
    return told


def _ordinary(case: Violation, number: int, orders: int, starts_at: int, now_ms: int) -> Iterator[PenaltyConclusion]:
    """What the n-th violation of the year costs (P9: goods are not ranked down; P11: no shop is closed).

    The points live until their year ends, whatever becomes of the shield; what was removed stays so for good.
    """
    rules = case.policy.sellers
    points, shield_days = _rung(rules, number, orders)
    ends_at = case.year_ends_at
    details = {
        **_shared_details(case, points, orders),
        "violation": str(number),
        "limit": str(rules.few_orders),
        "points_until": rfc3339(ends_at),
        "shield_days": str(shield_days),
        "closes_shop": "false",
    }
    if case.is_cleaned:
        details["cleaned"] = "true"
    yield _lasting("shop_penalty", case, details, (starts_at, ends_at), now_ms)
    if shield_days:
        yield _shield(case, points, (starts_at, starts_at + shield_days * _DAY_MS), now_ms)


def _shield(case: Violation, points: int, span: tuple[int, int], now_ms: int) -> PenaltyConclusion:
    """P4 to P7, P10: what the shop may not do for some days; it ends by itself."""
    rules = case.policy.sellers
    measures = rules.full_measures if points >= rules.full_from_points else rules.measures
    starts_at, ends_at = span
    details = {
        "case_id": case.case_id,
        "points": str(points),
        "shield_days": str((ends_at - starts_at) // _DAY_MS),
        "measures": ", ".join(measures),
    }
    return _lasting("shop_shield", case, details, span, now_ms)


def _lasting(
    kind: str, case: Violation, details: dict[str, str], span: tuple[int, int], now_ms: int
) -> PenaltyConclusion:
    starts_at, ends_at = span
    record = _record(kind, case, details, starts_at, ends_at, "ended" if ends_at <= now_ms else "active")
    return PenaltyConclusion(case, record, ends_at)


def _severe(case: Violation, orders: int, now_ms: int) -> PenaltyConclusion:
    """P8: no appeal, and after some days the account is frozen for good."""
    rules = case.policy.sellers
    frozen_from = case.found_at + rules.freeze_after_days * _DAY_MS
    details = {
        **_shared_details(case, rules.severe_points, orders),
        "severe": "true",
        "appeal": "none",
        "frozen_from": rfc3339(frozen_from),
    }
    if frozen_from <= now_ms:
        details["frozen"] = "true"
    return PenaltyConclusion(case, _record("shop_penalty", case, details, case.found_at, None, "active"), frozen_from)


def _rung(rules: SellerRules, number: int, orders: int) -> tuple[int, int]:
    """Points and days of shield; the last of a list is for all further violations."""
    if orders <= rules.few_orders:
        return _nth(rules.few_points, number), _nth(rules.few_shield_days, number)
    return _nth(rules.many_points, number), _nth(rules.many_shield_days, number)


def _nth(rungs: Sequence[int], number: int) -> int:
    return rungs[min(number, len(rungs)) - 1]


def _shared_details(case: Violation, points: int, orders: int) -> dict[str, str]:
    rules = case.policy.sellers
    return {
        "case_id": case.case_id,
        "year": str(case.year),
        "points": str(points),
        "orders": str(orders),
        "removed": ", ".join(rules.removed),
        "kept": ", ".join(rules.kept),
        "goods_down_ranked": "false",
    }


def _record(
    kind: str, case: Violation, details: dict[str, str], starts_at: int, ends_at: int | None, status: ConsequenceStatus
) -> Consequence:
    return Consequence(
        consequence_id=digest_id(kind, case.network, case.shop_id, case.case_id),
        revision=0,
        status=status,
        kind=kind,
        subject_kind="shop",
        subject_id=case.shop_id,
        platform=case.platform,
        because=(case.case_id,),
        details=details,
        starts_at=starts_at,
        ends_at=ends_at,
        policy_version=case.policy.version,
    )
