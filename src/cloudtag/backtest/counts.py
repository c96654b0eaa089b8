"""What differs, counted by what the records say and by whom they are about.

Any kind of record is understood by the names of its fields, so that a new one needs nothing here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from typing import Any, Literal

from msgspec import Struct

from cloudtag.backtest.difference import BacktestDifference

NamesOf = Callable[[Any], frozenset[str]]
"""Under which names a record is counted."""
_SAYING = ("detector", "kind", "scenario")
"""The fields that say what a record is; the first that it has counts."""


class RecordCount(Struct, frozen=True, kw_only=True):
    """Records of one stream under one name; none for those that name nobody. A record with two names counts in both."""

    stream: str
    name: str | None
    opened: int = 0
    withdrawn: int = 0
    changed: int = 0

    @property
    def differing(self) -> int:
        """All of them."""
        return self.opened + self.withdrawn + self.changed


class Counts(Struct, frozen=True, kw_only=True):
    """The three breakdowns: `detector` is a consequence's kind and a tag's scenario."""

    detector: tuple[RecordCount, ...]
    shop: tuple[RecordCount, ...]
    buyer: tuple[RecordCount, ...]


def counts_of(differences: Iterable[BacktestDifference]) -> Counts:
    """All breakdowns; streams in their order, in each the name with most differences first."""
    found = tuple(differences)
    return Counts(detector=_by(saying, found), shop=_by(shops_of, found), buyer=_by(buyers_of, found))


def saying(record: Any) -> frozenset[str]:
    """The detector, the kind or the scenario."""
    told = [value for name in _SAYING if (value := getattr(record, name, None)) is not None]
    return frozenset(told[:1])


def named(who: Literal["buyer", "shop"], record: Any) -> frozenset[str]:
    """Whom a record is about: its `…_id`, its `…_ids`, or its subject."""
    found = {getattr(record, f"{who}_id", None), *getattr(record, f"{who}_ids", ())}
    if getattr(record, "subject_kind", None) == who:
        found.add(record.subject_id)
    return frozenset(found) - {None}


buyers_of: NamesOf = partial(named, "buyer")
shops_of: NamesOf = partial(named, "shop")


def _by(names_of: NamesOf, differences: tuple[BacktestDifference, ...]) -> tuple[RecordCount, ...]:
    counts: list[RecordCount] = []
    for each in differences:
        tally: dict[str | None, list[int]] = {}
        columns = (
            [names_of(record) for record in each.opened],
            [names_of(record) for record in each.withdrawn],
            [names_of(change.base) | names_of(change.new) for change in each.changed],
        )
        for column, records in enumerate(columns):
            for names in records:
                for name in names or (None,):
                    tally.setdefault(name, [0, 0, 0])[column] += 1
        rows = [
            RecordCount(stream=each.stream, name=name, opened=opened, withdrawn=withdrawn, changed=changed)
            for name, (opened, withdrawn, changed) in tally.items()
        ]
        counts += sorted(rows, key=lambda row: (-row.differing, row.name or ""))
    return tuple(counts)
