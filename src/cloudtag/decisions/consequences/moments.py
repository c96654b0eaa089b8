"""The newest of what a consequence follows from: what begins today may rest on the past alone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from cloudtag.contract.moments import moment_of_alert, moment_of_confirmation, moment_of_report, moment_of_tag
from cloudtag.contract.records import Consequence
from cloudtag.decisions.consequences.case import ConsequenceCase


def moments_of(case: ConsequenceCase) -> dict[str, int]:
    """By the id that a consequence names as its cause, when that was last decided (event time)."""
    moments: dict[str, int] = {}
    for cause_id, at_ms in _moments(case):
        moments[cause_id] = max(at_ms, moments.get(cause_id, at_ms))
    return moments


def _moments(case: ConsequenceCase) -> Iterator[tuple[str, int]]:
    yield from ((alert.alert_id, moment_of_alert(alert)) for alert in case.alerts)
    # What a shop says of an alert is as new as its word.
    yield from ((alert_id, verdict.occurred_at) for alert_id, verdict in case.verdicts.items())
    yield from ((tag.tag_id, moment_of_tag(tag)) for tag in case.tags)
    yield from ((one.confirmation_id, moment_of_confirmation(one)) for one in case.confirmations)
    yield from ((report.record.report_id, moment_of_report(report.record)) for report in case.reports)
    yield from ((one.complaint_id, one.events[-1].occurred_at) for one in case.complaints)
    yield from ((limit.event_id, limit.occurred_at) for limit in case.limits)


def newest_cause(record: Consequence, moments: Mapping[str, int]) -> int:
    """The moment of the newest cause; of one that is not known, that of the consequence's beginning."""
    return max((moments.get(cause, record.starts_at) for cause in record.because), default=record.starts_at)
