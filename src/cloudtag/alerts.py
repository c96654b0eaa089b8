"""From a detector's finding to the alert that is published."""

from __future__ import annotations

from msgspec.structs import replace

from cloudtag.contract.events import AlertAnswered
from cloudtag.contract.records import Alert
from cloudtag.detection.finding import Finding
from cloudtag.detection.registry import Detector
from cloudtag.ids import digest_id
from cloudtag.policy.model import Policy


def alert_of(detector: Detector, finding: Finding, buyer_id: str, subject: str, policy: Policy) -> Alert:
    """The alert a finding amounts to.

    Its id is made of the detector, the buyer, the subject (the order or the return number that was judged) and the
    finding's anchor, never of time or arrival.
    """
    rule = detector.rule
    return Alert(
        alert_id=digest_id(detector.name, buyer_id, subject, finding.anchor),
        revision=0,
        status="open",
        detector=detector.name,
        scenario=rule.scenario,
        family=rule.family,
        severity=finding.severity,
        platform=finding.platform,
        buyer_id=buyer_id,
        shop_id=finding.shop_id,
        order_ids=finding.order_ids,
        refund_ids=finding.refund_ids,
        waybill_nos=finding.waybill_nos,
        linked_buyer_ids=finding.linked_buyer_ids,
        first_event_at=min(reference.occurred_at for reference in finding.evidence),
        decided_at=finding.decided_at,
        evidence=finding.evidence,
        facts={**finding.facts, "clears": rule.clears},
        explanation=finding.explanation,
        explanation_zh=finding.explanation_zh,
        recommendation=rule.recommendation,
        policy_version=policy.version,
    )


def answered(alert: Alert, verdict: AlertAnswered | None) -> Alert:
    """The alert as a shop's verdict leaves it: resolved, the verdict among its facts (A21 to A24).

    Only the shop the alert is about may answer it, any shop where it is about none.
    """
    if verdict is None or verdict.verdict == "unknown" or alert.shop_id not in (None, verdict.shop_id):
        return alert
    return replace(alert, status="resolved", facts={**alert.facts, "verdict": verdict.verdict})
