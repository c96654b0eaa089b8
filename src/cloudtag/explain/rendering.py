"""The account of an alert that people read: what happened, each condition, what would clear it, how it changed."""

from __future__ import annotations

from collections.abc import Container, Iterator, Sequence
from typing import Any

import msgspec

from cloudtag.contract.records import Alert, Reference, Refutation
from cloudtag.contract.scope import NETWORKS
from cloudtag.contract.streams import STREAM_OF
from cloudtag.contract.times import rfc3339
from cloudtag.detection.wording import money
from cloudtag.detectors.registry import all_detectors
from cloudtag.explain.conditions import changes, conditions
from cloudtag.explain.recompute import Recomputed, is_of_party
from cloudtag.explain.words import plain, tell
from cloudtag.policy.model import Policies

MOST_BESIDE = 60
"""Events that belong to the alert's orders and parcels are shown beside those it rests on, unless they are too many."""


def account(alert: Alert, revisions: Sequence[Recomputed], events: Sequence[Any], policies: Policies) -> list[str]:
    """The lines of an account. `events` hold those the alert rests on, as far as they are known."""
    return [
        *_head(alert),
        "",
        alert.explanation,
        alert.explanation_zh,
        *_standing(alert),
        "",
        f"What happened (* the alert rests on it{', - it was refuted by it' if alert.withdrawn_by else ''})",
        *_timeline(alert, revisions, events),
        "",
        "Conditions",
        *_aligned([(plain(c.name), str(c)) for c in conditions(alert)]),
        "",
        *_clearing(alert),
        *_doing(alert),
        "",
        f"Policy {alert.policy_version}{_parameters(alert, policies)}",
        "",
        "Revisions",
        *_revisions(revisions, is_buyer_named=bool(alert.linked_buyer_ids)),
    ]


def _head(alert: Alert) -> Iterator[str]:
    detector = all_detectors().get(alert.detector)
    title = f"{detector.rule.title} ({', '.join(detector.rule.rules)})" if detector else "a detector of another version"
    yield f"{alert.alert_id}: {title}"
    shop = f", shop {alert.shop_id}" if alert.shop_id else ""
    linked = f", linked to {', '.join(alert.linked_buyer_ids)}" if alert.linked_buyer_ids else ""
    yield f"{alert.status}, {alert.severity}, buyer {alert.buyer_id}{linked}{shop}, {alert.platform}"


def _standing(alert: Alert) -> Iterator[str]:
    """What became of it, what money it is about, how much it says alone, and whether it is of the past."""
    if alert.historical is True:
        yield ""
        yield "Historical: it was decided before the installation went live, so nobody is asked to act on it now."
    if alert.withdrawn_because:
        yield ""
        yield f"Withdrawn: {alert.withdrawn_because}"
        yield alert.withdrawn_because_zh or ""
    if alert.amount_at_stake_minor is not None:
        yield ""
        yield f"At stake: {money(alert.amount_at_stake_minor, alert.currency)}"
    if alert.facts.get("by_itself") == "watch":
        yield "By itself it is a reason to watch the buyer, not to act: only a second, independent one makes it more."


def _timeline(alert: Alert, revisions: Sequence[Recomputed], events: Sequence[Any]) -> Iterator[str]:
    rests_on: dict[tuple[str, str], Reference | Refutation] = {(r.stream, r.event_id): r for r in alert.evidence}
    refuted_by = {(r.stream, r.event_id): r for r in alert.withdrawn_by}
    rests_on |= refuted_by
    # Another network may have an event of that id: the alert's own takes its place.
    events = sorted(events, key=lambda event: NETWORKS[event.platform] == NETWORKS[alert.platform])
    part = {_identity(event): event for told in revisions for event in told.causes}
    part |= {_identity(event): event for event in events if _identity(event) in rests_on}
    beside = {_identity(event): event for event in events if _belongs(event, alert)}
    part |= beside if len(beside) <= MOST_BESIDE else {}
    unknown = [
        (r.occurred_at, "*", f"{r.stream} {r.event_id} (not among the events)") for r in _missing(rests_on, part)
    ]
    is_named = len({e.buyer_id for e in part.values() if hasattr(e, "buyer_id")}) > 1
    known = [
        (event.occurred_at, _mark(key, rests_on, refuted_by), tell(event, is_buyer_named=is_named))
        for key, event in part.items()
    ]
    for at_ms, mark, words in sorted([*known, *unknown]):
        yield f"{mark} {rfc3339(at_ms)}  {words}"


def _mark(key: tuple[str, str], rests_on: Container[Any], refuted_by: Container[Any]) -> str:
    return "-" if key in refuted_by else "*" if key in rests_on else " "


def _belongs(event: Any, alert: Alert) -> bool:
    shops = {order.shop_id for order in alert.orders}
    is_order = getattr(event, "order_id", None) in alert.order_ids and (
        not hasattr(event, "buyer_id") or (is_of_party(event, alert) and (not shops or event.shop_id in shops))
    )
    return (
        is_order
        or getattr(event, "waybill_no", None) in alert.waybill_nos
        or getattr(event, "alert_id", None) == alert.alert_id
    )


def _missing(
    rests_on: dict[tuple[str, str], Reference | Refutation], part: dict[tuple[str, str], Any]
) -> list[Reference | Refutation]:
    return [reference for key, reference in rests_on.items() if key not in part]


def _identity(event: Any) -> tuple[str, str]:
    return STREAM_OF[type(event)], event.event_id


def _clearing(alert: Alert) -> Iterator[str]:
    yield f"What would clear it: {alert.facts.get('clears', 'not told')}"
    detector = all_detectors().get(alert.detector)
    if detector is not None:
        yield detector.rule.clears_zh


def _doing(alert: Alert) -> Iterator[str]:
    if verdict := alert.verdict or alert.facts.get("verdict"):
        yield f"The shop's verdict: {verdict}"
    if alert.recommendation:
        yield f"Recommended: {plain(alert.recommendation)}"
    if alert.route:
        yield f"Route: {plain(alert.route)}"


def _parameters(alert: Alert, policies: Policies) -> str:
    version = next((p for p in policies.versions() if p.version == alert.policy_version), None)
    if version is None:
        name = alert.policy_version.partition("@")[0]
        is_other = any(p.name == name for p in policies.versions())
        return " (the policy packs say something else under this id)" if is_other else " (not among the policy packs)"
    parameters = msgspec.to_builtins(version.detectors.get(alert.detector))
    told = [f"{name} = {value}" for name, value in (parameters or {}).items()]
    return f": {', '.join(told)}" if told else ": nothing to set for this detector"


def _revisions(revisions: Sequence[Recomputed], *, is_buyer_named: bool) -> Iterator[str]:
    before: Alert | None = None
    for told in revisions:
        alert = told.alert
        yield f"{alert.revision}  {rfc3339(told.at_ms)}  {alert.status}, {alert.severity}"
        if alert.withdrawn_because:
            yield f"     {alert.withdrawn_because}"
        if told.causes:
            yield from (f"     after: {tell(event, is_buyer_named=is_buyer_named)}" for event in told.causes)
        elif told.is_recomputed:
            yield "     by the passing of time"
        if before is not None:
            yield from (f"     {change}" for change in changes(before, alert) if not change.startswith("status "))
        before = alert


def _aligned(pairs: list[tuple[str, str]]) -> list[str]:
    width = max((len(name) for name, _ in pairs), default=0)
    return [f"  {name:{width}}  {value}" for name, value in pairs]
