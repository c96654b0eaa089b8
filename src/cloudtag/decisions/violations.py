"""A seller's false-transaction case as its events describe it: found, appealed, decided, cleaned up (P1, P2, P8)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from cloudtag.contract.events import ViolationChanged
from cloudtag.contract.types import ViolationStatus
from cloudtag.detection.windows import holding
from cloudtag.policy.calendar import year_end, year_of
from cloudtag.policy.model import Policies, Policy

_DAY_MS = 86_400_000
_OUTCOMES: tuple[ViolationStatus, ...] = ("appeal_upheld", "appeal_failed")


@dataclass(frozen=True, slots=True)
class Violation:
    """One case. Times are event time in milliseconds UTC; `policy` is the one in force when it was found.

    `order_ids` are those of all its events. `appealed_at` is when an appeal is first heard of, by an outcome if by
    nothing else. `outcome` is the last one by event time, since `outcome_at`; the same said again changes nothing.
    """

    case_id: str
    shop_id: str
    platform: str
    policy: Policy
    found_at: int
    is_severe: bool
    order_ids: frozenset[str]
    appealed_at: int | None = None
    outcome: ViolationStatus | None = None
    outcome_at: int | None = None
    cleaned_at: int | None = None
    network: str = ""

    @property
    def year(self) -> int:
        """The calendar year it counts in: that in which its penalty takes effect, in the platform's time zone."""
        assert self.effect_at is not None, "asked of what takes effect alone"
        return year_of(self.effect_at, self.policy.deadlines.time_zone)

    @property
    def year_ends_at(self) -> int:
        """When that year is over."""
        return year_end(self.year, self.policy.deadlines.time_zone)

    @property
    def appeal_until(self) -> int:
        """The last moment at which an appeal is in time (P2)."""
        return self.found_at + self.policy.sellers.appeal_days * _DAY_MS

    @property
    def is_appealed_in_time(self) -> bool:
        """Whether the case waits for an outcome, or did. A severe one, which is never asked, knows no appeal (P8)."""
        return self.appealed_at is not None and self.appealed_at <= self.appeal_until

    @property
    def is_spared(self) -> bool:
        """Whether the platform lets go a shop that cleaned up before the penalty."""
        return self.policy.sellers.spares_cleaned and self.is_cleaned

    @property
    def is_cleaned(self) -> bool:
        """Whether the shop cleaned up before the moment at which the case takes effect, if that is known."""
        if self.cleaned_at is None:
            return False
        effect_at = self._decided_at()
        return effect_at is not None and self.cleaned_at < effect_at

    @property
    def effect_at(self) -> int | None:
        """When the penalty begins if nothing else happens; None when there is none, or not before an outcome."""
        if not self.is_severe and (self.outcome == "appeal_upheld" or self.is_spared):
            return None
        return self._decided_at()

    def in_effect_since(self, now_ms: int) -> int | None:
        """When the penalty began, if it has. Where a shop's silence decides, the days must be over first (P2)."""
        is_decided = self.is_severe or self.is_appealed_in_time
        effect_at = self.effect_at
        return None if effect_at is None or (effect_at > now_ms and not is_decided) else effect_at

    def _decided_at(self) -> int | None:
        if self.is_severe:
            return self.found_at
        return self.outcome_at if self.is_appealed_in_time else self.appeal_until


def violations(facts: Iterable[ViolationChanged], policies: Policies) -> list[Violation]:
    """The cases whose finding is known, earliest first. The others wait for it; a finding comes late, or not at all."""
    events: dict[str, list[ViolationChanged]] = {}
    for fact in sorted(facts, key=lambda fact: (fact.occurred_at, fact.event_id)):
        events.setdefault(fact.case_id, []).append(fact)
    cases = (_read(said, policies) for said in events.values())
    return sorted((case for case in cases if case is not None), key=lambda case: (case.found_at, case.case_id))


def _read(said: list[ViolationChanged], policies: Policies) -> Violation | None:
    found = next((event for event in said if event.status == "found"), None)
    if found is None:
        return None
    outcomes = [event for event in said if event.status in _OUTCOMES]
    last = outcomes[-1].status if outcomes else None
    run = holding(outcomes, lambda event: event.status == last)
    return Violation(
        case_id=found.case_id,
        shop_id=found.shop_id,
        platform=found.platform,
        policy=policies.at(found.platform, found.occurred_at),
        found_at=found.occurred_at,
        is_severe=any(event.severe for event in said),
        order_ids=frozenset(order_id for event in said for order_id in event.order_ids),
        appealed_at=_first(said, "appealed", *_OUTCOMES),
        outcome=last,
        outcome_at=run.first.occurred_at if run else None,
        cleaned_at=_first(said, "cleaned"),
        network=policies.networks[found.platform],
    )


def _first(said: list[ViolationChanged], *statuses: ViolationStatus) -> int | None:
    return next((event.occurred_at for event in said if event.status in statuses), None)
