"""Since when an alert is as grave as it is, by what it became after it was decided."""

import pytest
from msgspec.structs import replace

from cloudtag.contract.records import Reference, Severity
from cloudtag.contract.times import rfc3339
from cloudtag.decisions.severity import rises_of, severe_since
from cloudtag.detection.finding import Finding
from tests.decisions.alerts import an_alert

T0 = 1_772_409_600_000
HIGH, CRITICAL = T0 + 1000, T0 + 2000


def since(severity: Severity, rises: dict[str, int], *wanted: str) -> int | None:
    facts = {f"{level}_since": rfc3339(at) for level, at in rises.items()}
    return severe_since(replace(an_alert(severity=severity), decided_at=T0, facts=facts), wanted)


@pytest.mark.parametrize(
    ("severity", "rises", "wanted", "at"),
    [
        ("high", {}, ("high",), T0),
        ("high", {}, ("critical",), None),
        ("high", {}, ("medium",), T0),
        ("critical", {"high": HIGH, "critical": CRITICAL}, ("critical",), CRITICAL),
        ("critical", {"high": HIGH, "critical": CRITICAL}, ("high",), HIGH),
        ("critical", {"high": HIGH, "critical": CRITICAL}, ("high", "critical"), HIGH),
        ("critical", {"high": HIGH, "critical": CRITICAL}, ("critical", "high"), HIGH),
        ("critical", {"high": HIGH, "critical": CRITICAL}, ("medium",), T0),
        ("critical", {"critical": CRITICAL}, ("high",), T0),
        ("high", {"high": HIGH}, ("critical",), None),
        ("high", {"high": HIGH}, ("critical", "high"), HIGH),
    ],
)
def test_since_when_it_is_at_least_that_severe(
    severity: Severity, rises: dict[str, int], wanted: tuple[str, ...], at: int | None
) -> None:
    """It was decided as medium, or high where only its rise to critical is told, and is at least as severe as that."""
    assert since(severity, rises, *wanted) == at


def test_what_it_was_when_it_was_decided_is_no_rise() -> None:
    finding = Finding(
        anchor="", severity="critical", platform="taobao", shop_id="s1", order_ids=("o1",), decided_at=T0,
        evidence=(Reference("orders", "e1", T0),), facts={}, explanation="", explanation_zh="",
        rises={"medium": T0 - 1, "high": T0, "critical": T0 + 1},
    )  # fmt: skip
    assert rises_of(finding) == {"critical_since": rfc3339(T0 + 1)}
