"""Finding the rows a block cannot be stored with, by halving it."""

import math
from collections.abc import Callable
from dataclasses import dataclass

from cloudtag.warehouse.blocks import InsertBatch, LogRow
from cloudtag.warehouse.errors import TooManyUnstorableError, UnstorableError

SHARE = 0.05
"""More unstorable rows than this in a batch are no bad rows but a bad release, and stops the partition."""
ALLOWED = 5
"""So many unstorable rows are never too many, however small the batch."""


@dataclass(frozen=True, slots=True)
class Rejected:
    """A row that can never be stored, and why."""

    row: LogRow
    error: str


def bisecting_insert(batch: InsertBatch, insert: Callable[[InsertBatch], None]) -> list[Rejected]:
    """Insert a batch without its unstorable rows; returns those.

    Raises `OutageError` when the warehouse cannot store, `TooManyUnstorableError` when more than `SHARE` of the rows
    are unstorable: then people have to look first, and nothing of the log is given up. Halves are cut at the middle and
    inserted under tokens of their own, so a repeated search repeats the same inserts.
    """
    limit = max(ALLOWED, math.floor(len(batch.rows) * SHARE))
    rejected: list[Rejected] = []
    waiting = [batch]
    while waiting:
        part = waiting.pop()
        try:
            insert(part)
        except UnstorableError as poison:
            if len(part.rows) > 1:
                waiting.extend(reversed(part.halves()))
                continue
            rejected.append(Rejected(part.rows[0], str(poison)))
            if len(rejected) > limit:
                text = f"more than {limit} of {len(batch.rows)} rows are refused, the last with {poison}"
                raise TooManyUnstorableError(text, is_answered=True) from poison
    return rejected
