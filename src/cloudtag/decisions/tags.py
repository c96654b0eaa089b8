"""The tag engine: what becomes of the tags shops put on one buyer's orders (J3 to J8, T8, T9, J13).

A pure function of the requests, the contacts and the alerts: it does not matter in which order they came, and a shop
that lost its right to tag counts as if it had never tagged.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from cloudtag.contract.events import BuyerContacted
from cloudtag.contract.ids import digest_id
from cloudtag.contract.records import Alert, TagConfirmation, TagState, TagStatus
from cloudtag.contract.shops import TagRequested
from cloudtag.decisions.severity import severe_since
from cloudtag.policy.model import Policies, Policy

_DAY_MS = 86_400_000
Contacts = Callable[[str], Iterable[BuyerContacted]]
"""The shop's attempts to reach the buyer about an order."""


@dataclass(slots=True)
class TagsJudged:
    """Statuses and confirmations as they should stand, and when time alone changes one."""

    statuses: list[tuple[TagRequested, TagStatus]] = field(default_factory=list)
    confirmations: list[TagConfirmation] = field(default_factory=list)
    timer_ms: int = 0


@dataclass(slots=True)
class _Tag:
    """One accepted tag on its way through the windows."""

    request: TagRequested
    policy: Policy
    shops: int = 1
    evidence: tuple[tuple[int, Alert], ...] = ()
    """Alerts that say what the tag says, each with the event time since which it is grave enough, earliest first."""
    confirmed_at: int | None = None

    @property
    def id(self) -> str:
        return f"{self.request.submission_id}/{self.request.order_id}"

    @property
    def lapses_at(self) -> int:
        """The last moment at which it still counts: exactly the window's length after it was put."""
        return self.request.occurred_at + self.policy.tags.window_days * _DAY_MS

    @property
    def evident_at(self) -> int | None:
        """When an alert bears it out while it counts (T9)."""
        if not self.evidence:
            return None
        at_ms = max(self.request.occurred_at, self.evidence[0][0])
        return at_ms if at_ms <= self.lapses_at else None


def judge_tags(
    requests: Iterable[TagRequested],
    contacts: Contacts,
    policies: Policies,
    now_ms: int,
    alerts: Iterable[Alert] = (),
) -> TagsJudged:
    """Judge all tag requests about one buyer at one moment of event time. `alerts` are those that stand.

    Every request gets a status, accepted or not (B12).
    """
    judged = TagsJudged()
    held = sorted((r for r in requests if r.is_held), key=lambda r: (r.occurred_at, r.submission_id, r.order_id))
    accepted: dict[str, list[_Tag]] = {}
    seen: dict[str, set[str]] = {}
    for request in held:
        tag = _Tag(request, policies.at(request.platform, request.occurred_at))
        reason = request.rejection or _refusal(tag, contacts, seen)
        if reason is not None:
            judged.statuses.append((request, _status(tag, "rejected", reason)))
        elif request.voided_by is not None:
            judged.statuses.append((request, _status(tag, "voided", request.voided_by)))
        else:
            accepted.setdefault(tag.policy.tags.network, []).append(tag)
    standing = list(alerts)
    for tag in (tag for tags in accepted.values() for tag in tags):
        tag.evidence = _evidence(standing, tag)
    for network, tags in sorted(accepted.items()):
        judged.confirmations += _confirm(network, tags)
        for tag in tags:
            judged.statuses.append((tag.request, _standing(tag, now_ms)))
    lapses = [tag.lapses_at + 1 for tags in accepted.values() for tag in tags if tag.confirmed_at is None]
    judged.timer_ms = min((at for at in lapses if at > now_ms), default=0)
    return judged


def _refusal(tag: _Tag, contacts: Contacts, seen: dict[str, set[str]]) -> str | None:
    """T8, then J5: an order is tagged once (A8), or once per scenario (A9); only an accepted tag that stands counts."""
    request, rules = tag.request, tag.policy.tags
    scenario = request.scenario or ""
    if scenario in rules.contact_first:
        unanswered = sum(
            not c.answered and c.occurred_at <= request.occurred_at and c.shop_id == request.shop_id
            for c in contacts(request.order_id)
        )
        if unanswered < rules.unanswered_contacts:
            return "contact_first"
    tagged = seen.setdefault(request.order_id, set())
    if scenario in tagged or (tagged and not rules.is_once_per_scenario):
        return "duplicate_order"
    if request.voided_by is None:
        tagged.add(scenario)
    return None


def _evidence(alerts: list[Alert], tag: _Tag) -> tuple[tuple[int, Alert], ...]:
    """T9: the same scenario on the same order, grave enough, and no shop has called the alert wrong."""
    request, rules, found = tag.request, tag.policy.tags, []
    for alert in alerts:
        is_same = alert.scenario == request.scenario and request.order_id in alert.order_ids
        if is_same and alert.severity in rules.evidence_severities and alert.facts.get("verdict") != "normal":
            found.append((severe_since(alert, rules.evidence_severities) or alert.decided_at, alert))
    return tuple(sorted(found, key=lambda pair: (pair[0], pair[1].alert_id)))


def _confirm(network: str, tags: list[_Tag]) -> list[TagConfirmation]:
    """J8 and T9: what the shops confirm together, then what platform evidence confirms alone.

    A tag that evidence bore out before enough shops agreed is not confirmed by them, but its shop is one of them.
    """
    confirmed = [_by_shops(network, number, group) for number, group in enumerate(_groups(tags), start=1)]
    for tag in tags:
        if tag.confirmed_at is None and tag.evident_at is not None:
            tag.confirmed_at = tag.evident_at
            confirmed.append(_by_evidence(network, tag))
    return confirmed


@dataclass(slots=True)
class _Group:
    """Tags that are confirmed together, and every shop that had a part in it."""

    tags: list[_Tag] = field(default_factory=list)
    shop_ids: set[str] = field(default_factory=set)


def _groups(tags: list[_Tag]) -> list[_Group]:
    """Whenever enough distinct shops tagged within the window, all tags in it are confirmed.

    A tag whose window already holds confirmed tags joins their confirmation; otherwise a new one begins.
    """
    groups: list[_Group] = []
    start = 0
    for end, tag in enumerate(tags):
        now_ms = tag.request.occurred_at
        while tags[start].lapses_at < now_ms:
            start += 1
        # Where windows differ in length, a shorter one may be over before an earlier, longer one is.
        window = [other for other in tags[start : end + 1] if other.lapses_at >= now_ms]
        shop_ids = {other.request.shop_id for other in window}
        for other in window:
            other.shops = max(other.shops, len(shop_ids))
        if len(shop_ids) >= tag.policy.tags.threshold_shops:
            _close_ranks(groups, window, shop_ids, now_ms)
    return groups


def _close_ranks(groups: list[_Group], window: list[_Tag], shop_ids: set[str], now_ms: int) -> None:
    joining = [t for t in window if t.confirmed_at is None and (t.evident_at is None or t.evident_at > now_ms)]
    if not joining:
        return
    if not any(other.confirmed_at is not None for other in window):
        groups.append(_Group())
    groups[-1].shop_ids |= shop_ids
    for other in joining:
        other.confirmed_at = now_ms
        groups[-1].tags.append(other)


def _by_shops(network: str, number: int, group: _Group) -> TagConfirmation:
    first = group.tags[0].request
    scenarios = Counter(tag.request.scenario or "" for tag in group.tags)
    most = max(scenarios.values())
    return TagConfirmation(
        confirmation_id=digest_id(f"{network}-{number}", first.buyer_id, "shops"),
        revision=0,
        status="confirmed",
        platform=first.platform,
        buyer_id=first.buyer_id,
        scenario=min(name for name, count in scenarios.items() if count == most),
        basis="shops",
        tag_ids=tuple(tag.id for tag in group.tags),
        shop_ids=tuple(sorted(group.shop_ids)),
        order_ids=tuple(sorted({tag.request.order_id for tag in group.tags})),
        confirmed_at=min(tag.confirmed_at or 0 for tag in group.tags),
        policy_version=group.tags[0].policy.version,
    )


def _by_evidence(network: str, tag: _Tag) -> TagConfirmation:
    request = tag.request
    return TagConfirmation(
        confirmation_id=digest_id(f"{network}-evidence", request.buyer_id, request.submission_id, request.order_id),
        revision=0,
        status="confirmed",
        platform=request.platform,
        buyer_id=request.buyer_id,
        scenario=request.scenario or "",
        basis="platform_evidence",
        tag_ids=(tag.id,),
        shop_ids=(request.shop_id,),
        order_ids=(request.order_id,),
        alert_ids=tuple(sorted(alert.alert_id for _, alert in tag.evidence)),
        confirmed_at=tag.confirmed_at or 0,
        policy_version=tag.policy.version,
    )


def _standing(tag: _Tag, now_ms: int) -> TagStatus:
    if tag.confirmed_at is not None:
        return _status(tag, "confirmed", None)
    if now_ms > tag.lapses_at:
        return _status(tag, "expired", "threshold_not_met")
    return _status(tag, "pending", None)


def _status(tag: _Tag, status: TagState, reason: str | None) -> TagStatus:
    request, rules = tag.request, tag.policy.tags
    decided_at = {"confirmed": tag.confirmed_at, "expired": tag.lapses_at}.get(status)
    return TagStatus(
        tag_id=tag.id,
        revision=0,
        status=status,
        reason=reason,
        shown_as=rules.pending_shown_as if status == "pending" else status,
        platform=request.platform,
        buyer_id=request.buyer_id,
        shop_id=request.shop_id,
        order_id=request.order_id,
        scenario=request.scenario,
        distinct_shops=tag.shops if status in ("pending", "confirmed", "expired") else 0,
        threshold=rules.threshold_shops,
        window_days=rules.window_days,
        decided_at=decided_at or request.occurred_at,
        policy_version=tag.policy.version,
    )
