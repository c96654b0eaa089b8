"""Since when an alert is as severe as it is: what it became after it was decided stands among its facts."""

from __future__ import annotations

from collections.abc import Iterable

from cloudtag.contract.records import SEVERITIES, Alert
from cloudtag.contract.times import millis, rfc3339
from cloudtag.detection.finding import Finding


def severe_since(alert: Alert, severities: Iterable[str]) -> int | None:
    """Event time since which an alert is at least as severe as one of these; None if it is milder than all of them."""
    told = {level: millis(alert.facts[since]) for level in SEVERITIES if (since := f"{level}_since") in alert.facts}
    reached = SEVERITIES.index(alert.severity)
    times = []
    for wanted in map(SEVERITIES.index, severities):
        if wanted <= reached:
            later = [at_ms for level, at_ms in told.items() if SEVERITIES.index(level) >= wanted]
            has_risen_to = any(SEVERITIES.index(level) <= wanted for level in told)
            times.append(min(later, default=alert.decided_at) if has_risen_to else alert.decided_at)
    return min(times, default=None)


def rises_of(finding: Finding) -> dict[str, str]:
    """As facts: `high_since` and the like, for what it became after it was decided."""
    return {f"{level}_since": rfc3339(at) for level, at in finding.rises.items() if at > finding.decided_at}
