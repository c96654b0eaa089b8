"""Judging and asking, as often as one likes: it changes nothing, and says the same each time."""

from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from cloudtag.engine.judgement import EMPTY, Judgement
from cloudtag.engine.keyed_state import KeyedState
from cloudtag.engine.rows import RowCodec
from cloudtag.engine.task import Task


def seen(value: Any) -> Any:
    """All that an index holds, taken apart."""
    if isinstance(value, dict):
        return [(key, seen(each)) for key, each in value.items()]
    if isinstance(value, list | tuple):
        return [seen(each) for each in value]
    if isinstance(value, Struct):
        return [type(value), *(seen(getattr(value, name)) for name in value.__struct_fields__)]
    if isinstance(value, set):
        return frozenset(value)
    names = getattr(type(value), "__slots__", None)
    return [type(value), *(seen(getattr(value, name)) for name in names)] if names else value


def told(state: KeyedState, codec: RowCodec) -> Any:
    """All of a file but what it remembers of earlier questions: its rows as they would be stored, and the rest."""
    rows = [(row.id, codec.encode(row), row.kinds, row.newest_ms) for row in state.rows.values()]
    return rows, seen(state.index), state.published_on, state.is_closed


def conclusions(judgement: Judgement) -> Any:
    return list(judgement.conclusions.items()), judgement.timer_ms


def forgetful(state: KeyedState) -> KeyedState:
    """The file without anything that was worked out before."""
    rows = {row.id: replace(row, view=None) for row in state.rows.values()}
    return replace(state, rows=rows, memo=None)


def probe(task: Task) -> None:
    """Judge every row of every resident file, and ask all there is to ask, as often as one likes."""
    processor, now_ms = task._processor, task.watermark_ms
    kinds, policies = processor.kinds, processor.policies
    codec = RowCodec(processor.kinds.fact_type, lambda fact: processor.identities[type(fact)](fact))
    for state in task.cache._files.values():
        before = told(state, codec)
        for row in list(state.rows.values()):
            fresh = conclusions(kinds.judge(other := forgetful(state), other.rows[row.id], policies, now_ms))
            assert [conclusions(kinds.judge(state, row, policies, now_ms)) for _ in range(2)] == [fresh, fresh]
            for ids in ({row.id}, {*state.rows}):
                assert kinds.touched(state, ids) == kinds.touched(state, ids)
                kinds.is_followed(state, ids, ())
                for layer in kinds.layers:
                    kinds.is_asked(layer, state, ids, ())
            for horizon_ms in (0, now_ms, now_ms + processor.retention_ms):
                kinds.can_expire(state, row, horizon_ms)
            kinds.read_by(state, row.id)
        assert told(state, codec) == before
    assert Judgement() == EMPTY
