"""What follows from alerts, tags and complaints for orders, claims and buyers (domain section 5): all reversible.

Each rule is a pure function of everything published about a buyer so far and the facts beside it; when its cause falls,
what it says is gone, and the engine reverses it.
"""

from __future__ import annotations

from cloudtag.decisions.consequences.case import ConsequenceCase, ConsequenceTimer, Follow, Follows, complaints_among
from cloudtag.decisions.consequences.deadlines import tell_of_delays, warn_of_deadlines
from cloudtag.decisions.consequences.exclusions import allow_actions, exclude_metrics, exclude_reviews
from cloudtag.decisions.consequences.exemptions import exempt_deals
from cloudtag.decisions.consequences.insurance import decide_claims
from cloudtag.decisions.consequences.lapses import lapse_rights
from cloudtag.decisions.consequences.sanctions import sanction, suggest_order_limit
from cloudtag.decisions.consequences.unshipped import watch_unshipped

__all__ = ["RULES", "ConsequenceCase", "Follows", "complaints_among", "follow"]
RULES: tuple[Follow, ...] = (
    exclude_metrics,
    exclude_reviews,
    allow_actions,
    decide_claims,
    sanction,
    suggest_order_limit,
    watch_unshipped,
    exempt_deals,
    lapse_rights,
    warn_of_deadlines,
    tell_of_delays,
)
"""Every rule; their order does not matter, for none reads what another says."""


def follow(case: ConsequenceCase) -> tuple[list[Follows], list[int]]:
    """What follows now, and the event times at which time alone changes that."""
    told: list[Follows] = []
    timers: list[int] = []
    for rule in RULES:
        for answer in rule(case):
            if isinstance(answer, ConsequenceTimer):
                timers.append(answer.at_ms)
            else:
                told.append(answer)
    return told, timers
