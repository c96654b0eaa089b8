"""The tag engine: what becomes of the tags shops put on one buyer's orders (J3 to J8, J12, T8, T9, J13, B15, F18).

A pure function of the requests, the orders and the alerts: it does not matter in which order they came, and a shop
that lost its right to tag, or took its submission back, counts as if it had never tagged.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from msgspec.structs import replace

from cloudtag.contract.events import TagSubmitted
from cloudtag.contract.ids import digest_id
from cloudtag.contract.records import Alert, TagConfirmation, TagState, TagStatus
from cloudtag.contract.shops import TagRequested
from cloudtag.contract.standing import SUPERSEDED
from cloudtag.decisions.owners import independent
from cloudtag.decisions.tag_reasons import OrdersById, Tagged, only_scenario, refusal
from cloudtag.decisions.tag_windows import Group, Tag, evidence_for, groups_of
from cloudtag.policy.calendar import due
from cloudtag.policy.model import Policies, Policy

_HOUR_MS = 3_600_000
_WAITING = "no_evidence_yet"
"""What a tag is told that is still pending when it falls due (J12)."""


@dataclass(slots=True)
class TagsJudged:
    """Statuses and confirmations as they should stand, and when time alone changes one."""

    statuses: list[tuple[TagRequested, TagStatus]] = field(default_factory=list)
    confirmations: list[TagConfirmation] = field(default_factory=list)
    timer_ms: int = 0


def judge_tags(
    requests: Iterable[TagRequested],
    orders: OrdersById,
    policies: Policies,
    now_ms: int,
    alerts: Iterable[Alert] = (),
) -> TagsJudged:
    """Judge all tag requests about one buyer at one moment of event time. `alerts` are those that stand.

    Every request gets a status, accepted or not (B12).
    """
    judged, standing = TagsJudged(), list(alerts)
    accepted: list[Tag] = []
    tagged: Tagged = {}
    for request in sorted((r for r in requests if r.is_held), key=_moment):
        tag = Tag(request, policies.at(request.platform, request.occurred_at))
        reason = refusal(request, tag.policy, orders, policies, tagged)
        if reason is not None:
            judged.statuses.append((request, _status(tag, "rejected", reason)))
        elif request.voided_by is not None:
            judged.statuses.append((request, _status(tag, "voided", request.voided_by)))
        else:
            accepted.append(tag)
    for network, tags in sorted(_by_network(accepted, policies).items()):
        for tag in tags:
            tag.evidence = evidence_for(tag, standing, policies)
        judged.confirmations += _confirm(network, tags)
    judged.statuses += [(tag.request, _standing(tag, now_ms)) for tag in accepted]
    times = (at_ms for tag in accepted for at_ms in _changes_at(tag))
    judged.timer_ms = min((at_ms for at_ms in times if at_ms > now_ms), default=0)
    return judged


def tag_due(policy: Policy, put_at: int) -> int | None:
    """Event time by which a tag is decided or published anew (J12, A17, A20); None where there is no such limit."""
    rules = policy.deadlines
    if rules.tag_working_days:
        return due(put_at, rules.tag_working_days, rules)
    return put_at + rules.tag_hours * _HOUR_MS if rules.tag_hours else None


def superseded(tag: TagStatus) -> TagStatus:
    """The last word about a tag whose submission counts no more: another one has its id (F3)."""
    return replace(tag, reason=SUPERSEDED, shown_as=tag.status, distinct_shops=0, due_at=None)


def refused_whole(submission: TagSubmitted, policy: Policy, reason: str) -> TagStatus:
    """The one status of a submission that names no order: it is about no buyer."""
    request = TagRequested(
        0, True, "", "", submission.submission_id, submission.event_id, submission.occurred_at, submission.platform,
        submission.shop_id, submission.account_id, only_scenario(submission), reason,
    )  # fmt: skip
    return _status(Tag(request, policy), "rejected", reason)


def _moment(request: TagRequested) -> tuple[int, str, str, str]:
    return request.occurred_at, request.submission_id, request.order_id, request.shop_id


def _by_network(accepted: list[Tag], policies: Policies) -> dict[str, list[Tag]]:
    """The tags that count together; those that accuse nobody count for nothing."""
    networks: dict[str, list[Tag]] = {}
    for tag in accepted:
        rules = tag.policy.tags
        if tag.request.scenario in rules.exempting:
            tag.shops = 0
        else:
            networks.setdefault(policies.networks[tag.request.platform], []).append(tag)
    return networks


def _confirm(network: str, tags: list[Tag]) -> Iterator[TagConfirmation]:
    """J8 and T9: what the shops confirm together, then what platform evidence confirms alone.

    A tag that evidence bore out before enough shops agreed is not confirmed by them, but its shop is one of them.
    """
    for group in groups_of(tags):
        yield _by_shops(network, group)
    for tag in tags:
        at_ms = tag.evident_at
        if tag.confirmed_at is None and at_ms is not None:
            tag.confirmed_at = at_ms
            yield _by_evidence(network, tag, at_ms)


def _by_shops(network: str, group: Group) -> TagConfirmation:
    first = group.first.request
    scenarios = Counter(tag.scenario for tag in group.tags)
    most = max(scenarios.values())
    return TagConfirmation(
        confirmation_id=digest_id("shops", network, first.buyer_id, first.shop_id, first.submission_id, first.order_id),
        revision=0,
        status="confirmed",
        platform=first.platform,
        buyer_id=first.buyer_id,
        scenario=min(name for name, count in scenarios.items() if count == most),
        basis="shops",
        tag_ids=tuple(tag.id for tag in group.tags),
        shop_ids=tuple(sorted(group.owners)),
        order_ids=tuple(sorted({tag.request.order_id for tag in group.tags})),
        confirmed_at=group.reached_ms[0],
        policy_version=group.first.policy.version,
        independent_shops=independent(group.owners),
        reached_ms=tuple(group.reached_ms),
    )


def _by_evidence(network: str, tag: Tag, confirmed_at: int) -> TagConfirmation:
    request = tag.request
    return TagConfirmation(
        confirmation_id=digest_id(
            "evidence", network, request.buyer_id, request.shop_id, request.submission_id, request.order_id
        ),
        revision=0,
        status="confirmed",
        platform=request.platform,
        buyer_id=request.buyer_id,
        scenario=tag.scenario,
        basis="platform_evidence",
        tag_ids=(tag.id,),
        shop_ids=(request.shop_id,),
        order_ids=(request.order_id,),
        alert_ids=tuple(sorted(alert.alert_id for _, alert in tag.evidence)),
        confirmed_at=confirmed_at,
        policy_version=tag.policy.version,
        independent_shops=1,
        reached_ms=(confirmed_at,),
    )


def _changes_at(tag: Tag) -> Iterator[int]:
    """When time alone changes what an unconfirmed tag is told."""
    if tag.confirmed_at is None:
        yield tag.lapses_at + 1
        due_at = tag_due(tag.policy, tag.request.occurred_at)
        if due_at is not None and due_at <= tag.lapses_at:
            yield due_at


def _standing(tag: Tag, now_ms: int) -> TagStatus:
    if tag.confirmed_at is not None:
        return _status(tag, "confirmed", None)
    if now_ms > tag.lapses_at:
        return _status(tag, "expired", "threshold_not_met")
    due_at = tag_due(tag.policy, tag.request.occurred_at)
    return _status(tag, "pending", _WAITING if due_at is not None and now_ms >= due_at else None)


def _status(tag: Tag, status: TagState, reason: str | None) -> TagStatus:
    request, rules = tag.request, tag.policy.tags
    due_at = tag_due(tag.policy, request.occurred_at)
    decided_at = {"confirmed": tag.confirmed_at, "expired": tag.lapses_at}.get(status)
    if reason == _WAITING:
        decided_at = due_at
    is_counted = status in ("pending", "confirmed", "expired")
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
        distinct_shops=tag.shops if is_counted else 0,
        threshold=rules.threshold_shops,
        window_days=rules.window_days,
        decided_at=decided_at or request.occurred_at,
        policy_version=tag.policy.version,
        due_at=due_at if is_counted else None,
        put_at=request.occurred_at,
    )
