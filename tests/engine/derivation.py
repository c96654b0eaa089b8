"""Processors that are watched: what each internal record was derived from is found out by leaving facts out.

That a fact lies in the file does not mean that a record follows from it. But if the record is the same without any fact
of the streams it may not follow from, it does not.
"""

from collections import defaultdict
from collections.abc import Callable
from typing import Any, TypeVar

from msgspec import Struct
from msgspec.structs import replace

from cloudtag.contract.couriers import CourierSeen
from cloudtag.contract.streams import INTERNAL, PUBLISHED_OF, STREAM_OF, WRITES, InternalStream
from cloudtag.engine.judgement import Judgement
from cloudtag.engine.keyed_state import KeyedState
from cloudtag.engine.processor import Processor
from cloudtag.engine.row_kinds import RowKinds
from cloudtag.engine.rows import Row
from cloudtag.policy.model import Policies
from cloudtag.processors import build

R = TypeVar("R", bound=Struct)


class Witness:
    """What was seen in a run: which streams each processor published on, and which facts made a difference to what."""

    def __init__(self) -> None:
        self.written: defaultdict[str, set[str]] = defaultdict(set)
        self.sources: defaultdict[str, set[str]] = defaultdict(set)
        self.faults: list[tuple[str, str, object]] = []

    def make(self, name: str, policies: Policies, lateness_ms: int) -> Processor:
        """A watched processor, for a topology."""
        watched: Any = _Watched(build(name, policies, lateness_ms), self)
        made: Processor = watched
        return made


class _Watched:
    """A processor; every judgement is made a second time for each internal stream, with fewer facts."""

    def __init__(self, processor: Processor, witness: Witness) -> None:
        self._processor, self._witness = processor, witness
        self.kinds = RowKinds(processor.kinds.kinds)
        self.kinds.judges = {letter: self._watch(judge) for letter, judge in processor.kinds.judges.items()}

    def __getattr__(self, name: str) -> Any:
        return getattr(self._processor, name)

    def _watch(self, judge: Callable[..., Judgement]) -> Callable[..., Judgement]:
        def watched(state: KeyedState, row: Row, policies: Policies, now_ms: int) -> Judgement:
            judgement = judge(state, row, policies, now_ms)
            self._look(state, row.id, now_ms, judgement)
            return judgement

        return watched

    def _look(self, state: KeyedState, row_id: str, now_ms: int, judgement: Judgement) -> None:
        name, witness = self._processor.name, self._witness
        streams = {PUBLISHED_OF[type(c.record)].name for c in judgement.conclusions.values()}
        witness.written[name] |= streams
        held = {stream_of(fact) for row in state.rows.values() for fact in row.facts.values()}
        for stream in (INTERNAL[each] for each in WRITES[name] if each in INTERNAL):
            found = said(judgement, stream)
            allowed = held & set(stream.derived_from)
            if found != self._without(state, row_id, now_ms, stream, allowed):
                witness.faults.append((stream.name, row_id, sorted(held - allowed)))
            for source in allowed - witness.sources[stream.name]:
                if found != self._without(state, row_id, now_ms, stream, allowed - {source}):
                    witness.sources[stream.name].add(source)
            if held & REPEATING and found != said(self._judge(state, row_id, now_ms, held, annotate), stream):
                witness.faults.append((stream.name, row_id, "an annotation"))

    def _without(
        self, state: KeyedState, row_id: str, now_ms: int, stream: InternalStream, streams: set[str]
    ) -> dict[str, Struct]:
        return said(self._judge(state, row_id, now_ms, streams, lambda fact: fact), stream)

    def _judge(
        self, state: KeyedState, row_id: str, now_ms: int, streams: set[str], change: Callable[[Any], Any]
    ) -> Judgement:
        """What the file would amount to with the facts of these streams only, each changed."""
        processor, fewer = self._processor, self._processor.new_state(state.key)
        fewer.published_on = state.published_on
        for row in state.rows.values():
            new = fewer.add_row(row.id)
            new.published = row.published
            for fact_id, fact in row.facts.items():
                if stream_of(fact) in streams:
                    new.hold(fact_id, fact.occurred_at, change(fact))
        for new in list(fewer.rows.values()):
            for fact in new.facts.values():
                processor.index(fewer, new, fact)
        return processor.kinds.judge(fewer, fewer.rows.get(row_id) or Row(row_id), processor.policies, now_ms)


DERIVED: dict[type[Struct], str] = {CourierSeen: "logistics"}
"""Facts that no stream carries: what a processor notes for itself, and the stream it notes them of."""


def stream_of(fact: Struct) -> str:
    """The stream that a fact came on, or was noted of."""
    return DERIVED.get(type(fact)) or STREAM_OF[type(fact)]


def said(judgement: Judgement, stream: InternalStream) -> dict[str, Struct]:
    """What a judgement concludes on one stream, without annotations."""
    return {c.id: plain(c.record) for c in judgement.conclusions.values() if type(c.record) is stream.struct}


ANNOTATED: dict[type[Struct], tuple[str, ...]] = {
    stream.struct: tuple(stream.annotations) for stream in INTERNAL.values() if stream.annotations
}
REPEATING = {"attribute-uses", "link-reports"}
"""The streams whose records have annotations, or repeat records that do."""
SOME_TIME_MS = 1_700_000_000_000


def plain(record: R) -> R:
    """A record, and all it repeats, without annotations."""
    changed: R = _with(record, lambda _: 0)
    return changed


def annotate(record: R) -> R:
    """The same with other annotations than it has."""
    changed: R = _with(record, lambda held: 0 if held else SOME_TIME_MS)
    return changed


def _with(value: Any, change: Callable[[int], int]) -> Any:
    if isinstance(value, tuple):
        return tuple(_with(item, change) for item in value)
    if not isinstance(value, Struct):
        return value
    new: dict[str, Any] = {}
    for name in value.__struct_fields__:
        held = getattr(value, name)
        if isinstance(held, tuple | Struct):
            new[name] = _with(held, change)
    for name in ANNOTATED.get(type(value), ()):
        new[name] = change(getattr(value, name))
    return replace(value, **new) if new else value
