"""What follows from alerts, tags and complaints for orders, claims and buyers (domain section 5): all reversible.

Each rule is a pure function of everything published about a buyer so far and the facts beside it; when its cause falls,
what it says is gone, and the engine reverses it.
"""

from __future__ import annotations

from cloudtag.consequences.case import Case, Follow, Follows, Wake, complaints_among
from cloudtag.consequences.deadlines import tell_of_delays, warn_of_deadlines
from cloudtag.consequences.exclusions import exclude_metrics, exclude_reviews
from cloudtag.consequences.exemptions import exempt_deals
from cloudtag.consequences.insurance import decide_claims
from cloudtag.consequences.sanctions import sanction, suggest_order_limit

__all__ = ["RULES", "Case", "Follows", "complaints_among", "follow"]
RULES: tuple[Follow, ...] = (
    exclude_metrics,
    exclude_reviews,
    decide_claims,
    sanction,
    suggest_order_limit,
    exempt_deals,
    warn_of_deadlines,
    tell_of_delays,
)
"""Every rule; their order does not matter, for none reads what another says."""


def follow(case: Case) -> tuple[list[Follows], list[int]]:
    """What follows now, and the event times at which time alone changes that."""
    told: list[Follows] = []
    wakes: list[int] = []
    for rule in RULES:
        for answer in rule(case):
            if isinstance(answer, Wake):
                wakes.append(answer.at_ms)
            else:
                told.append(answer)
    return told, wakes
