"""Which verdict on an alert counts, and what it makes of the alert and of its detector (A21 to A24)."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec.structs import replace

from cloudtag.contract.events import AlertAnswered
from cloudtag.contract.ids import digest_id
from cloudtag.contract.records import Alert, Label, LabelKind

_LABELS: dict[str, LabelKind] = {"abnormal": "true_positive", "normal": "false_positive"}


def may_answer(alert: Alert, shop_id: str | None) -> bool:
    """Whether an alert is about that shop: its own, or one whose order it names; the platform (none) answers all.

    Where it names no shop at all, any shop may.
    """
    if shop_id is None or alert.shop_id == shop_id:
        return True
    return alert.shop_id is None and shop_id in ({order.shop_id for order in alert.orders} or {shop_id})


def last_word(alert: Alert, verdicts: Iterable[AlertAnswered]) -> AlertAnswered | None:
    """The verdict on an alert that counts: of those who may answer it the latest by event time that was not taken back.

    The platform's word and a shop's weigh the same. What another shop says, or what says nothing, takes nobody's word
    away; whoever spoke may take that back, and no one else may.
    """
    heard = [verdict for verdict in verdicts if may_answer(alert, verdict.shop_id)]
    taken_back = {_spoken(v.withdraws, v): v.occurred_at for v in sorted(heard, key=_moment)}
    said = (
        verdict
        for verdict in heard
        if verdict.withdraws is None
        and verdict.verdict != "unknown"
        and taken_back.get(_spoken(verdict.event_id, verdict), -1) < verdict.occurred_at
    )
    return max(said, key=_moment, default=None)


def answered(alert: Alert, verdict: AlertAnswered | None) -> Alert:
    """The alert as the verdict that counts leaves it: resolved, the verdict among its facts.

    So is the revision that its reviewer says was seen: the alert may have grown graver since.
    """
    if verdict is None:
        return alert
    said = verdict.verdict
    facts = {**alert.facts, "verdict": said}
    if verdict.alert_revision is not None:
        facts["verdict_on_revision"] = str(verdict.alert_revision)
    return replace(alert, status="resolved", facts=facts, verdict=said)


def label_of(alert: Alert, verdict: AlertAnswered | None) -> Label | None:
    """What the verdict says of the detector: `abnormal` that it was right, `normal` that it was wrong.

    `ignore` says nothing. `verdict`: the one that counts.
    """
    if verdict is None or verdict.verdict not in _LABELS:
        return None
    return Label(
        label_id=digest_id("label", alert.alert_id),
        revision=0,
        status="standing",
        label=_LABELS[verdict.verdict],
        alert_id=alert.alert_id,
        detector=alert.detector,
        scenario=alert.scenario,
        family=alert.family,
        severity=alert.severity,
        platform=alert.platform,
        buyer_id=alert.buyer_id,
        shop_id=alert.shop_id,
        answered_by_shop_id=verdict.shop_id or "",
        account_id=verdict.account_id or "",
        labelled_at=verdict.occurred_at,
        policy_version=alert.policy_version,
    )


def _moment(verdict: AlertAnswered) -> tuple[int, str]:
    return verdict.occurred_at, verdict.event_id


def _spoken(event_id: str | None, by: AlertAnswered) -> tuple[str | None, str | None]:
    """A verdict and who spoke it; what takes nothing back names none."""
    return event_id, by.shop_id
