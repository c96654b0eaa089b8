"""Rows that were made anew, brought in line with what was published: no revision may come to mean two things.

What is concluded as it was published keeps its revision; what is concluded otherwise gets the next; what is not
concluded any more, for not all it rested on is known, stands as it was published, and is forgotten by the rows.
"""

from __future__ import annotations

from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from cloudtag.contract.scope import Networks
from cloudtag.contract.standing import RecordKey, is_taken_back, record_key
from cloudtag.contract.streams import REVISED, OutputStream
from cloudtag.engine.published import Published
from cloudtag.engine.rows import Row


class Reconciliation(Struct):
    """`known`: the latest revision of all that was published; what was met is taken out."""

    known: dict[RecordKey, Any]
    networks: Networks
    same: int = 0
    changed: int = 0
    new: int = 0
    left: list[Any] = []
    """What stands as it was published."""

    def row(self, row: Row) -> bool:
        """Bring what is published about a row in line; whether anything of it is another now."""
        before = [one.stored() for one in row.published.values()]
        kept = {one.id: one for one in row.published.values() if self._keeps(one)}
        row.published = kept
        return before != [one.stored() for one in kept.values()]

    def rest(self) -> list[Any]:
        """All that stands as it was published, once every row was met."""
        return self.left + [record for record in self.known.values() if not is_taken_back(record)]

    def _keeps(self, one: Published) -> bool:
        stream = REVISED.get(one.stream)
        if not isinstance(stream, OutputStream) or not stream.id or one.body is None:
            return True
        told = self.known.pop(record_key(one.body, self.networks), None)
        if told is None:
            self.new += one.stands
            return one.stands
        if not one.stands:
            if not is_taken_back(told):
                self.left.append(told)
                return False
            one.revision = told.revision
            one.set_body(told)
            return True
        self._revise(one, told)
        return True

    def _revise(self, one: Published, told: Any) -> None:
        again = replace(one.body, revision=told.revision)
        if told.status == "upgraded":
            again = replace(again, status="upgraded")
        one.revision = told.revision
        if again == told:
            self.same += 1
            one.set_body(told)
        else:
            self.changed += 1
            one.revision += 1
            one.set_body(replace(one.body, revision=one.revision))
