"""A record or a change in one line, whatever its kind."""

from __future__ import annotations

from typing import Any

from msgspec import UNSET

from cloudtag.backtest.difference import Change, Field
from cloudtag.contract.times import rfc3339

EXPLANATION = "explanation"
"""The field with a text for people; in other languages its name goes on."""
LONGEST = 60
"""Longer values are texts: that they differ is said, not how."""
_NOT_TOLD = ("revision", "platform", "policy_version", "detector", "kind", "buyer_id")
"""Shown elsewhere, or of no interest in one line."""


def words_of(record: Any) -> str:
    """The explanation of an alert; of anything else the fields that say something."""
    if explanation := getattr(record, EXPLANATION, None):
        return " ".join(str(explanation).split())
    names = (name for name in record.__struct_fields__[1:] if name not in _NOT_TOLD)
    told = {name: value_in_words(name, getattr(record, name)) for name in names}
    return ", ".join(f"{name} {value}" for name, value in told.items() if value != "-")


def words_of_change(change: Change) -> str:
    """What was and what is, field by field; of long texts only that they differ, of explanations nothing.

    An explanation says in words what the other fields say; it is shown when nothing else differs.
    """
    others = [field for field in change.fields if not field.name.startswith(EXPLANATION)]
    return "; ".join(_field(field) for field in others or change.fields)


def value_in_words(name: str, value: Any) -> str:
    """A field's value; times as RFC 3339, what is empty as `-`."""
    if value is None or value is UNSET or value == () or value == {}:
        return "-"
    if isinstance(value, int) and name.endswith("_at"):
        return rfc3339(value)
    if isinstance(value, dict):
        return " ".join(f"{key}={item}" for key, item in value.items())
    if isinstance(value, tuple):
        return " ".join(value) if all(isinstance(item, str) for item in value) else f"{len(value)} of them"
    return str(value)


def _field(field: Field) -> str:
    one, other = (value_in_words(field.name, value) for value in (field.base, field.new))
    if max(len(one), len(other)) > LONGEST or one == other:
        return f"{field.name} differs"
    return f"{field.name} {one} → {other}"
