"""Of one stream: what stands with one policy alone, and what stands with both and says something else."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from msgspec import Struct

from cloudtag.backtest.standing import StandingByStream
from cloudtag.contract.standing import RecordKey

_NO_CHANGE = ("revision", "policy_version")
"""Fields that differ between two policies without anybody being treated differently."""


class Field(NamedTuple):
    """One point in which two records differ, a table's as `facts.reopenings`; none where one side lacks it."""

    name: str
    base: Any
    new: Any


class Change(NamedTuple):
    """A record that stands with both policies and differs in at least one field."""

    base: Any
    new: Any
    fields: tuple[Field, ...]


class BacktestDifference(Struct, frozen=True, kw_only=True):
    """What differs in one stream; `stood` and `stands` count all that stands with the base and with the new policy."""

    stream: str
    stood: int
    stands: int
    opened: tuple[Any, ...]
    withdrawn: tuple[Any, ...]
    changed: tuple[Change, ...]

    @property
    def fields(self) -> dict[str, int]:
        """How many of the changed records differ in each field, the most frequent first."""
        counts = Counter(field.name for change in self.changed for field in change.fields)
        return dict(sorted(counts.items(), key=lambda item: (-item[1], item[0])))


def differences(base: StandingByStream, new: StandingByStream) -> tuple[BacktestDifference, ...]:
    """What differs in each stream, whether anything does or not."""
    return tuple(_difference(stream, base[stream], new[stream]) for stream in base)


def _difference(stream: str, base: Mapping[RecordKey, Any], new: Mapping[RecordKey, Any]) -> BacktestDifference:
    both = ((base[id_], new[id_]) for id_ in base if id_ in new)
    compared = (Change(one, other, tuple(_fields(one, other))) for one, other in both)
    return BacktestDifference(
        stream=stream,
        stood=len(base),
        stands=len(new),
        opened=tuple(record for id_, record in new.items() if id_ not in base),
        withdrawn=tuple(record for id_, record in base.items() if id_ not in new),
        changed=tuple(change for change in compared if change.fields),
    )


def _fields(base: Struct, new: Struct) -> Iterator[Field]:
    for name in base.__struct_fields__:
        one, other = getattr(base, name), getattr(new, name)
        if one == other or name in _NO_CHANGE:
            continue
        if isinstance(one, dict) and isinstance(other, dict):
            keys = (key for key in sorted(one.keys() | other.keys()) if one.get(key) != other.get(key))
            yield from (Field(f"{name}.{key}", one.get(key), other.get(key)) for key in keys)
        else:
            yield Field(name, one, other)
