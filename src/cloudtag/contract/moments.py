"""The moment a record speaks of: the newest event time among what it was decided by.

A record is historical when that moment lies before the one from which an installation is live. So it follows from what
the record says and from nothing else: neither from when it was published, nor from the order in which events came.
"""

from cloudtag.contract.records import Alert, Consequence, Label, ReportStatus, TagConfirmation, TagStatus

_DESCRIPTIONS = ("shops",)
"""What such an event says holds until another says otherwise: it may be newer than all it is cited for."""


def moment_of_alert(alert: Alert) -> int:
    """When the last of what an alert rests on happened, or when time alone decided."""
    cited = (reference.occurred_at for reference in alert.evidence if reference.stream not in _DESCRIPTIONS)
    return max((alert.decided_at, *cited))


def moment_of_tag(tag: TagStatus) -> int:
    """When the tag came to its status."""
    return tag.decided_at


def moment_of_confirmation(confirmation: TagConfirmation) -> int:
    """When it was confirmed, or reached the threshold once more."""
    return max((confirmation.confirmed_at, *confirmation.reached_ms))


def moment_of_report(report: ReportStatus) -> int:
    """When the report came to its status."""
    return report.decided_at


def moment_of_consequence(consequence: Consequence) -> int:
    """When it begins; whoever knows what it follows from knows better."""
    return consequence.starts_at


def moment_of_label(label: Label) -> int:
    """When the verdict was given."""
    return label.labelled_at
