"""A kind of row, declared in one place: the facts it holds, what it reads, how it is judged, how long it is held.

A processor is a list of kinds (`RowKinds`). Where a fact belongs, which rows a change touches, which are judged last,
what explains an answer and what may be let go all follow from the declarations; nothing else knows a kind's letter.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from operator import attrgetter
from typing import Any

from cloudtag.engine.judgement import Judgement
from cloudtag.engine.keyed_state import KeyedState
from cloudtag.engine.rows import Row

EVENT_ID: Callable[[Any], str] = attrgetter("event_id")
INTERNAL_ID: Callable[[Any], str] = attrgetter("internal_id")

Judge = Callable[[KeyedState, Row, Any, int], Judgement]
"""What a keyed state's facts amount to for a row, which may be empty and not yet among its rows, given the policies
and the
event time. It changes nothing."""
Index = Callable[[KeyedState, Row, Any], Iterable[str]]
"""Takes a fact of a row into the keyed state's index; gives the ids of other rows that must be judged because of it."""
Leave = Callable[[KeyedState, Row], bool]
"""Takes what a row holds that is let go out of the keyed state's index, as if it had never come; whether it could."""
Names = Callable[[KeyedState, str], Iterable[str]]
"""The names of rows that belong to the row of that name."""
When = Callable[[KeyedState, str], bool]
"""Whether it matters that the row of that name changed."""


@dataclass(frozen=True, slots=True)
class Holds:
    """A type of fact that rows of a kind hold."""

    fact: type[Any]
    name: Callable[[Any], str | None] | None = None
    """What names the row. A fact that has no such name belongs to the next kind that holds its type; None: the keyed
    state has
    one row of this kind, without a name."""
    identity: Callable[[Any], str] = EVENT_ID
    """The fact's id inside its keyed state: of an event its id, to which its stream is added. It is not stored, and may
    be shorter than an internal record's id."""


@dataclass(frozen=True, slots=True)
class Reads:
    """Rows whose facts a kind reads: when one of them changes, those that read it are judged."""

    kind: str
    """The kind of the rows that are read, by its name."""
    when: When | None = None
    """Whether a change of the row of that name could matter; None: always. Must be cheap, and may say yes too often."""
    readers: Names | None = None
    """The rows that read the row of that name; None: all there are, of a kind with one row that row."""
    rows: Names | None = None
    """The rows that the row of that name reads: their news explain what changes about it; None: all there are."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class RowKind:
    """What a processor says of one kind of its rows."""

    name: str
    letter: str
    """What the ids of its rows begin with, in state and in stored keys. Never to be used for anything else again."""
    judge: Judge
    holds: tuple[Holds, ...] = ()
    tells: tuple[type[Any], ...] = ()
    """The records that are published about its rows."""
    reads: tuple[Reads, ...] = ()
    follows: tuple[type[Any], ...] = ()
    """The records published about other rows of the keyed state that it reads. Such a kind has one row; it is judged
    after
    all rows that follow nothing, in the order of the processor's list."""
    is_early: bool = False
    """Of a kind that follows something: it is judged among the other rows as well, when a fact asks for it."""
    index: Index | None = None
    leave: Leave | None = None
    """What spares making the index anew when a row goes; None: nothing does."""
    lasts: bool = False
    """As long as the keyed state has a row of this kind, each of its rows leaves by itself, however many they are: how
    long some are held rests on when others go."""
    is_kept: bool = False
    """It is master data: what it holds is never too late, and never let go."""
    stays_with: tuple[str, ...] = ()
    """As long as the keyed state has any row of these kinds, none of this kind is let go. A kind that tells of
    something and holds no facts must say this, `is_kept` or `is_needed`."""
    is_needed: Callable[[KeyedState, Row, int], bool] | None = None
    """Whether a row that holds no fact newer than the horizon can still be needed; None: it is not."""
    closes: bool = False
    """What it holds closes the keyed state: nothing more is taken in, and all other rows may be let go."""

    @property
    def is_single(self) -> bool:
        """Whether a keyed state has one row of this kind, without a name."""
        return all(held.name is None for held in self.holds)

    @property
    def waits(self) -> bool:
        """Whether it is judged only after the rows that follow nothing."""
        return bool(self.follows) and not self.is_early
