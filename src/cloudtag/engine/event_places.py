"""In which row of a keyed state each event was put: where there are many rows, it is not looked for in each."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from cloudtag.contract.internal import InternalRecord
from cloudtag.engine.rows import Row


class EventPlaces:
    """By type and id. An event may be gone from its row since: whoever asks looks whether it is there."""

    __slots__ = ("_of_kind",)

    def __init__(self, rows: Iterable[Row]) -> None:
        """`rows`: all there are."""
        # Two events of different types may have one id; of one type never two.
        self._of_kind: dict[type[Any], dict[str, str]] = {}
        for row in rows:
            for event_id, fact in row.facts.items():
                if not isinstance(fact, InternalRecord):
                    self.put(type(fact), event_id, row.id)

    def put(self, kind: type[Any], event_id: str, row_id: str) -> None:
        """An event of that type is in this row from now on."""
        places = self._of_kind.get(kind)
        if places is None:
            places = self._of_kind[kind] = {}
        places[event_id] = row_id

    def row_of(self, kind: type[Any], event_id: str) -> str | None:
        """The id of the row it was put in last, if it was put in any."""
        places = self._of_kind.get(kind)
        return None if places is None else places.get(event_id)

    def leave(self, row: Row) -> None:
        """A row is gone, and all that was put in it."""
        for event_id, fact in row.facts.items():
            places = self._of_kind.get(type(fact), {})
            if places.get(event_id) == row.id:
                del places[event_id]
