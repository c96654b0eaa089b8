"""What an alert's facts say: each condition's value against its threshold, and what changed between two revisions."""

from __future__ import annotations

from typing import NamedTuple

from cloudtag.contract.records import Alert

OUTSIDE = ("by_itself", "clears", "verdict")
"""Facts that are no condition of the detector."""
_COMPARED = (
    "status",
    "severity",
    "shop_id",
    "order_ids",
    "refund_ids",
    "waybill_nos",
    "linked_buyer_ids",
    "recommendation",
    "route",
    "amount_at_stake_minor",
    "currency",
    "policy_version",
)


class ShownCondition(NamedTuple):
    """A value the detector looked at; `threshold` is none for what is only shown."""

    name: str
    value: str
    threshold: str | None

    def __str__(self) -> str:
        return self.value if self.threshold is None else f"{self.value} (threshold {self.threshold})"


def conditions(alert: Alert) -> list[ShownCondition]:
    """The conditions of an alert; those with a threshold come first."""
    found = [_condition(name, text) for name, text in alert.facts.items() if name not in OUTSIDE]
    return sorted(found, key=lambda condition: condition.threshold is None)


class Difference(NamedTuple):
    """A field or a fact that differs between two revisions; of `EVIDENCE` how many events are gone, and new."""

    name: str
    was: str
    now: str

    def __str__(self) -> str:
        if self.name == EVIDENCE:
            return f"rests on {self.now} more and {self.was} fewer events"
        return f"{self.name} {self.was or NONE} → {self.now or NONE}"


EVIDENCE = "rests_on"
"""The name of the difference in what an alert rests on."""
NONE = "(none)"


def differences(before: Alert, after: Alert) -> list[Difference]:
    """What differs from one revision of an alert to another, revision and wording aside."""
    told = [
        Difference(name, _shown(was), _shown(now))
        for name in _COMPARED
        if (was := getattr(before, name)) != (now := getattr(after, name))
    ]
    for name in dict.fromkeys([*before.facts, *after.facts]):
        was, now = before.facts.get(name), after.facts.get(name)
        if was != now:
            told.append(Difference(name, _shown(was), _shown(now)))
    gone, new = set(before.evidence) - set(after.evidence), set(after.evidence) - set(before.evidence)
    if gone or new:
        told.append(Difference(EVIDENCE, str(len(gone)), str(len(new))))
    return told


def changes(before: Alert, after: Alert) -> list[str]:
    """The differences, each as a line."""
    return [str(difference) for difference in differences(before, after)]


def _condition(name: str, text: str) -> ShownCondition:
    value, slash, threshold = text.rpartition("/")
    is_pair = bool(slash and value and threshold) and "/" not in value
    return ShownCondition(name, value, threshold) if is_pair else ShownCondition(name, text, None)


def _shown(value: str | int | tuple[str, ...] | None) -> str:
    if isinstance(value, int):
        return str(value)
    return (", ".join(value) if isinstance(value, tuple) else value) or ""
