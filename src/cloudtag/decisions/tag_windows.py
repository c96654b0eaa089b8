"""Which tags are confirmed, and together with which: rolling windows (J8, F18) and platform evidence (T9, A11)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from cloudtag.contract.records import Alert
from cloudtag.contract.shops import TagRequested
from cloudtag.decisions.owners import independent
from cloudtag.decisions.severity import severe_since
from cloudtag.detection.buyer_case import is_about
from cloudtag.policy.model import Policies, Policy, TagRules

_DAY_MS = 86_400_000


@dataclass(slots=True)
class Tag:
    """One accepted tag on its way through the windows."""

    request: TagRequested
    policy: Policy
    shops: int = 1
    """The most independent shops that any window with it holds."""
    evidence: tuple[tuple[int, Alert], ...] = ()
    """Alerts that say what the tag says, each with the event time since which it is grave enough, earliest first."""
    confirmed_at: int | None = None

    @property
    def id(self) -> str:
        """As it is published."""
        return f"{self.request.submission_id}/{self.request.order_id}"

    @property
    def scenario(self) -> str:
        """The only one its submission chose: no other is accepted (J4)."""
        assert self.request.scenario is not None, "refused"
        return self.request.scenario

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


@dataclass(slots=True)
class Group:
    """Tags that are confirmed together by shops, and every shop that had a part in it.

    `first`: the earliest of the tags it was made of; it tells this confirmation from all others, however long ago.
    `reached_ms`: when so many independent shops had a part in it as the threshold asks for, twice as many, and so on.
    """

    first: Tag
    tags: list[Tag] = field(default_factory=list)
    owners: dict[str, tuple[str, ...]] = field(default_factory=dict)
    reached_ms: list[int] = field(default_factory=list)

    def join(self, joining: Iterable[Tag], window: Iterable[Tag], now_ms: int, threshold: int) -> None:
        """Confirm tags, with all shops in the window."""
        for tag in joining:
            tag.confirmed_at = now_ms
            self.tags.append(tag)
        self.owners |= owners_of(window)
        steps = independent(self.owners) // threshold
        self.reached_ms += [now_ms] * (steps - len(self.reached_ms))


def owners_of(tags: Iterable[Tag]) -> dict[str, tuple[str, ...]]:
    """By shop, what its owner is known by; a shop that described itself anew between two tags is known by both."""
    owners: dict[str, tuple[str, ...]] = {}
    for tag in tags:
        shop_id = tag.request.shop_id
        owners[shop_id] = tuple(sorted({*owners.get(shop_id, ()), *tag.request.owner_marks}))
    return owners


def evidence_for(tag: Tag, alerts: Iterable[Alert], policies: Policies) -> tuple[tuple[int, Alert], ...]:
    """T9: alerts that stand, of what the tag says, on the tagged order, grave enough, earliest first.

    Where a label stands for several scenarios any of them will do, unless the platform takes only some detectors'
    alerts for evidence, or some only of accounts that are linked (A11).
    """
    rules = tag.policy.tags
    found = [
        (_grave_since(alert, rules), alert)
        for alert in alerts
        if _is_borne_out(tag, alert) and policies.networks[alert.platform] == policies.networks[tag.request.platform]
    ]
    return tuple(sorted(found, key=lambda pair: (pair[0], pair[1].alert_id)))


def _grave_since(alert: Alert, rules: TagRules) -> int:
    since_ms = severe_since(alert, rules.evidence_severities)
    assert since_ms is not None, "it is of one of these severities"
    return since_ms


def stands(alert: Alert) -> bool:
    """Whether an alert counts as evidence at all: nobody has answered it, or somebody `abnormal`."""
    return alert.status in ("open", "upgraded") or (alert.status == "resolved" and _verdict(alert) == "abnormal")


def _verdict(alert: Alert) -> str | None:
    return alert.verdict or alert.facts.get("verdict")


def _is_borne_out(tag: Tag, alert: Alert) -> bool:
    request, rules, label = tag.request, tag.policy.tags, tag.scenario
    if not stands(alert) or alert.severity not in rules.evidence_severities:
        return False
    if not is_about(alert, request.shop_id, request.order_id) or alert.scenario not in rules.scenarios_of(label):
        return False
    allowed = rules.evidence_detectors.get(label)
    if allowed is None:
        return True
    return alert.detector in allowed and (bool(alert.linked_buyer_ids) or alert.detector not in rules.linked_evidence)


def groups_of(tags: list[Tag]) -> list[Group]:
    """The confirmations by shops of one network; `tags` in order of time, their evidence known.

    Each tag looks back over its window, in which pending and confirmed tags alike count their shops. Once these are
    enough, every pending tag in it is confirmed: it joins the latest confirmation that has a tag in the window, else a
    new one begins.
    """
    groups: list[Group] = []
    group_of: dict[int, Group] = {}
    start = 0
    for end, tag in enumerate(tags):
        now_ms = tag.request.occurred_at
        while tags[start].lapses_at < now_ms:
            start += 1
        # Where windows differ in length, a shorter one may be over before an earlier, longer one is.
        window = [other for other in tags[start : end + 1] if other.lapses_at >= now_ms]
        count = independent(owners_of(window))
        for other in window:
            other.shops = max(other.shops, count)
        threshold = tag.policy.tags.threshold_shops
        # What platform evidence bore out before has a confirmation of its own (T9).
        joining = [t for t in window if t.confirmed_at is None and (t.evident_at is None or t.evident_at > now_ms)]
        if count < threshold or not joining:
            continue
        present = [group_of[id(other)] for other in window if id(other) in group_of]
        group = next((one for one in reversed(groups) if any(one is held for held in present)), None)
        if group is None:
            group = Group(joining[0])
            groups.append(group)
        group.join(joining, window, now_ms, threshold)
        group_of.update({id(other): group for other in joining})
    return groups
