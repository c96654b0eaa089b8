"""When a new revision of an alert is an upgrade."""

from msgspec.structs import replace

from cloudtag.contract.records import SEVERITIES, Alert


def upgraded(alert: Alert, before: Alert) -> Alert:
    """A new revision of an alert that stands: `upgraded` if it has become more severe, or had before and still is."""
    rise = SEVERITIES.index(alert.severity) - SEVERITIES.index(before.severity)
    # What has become milder again is an open alert like any other.
    if alert.status == "open" and (rise > 0 or (rise == 0 and before.status == "upgraded")):
        return replace(alert, status="upgraded")
    return alert
