"""How one row is judged: what is concluded about it now, what of that is told, and what of the row is to be stored."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set

from cloudtag.engine.historical import marked
from cloudtag.engine.judgement import EMPTY, Judgement
from cloudtag.engine.keyed_state import KeyedState
from cloudtag.engine.news import News
from cloudtag.engine.processor import Processor
from cloudtag.engine.revise import Conclusion, revise
from cloudtag.engine.row_reasons import RowReasons
from cloudtag.engine.rows import NEVER, Row, RowCodec
from cloudtag.engine.state_cache import StateCache
from cloudtag.engine.task_result import Output, TaskResult
from cloudtag.engine.task_row import TaskRow
from cloudtag.engine.timers import MANY_ROWS, Timers, due, end_of_period


class RowJudge:
    """Judges rows of one task, whose cache, timers and event time it shares."""

    def __init__(
        self,
        processor: Processor,
        shared: tuple[TaskRow, StateCache, Timers],
        codec: RowCodec | None,
        live_since_ms: int | None,
    ) -> None:
        """`codec`: what writes the rows that changed; none where they are not stored. What was decided before
        `live_since_ms` is told as historical."""
        self._own, self._cache, self._timers = shared
        self._processor, self._live_since_ms = processor, live_since_ms
        self._judges, self._policies = processor.kinds.judges, processor.policies
        self._retention_ms = processor.retention_ms
        self._leaves = {kind.letter: kind.leave for kind in processor.kinds.kinds}
        self._lasting = [kind.letter for kind in processor.kinds.kinds if kind.lasts]
        self._write = None if codec is None else codec.write

    def judge(
        self, step: TaskResult, state: KeyedState, row_id: str, changed: Set[str], news: News
    ) -> Sequence[Output]:
        """Judge a row, which may not be there yet, given the rows that `changed` and what is new in them; what is to be
        told of it. As straight as can be: it is done of every fact."""
        own, row, is_changed = self._own, state.rows.get(row_id), row_id in changed
        now_ms, retention_ms = own.watermark_ms, self._retention_ms
        is_new = row is None
        if row is None:
            row = Row(row_id)
        # What this batch brought is judged whatever its age: a fact is held, or it is a dead letter.
        elif not is_changed and row.newest_ms < now_ms - retention_ms and self._drop_spent(step, state, row):
            return ()
        # What `RowKinds.judge` does, without a call for each of very many rows.
        judgement = EMPTY if state.is_closed else self._judges[row_id[0]](state, row, self._policies, now_ms)
        outputs: Sequence[Output] = ()
        # The very judgement of last time needs no second look; mostly nothing is concluded, as before.
        if judgement is not row.judged and (judgement.conclusions or row.published):
            outputs = self._revise(state, row, judgement, news)
        asked_ms = judgement.timer_ms
        if asked_ms == NEVER and not row.facts and not row.published:
            self._forget(step, state, row)
            return ()
        if is_new:
            state.rows[row_id] = row
        before, spent_ms = row.timer_ms, row.newest_ms + retention_ms + 1
        # Of very many rows: nothing but that they will be spent.
        timer_ms = spent_ms if asked_ms <= now_ms < spent_ms else self._due(state, asked_ms, spent_ms)
        if timer_ms != before:
            row.timer_ms = timer_ms
            if before == NEVER or timer_ms < before or before <= now_ms:
                self._timers.add(timer_ms, state.key, row_id)
        elif not is_changed and not outputs:
            return outputs
        if self._write is not None:
            row.batch = own.batch
            data = self._write(row, news.places_in(row))
            step.rows[self._cache.note_stored(state, row, len(data))] = data
        return outputs

    def _revise(self, state: KeyedState, row: Row, judgement: Judgement, news: News) -> Sequence[Output]:
        row.judged, own = judgement, self._own
        reasons = RowReasons(self._processor, state, row.id, news, max(own.watermark_ms, own.newest_ms))
        told: Mapping[str, Conclusion] = judgement.conclusions
        if self._live_since_ms is not None:
            told = marked(told, self._live_since_ms)
        outputs = revise(row, told, own.watermark_ms - self._retention_ms, reasons)
        if outputs:
            state.note_published(outputs)
        return outputs

    def _drop_spent(self, step: TaskResult, state: KeyedState, row: Row) -> bool:
        now_ms, retention_ms = self._own.watermark_ms, self._retention_ms
        if not (row.facts or row.published) or self._end(state, row.newest_ms + retention_ms + 1) > now_ms:
            return False
        if not self._processor.kinds.can_expire(state, row, now_ms - retention_ms):
            return False
        self._forget(step, state, row)
        return True

    def _due(self, state: KeyedState, asked_ms: int, spent_ms: int) -> int:
        """When a row is looked at again that asks for it then, and may go from `spent_ms` on."""
        now_ms, retention_ms = self._own.watermark_ms, self._retention_ms
        if spent_ms <= now_ms < (end_ms := self._end(state, spent_ms)):
            spent_ms = end_ms
        return due(asked_ms, spent_ms - retention_ms - 1, now_ms, retention_ms)

    def _end(self, state: KeyedState, spent_ms: int) -> int:
        """When a row goes that could from then on: one of very many not by itself."""
        if len(state.rows) <= MANY_ROWS or any(letter in state.rows for letter in self._lasting):
            return spent_ms
        return end_of_period(spent_ms, state.key, self._retention_ms)

    def _forget(self, step: TaskResult, state: KeyedState, row: Row) -> None:
        key = self._cache.note_stored(state, row, 0)
        state.drop_row(row.id, self._leaves[row.id[0]])
        if row.batch:
            step.rows[key] = None
