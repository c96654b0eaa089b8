"""The kinds of rows of one processor, and what follows from what they declare."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence, Set
from functools import reduce
from operator import or_
from typing import Any, NamedTuple

from cloudtag.contract.internal import InternalRecord
from cloudtag.contract.streams import STREAM_OF
from cloudtag.engine.judgement import EMPTY, Judgement
from cloudtag.engine.keyed_state import KeyedState
from cloudtag.engine.row_kind import EVENT_ID, Holds, Index, Judge, Names, RowKind, When
from cloudtag.engine.rows import Row
from cloudtag.engine.task_result import Output

_Placed = Callable[[Any], str]
Named = tuple[str, Callable[[Any], str | None]]
"""What the ids of a kind of rows begin with, and what names the row of that kind which a fact belongs to."""


class _Reader(NamedTuple):
    """Rows to judge when a row of another kind changed."""

    letter: str
    is_single: bool
    when: When | None
    names: Names | None


Calm = Callable[[KeyedState], bool]
"""Whether nothing a keyed state holds makes any of its rows read another. Must be cheap, and may say no too often."""


class RowKinds:
    """The kinds in the order of the processor's list: those that follow others come after them."""

    def __init__(self, kinds: Sequence[RowKind], calm: Calm | None = None, of_calm: Sequence[str] = ()) -> None:
        """`calm`: whether, as in most keyed states, nobody reads or follows rows of the kinds named `of_calm`; the
        declarations of the kinds must say the same. Raises ValueError if those contradict each other."""
        self.kinds = tuple(kinds)
        self._of = {kind.letter: kind for kind in kinds}
        self.letters: Mapping[str, str] = {kind.name: kind.letter for kind in kinds}
        """The letter of each kind, by its name."""
        _check(self.kinds, self.letters)
        self._calm, self._of_calm = calm, frozenset(self.letters[name] for name in of_calm)
        self.layers = tuple(kind.letter for kind in kinds if kind.follows)
        """The ids of the rows that are judged after the others, in order."""
        self.places = _places(kinds)
        """What gives the id of the row a fact belongs to, by the type of fact."""
        self.only_row = {fact: place(None) for fact, place in self.places.items() if fact in _of_single(kinds)}
        """The id of the row that all facts of a type belong to, where there is such a row."""
        self.named = _named(kinds)
        """Of what the id of a fact's row is made, by the type of fact: of those that one kind alone holds, by names."""
        self.identities = {held.fact: _identity(held) for kind in kinds for held in kind.holds}
        """What gives a fact's id inside its keyed state, by the type of fact."""
        self.tags = {held.fact: _tag(held) for kind in kinds for held in kind.holds if held.identity is EVENT_ID}
        """What the ids of events begin with that `identities` gives, by the type of event."""
        self.closes = next((held.fact for kind in kinds if kind.closes for held in kind.holds), None)
        """The type of fact that closes a keyed state."""
        self._readers = {kind.letter: tuple(self._readers_of(kind, is_late=False)) for kind in kinds}
        self.is_plain = not self.layers and not any(self._readers.values())
        """Whether no row reads or follows another: then a change touches itself alone."""
        self._early = frozenset(kind.letter for kind in kinds if not kind.waits)
        self._alone = frozenset(letter for letter in self._early if not self._readers[letter])
        self._always = {
            letter: frozenset(reader.letter for reader in self._readers[letter])
            for letter in self._early
            if all(reader.is_single and reader.when is None for reader in self._readers[letter])
        }
        """The rows that every change of a kind touches, where they are always the same, by what its ids begin with."""
        self.unread = frozenset(
            letter for letter in self._alone if not any(self._readers_of(self._of[letter], is_late=True))
        )
        """What the ids of rows begin with of the kinds that nobody ever reads."""
        self._or_of_calm = self.unread | self._of_calm
        self._follows = {kind.letter: frozenset(STREAM_OF[told] for told in kind.follows) for kind in kinds}
        self.followed = frozenset[str]().union(*self._follows.values())
        """The streams on which something is published that any kind follows."""
        waiting = {kind.letter: tuple(self._readers_of(kind, is_late=True)) for kind in kinds}
        self._asks = {
            (layer, letter): tuple(reader.when for reader in readers if reader.letter == layer)
            for layer in self.layers
            for letter, readers in waiting.items()
        }
        self._asks_any = {
            letter: tuple(dict.fromkeys(reader.when for reader in readers)) for letter, readers in waiting.items()
        }
        self.judges: Mapping[str, Judge] = {kind.letter: kind.judge for kind in kinds}
        """How a row is judged, by the letter of its kind."""
        self.indexes: Mapping[str, Index | None] = {kind.letter: kind.index for kind in kinds}
        """How a row's facts are taken into the index, by the letter of its kind."""

    @property
    def facts(self) -> tuple[type[Any], ...]:
        """The types of facts that the rows hold."""
        return tuple(dict.fromkeys(held.fact for kind in self.kinds for held in kind.holds))

    @property
    def fact_type(self) -> Any:
        """The union of them."""
        return reduce(or_, self.facts)

    @property
    def tells(self) -> frozenset[type[Any]]:
        """The types of records that are published about the rows."""
        return frozenset(told for kind in self.kinds for told in kind.tells)

    @property
    def master_data(self) -> frozenset[type[Any]]:
        """The types of facts that are never too late."""
        return frozenset(held.fact for kind in self.kinds if kind.is_kept for held in kind.holds)

    def identity(self, fact: Any) -> str:
        """A fact's id inside its row."""
        return self.identities[type(fact)](fact)

    def judge(self, state: KeyedState, row: Row, policies: Any, now_ms: int) -> Judgement:
        """What a keyed state's facts amount to for one row at that event time; nothing is concluded from a closed
        keyed state."""
        return EMPTY if state.is_closed else self.judges[row.id[0]](state, row, policies, now_ms)

    def is_calm(self, state: KeyedState, row_ids: Set[str]) -> bool:
        """Whether it is sure without asking each kind that a change of these rows touches and calls for no others, as
        long as nothing was published that any kind follows."""
        calm, unread = self._calm, self.unread
        if len(row_ids) == 1:
            (only,) = row_ids
            return only[0] in unread or (calm is not None and only[0] in self._of_calm and calm(state))
        alone = self._or_of_calm if calm is not None and calm(state) else unread
        return alone.issuperset([row_id[0] for row_id in row_ids])

    def touched(self, state: KeyedState, row_ids: Set[str]) -> Set[str]:
        """The rows to judge when those changed: themselves, and those that read them; not those that wait."""
        touched: set[str] = set()
        if len(row_ids) == 1:
            (only,) = row_ids
            if only[0] in self._alone:
                return row_ids
        always = self._always
        for row_id in row_ids:
            letter = row_id[0]
            if (readers := always.get(letter)) is not None:
                touched.add(row_id)
                touched |= readers
                continue
            name = row_id[1:]
            if letter in self._early:
                touched.add(row_id)
            for reader, is_single, when, names in self._readers[letter]:
                if (is_single and reader in touched) or (when is not None and not when(state, name)):
                    continue
                if is_single:
                    touched.add(reader)
                elif names is None:
                    touched.update([other for other in state.rows if other[0] == reader])
                else:
                    touched.update([reader + read for read in names(state, name)])
        return touched

    def every(self, state: KeyedState) -> Set[str]:
        """All rows there are or could be about the whole keyed state, but those that wait."""
        rows = {row_id for row_id in state.rows if row_id[0] in self._early}
        return rows | {kind.letter for kind in self.kinds if kind.is_single and not kind.waits}

    def is_followed(self, state: KeyedState, row_ids: Set[str], outputs: Sequence[Output]) -> bool:
        """Whether any layer may have to be judged: of most keyed states nothing is published that a layer reads."""
        for output in outputs:
            if output.stream in self.followed:
                return True
        for row_id in row_ids:
            for when in self._asks_any[row_id[0]]:
                if when is None or when(state, row_id[1:]):
                    return True
        return False

    def is_asked(self, layer: str, state: KeyedState, row_ids: Set[str], outputs: Sequence[Output]) -> bool:
        """Whether a layer must be judged, given the rows that changed and what has been published since."""
        follows = self._follows[layer]
        if any(output.stream in follows for output in outputs):
            return True
        return any(
            when is None or when(state, row_id[1:]) for row_id in row_ids for when in self._asks[layer, row_id[0]]
        )

    def read_by(self, state: KeyedState, row_id: str) -> Set[str] | None:
        """The rows whose facts explain what changes about a row; None for all of the keyed state: it is about all of
        it."""
        kind, name = self._of[row_id[0]], row_id[1:]
        if kind.is_single:
            return None
        found = {row_id}
        for read in kind.reads:
            letter = self.letters[read.kind]
            if read.rows is not None:
                found.update(letter + other for other in read.rows(state, name))
            else:
                found.update(other for other in state.rows if other[0] == letter)
        return found

    def can_expire(self, state: KeyedState, row: Row, horizon_ms: int) -> bool:
        """Whether nothing can still need a row that holds no fact newer than the horizon."""
        kind = self._of[row.id[0]]
        if state.is_closed:
            return not kind.closes
        if kind.is_kept or any(state.has(other) for other in kind.stays_with):
            return False
        return kind.is_needed is None or not kind.is_needed(state, row, horizon_ms)

    def _readers_of(self, read: RowKind, *, is_late: bool) -> Iterator[_Reader]:
        for kind in self.kinds:
            if kind.waits == is_late:
                for reads in kind.reads:
                    if reads.kind == read.name:
                        yield _Reader(kind.letter, kind.is_single, reads.when, reads.readers)


def _tag(held: Holds) -> str:
    """Streams number their events each for itself: the tag of the struct tells them apart."""
    return f"{held.fact.__struct_config__.tag}:"


def _identity(held: Holds) -> Callable[[Any], str]:
    if held.identity is not EVENT_ID:
        return held.identity
    tag = _tag(held)
    return lambda event: tag + event.event_id


def _places(kinds: Sequence[RowKind]) -> dict[type[Any], _Placed]:
    """By type of fact, what gives the id of its row."""
    options: dict[type[Any], list[tuple[str, Callable[[Any], str | None] | None]]] = {}
    for kind in kinds:
        for held in kind.holds:
            options.setdefault(held.fact, []).append((kind.letter, held.name))
    return {fact: _placed(named) for fact, named in options.items()}


def _named(kinds: Sequence[RowKind]) -> dict[type[Any], Named]:
    holders: dict[type[Any], list[tuple[str, Holds]]] = {}
    for kind in kinds:
        for held in kind.holds:
            holders.setdefault(held.fact, []).append((kind.letter, held))
    alone = {fact: found[0] for fact, found in holders.items() if len(found) == 1}
    return {fact: (letter, held.name) for fact, (letter, held) in alone.items() if held.name is not None}


def _of_single(kinds: Sequence[RowKind]) -> set[type[Any]]:
    """The types of facts that the first kind which holds them has one row for."""
    first: dict[type[Any], Holds] = {}
    for kind in kinds:
        for held in kind.holds:
            first.setdefault(held.fact, held)
    return {fact for fact, held in first.items() if held.name is None}


def _placed(named: list[tuple[str, Callable[[Any], str | None] | None]]) -> _Placed:
    letter, name_of = named[0]
    if name_of is None:
        return lambda _: letter
    if len(named) == 1:
        return lambda fact: f"{letter}{name_of(fact)}"
    elsewhere = _placed(named[1:])

    def place(fact: Any) -> str:
        name = name_of(fact)
        return elsewhere(fact) if name is None else letter + name

    return place


def _check(kinds: Sequence[RowKind], letters: Mapping[str, str]) -> None:
    if len({kind.letter for kind in kinds}) < len(kinds) or len(letters) < len(kinds):
        raise ValueError("two kinds of rows have one letter, or one name")
    identities: dict[type[Any], Callable[[Any], str]] = {}
    for kind in kinds:
        if len(kind.letter) != 1:
            raise ValueError(f"{kind.name}: {kind.letter!r} is no letter")
        named = [*(reads.kind for reads in kind.reads), *kind.stays_with]
        if unknown := [name for name in named if name not in letters]:
            raise ValueError(f"{kind.name} reads or stays with rows that nobody declares: {unknown}")
        if kind.follows and not kind.is_single:
            raise ValueError(f"{kind.name} follows what is published, but has more than one row")
        _check_is_held(kind)
        if not kind.is_single and any(held.name is None for held in kind.holds):
            raise ValueError(f"{kind.name} holds facts with and without a name")
        for held in kind.holds:
            if identities.setdefault(held.fact, held.identity) is not held.identity:
                raise ValueError(f"{held.fact.__name__} has two kinds of ids")
            if issubclass(held.fact, InternalRecord) and held.identity is EVENT_ID:
                raise ValueError(f"{kind.name} does not say what names a {held.fact.__name__}: an event of many cannot")


def _check_is_held(kind: RowKind) -> None:
    """A row without facts is as young as what it told rests on. Let go between two answers it would number the next
    from 0 again, and whoever keeps the highest revision would never see that."""
    if kind.tells and not (kind.holds or kind.stays_with or kind.is_kept or kind.is_needed):
        raise ValueError(f"{kind.name} tells of something, holds no facts and does not say what it stays with")
