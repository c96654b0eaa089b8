"""A task: one processor on one partition. Facts in, rows and records out; no I/O, no clock, no threads.

The caller makes a step's rows durable, then publishes its outputs, then takes the next batch. Each row carries the
number of the batch that changed it, and the task's own row says up to which batch outputs are known to be out. So a
task that opens after a crash knows what to judge and to publish again, whatever the crash cut through.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence, Set
from operator import itemgetter

import msgspec
from msgspec import Struct

from cloudtag.engine.cache_budget import CacheBudget
from cloudtag.engine.intake import FactIntake
from cloudtag.engine.keyed_state import KeyedState, index_anew, stored_header
from cloudtag.engine.news import News, news_again
from cloudtag.engine.processor import Processor
from cloudtag.engine.revise import repeat
from cloudtag.engine.row_judge import RowJudge
from cloudtag.engine.rows import NEVER, RowCodec, split_key
from cloudtag.engine.state_cache import StateCache
from cloudtag.engine.task_result import Output, RowReader, TaskResult, check_scoped
from cloudtag.engine.task_row import TASK_KEY, TaskRow
from cloudtag.engine.timers import AskedRows, Timers

_NONE: frozenset[str] = frozenset()
_PLACE = itemgetter(0)
_TRIM_EVERY = 64
"""After so many keyed states of one step those that are done make room."""


class Task:
    """One processor on one partition: a deterministic state machine."""

    def __init__(
        self,
        processor: Processor,
        rows: RowReader | None,
        budget: CacheBudget | None = None,
        live_since_ms: int | None = None,
        most_due: int | None = None,
    ) -> None:
        """`rows`: the stored rows; `budget`: what decoded states may take, of all tasks that share it. Without stored
        rows all stay resident, and steps hold no rows. What was decided before `live_since_ms` is historical. A step
        judges at most `most_due` rows whose time has come, and says whether there are more."""
        self._processor, self._rows, self._live_since_ms = processor, rows, live_since_ms
        self._codec = RowCodec(processor.kinds.fact_type, lambda fact: processor.identities[type(fact)](fact))
        self.cache = StateCache(processor, rows, self._codec, budget or CacheBudget())
        self._timers, self._own = Timers(most_due), TaskRow()
        self._intake, self._kinds, self._followed = FactIntake(processor), processor.kinds, processor.kinds.followed
        # Where no row follows what is published: those of these kinds stand each for itself, that is sure at a glance.
        self._lone = _NONE if self._followed else processor.kinds.unread
        codec = self._codec if rows is not None else None
        self._row_judge = RowJudge(processor, (self._own, self.cache, self._timers), codec, live_since_ms)
        self._judge_row = self._row_judge.judge

    @property
    def watermark_ms(self) -> int:
        """Event time: nothing earlier is waited for."""
        return self._own.watermark_ms

    @property
    def next_timer_ms(self) -> int:
        """The earliest event time at which time alone may change an answer, or 0."""
        while (first := self._timers.first) is not None:
            timer_ms, state_key, row_id = first
            state = self.cache.resident(state_key)
            row = None if state is None else state.rows.get(row_id)
            if row is None or row.timer_ms <= timer_ms:
                return timer_ms
            # Facts that came meanwhile have put it off.
            self._timers.put_off(row.timer_ms)
        return NEVER

    def open(self) -> TaskResult:
        """Read the stored rows' headers; judge and publish again what a crash may have kept unsent."""
        unsent: list[tuple[bytes, int]] = []
        for key, data in self._rows.all_rows() if self._rows is not None else ():
            if key == TASK_KEY:
                self._own.become(msgspec.msgpack.decode(data, type=TaskRow))
                continue
            check_scoped(key)
            batch, timer_ms = stored_header(key, data)
            self._timers.add(timer_ms, *split_key(key))
            unsent.append((key, batch))
        step, dirty = TaskResult(), AskedRows()
        for state_key, row_id in (split_key(key) for key, batch in sorted(unsent) if batch > self._own.sent):
            dirty.setdefault(state_key, {})[row_id] = None
        self._own.batch = max((batch for _, batch in unsent), default=self._own.batch) + 1
        for state_key, row_ids in self._in_turn(dirty):
            self._publish_again(step, self.cache.get(state_key), set(row_ids))
        self._close(step)
        return step

    def advance(self, facts: Iterable[Struct], reached_ms: int = 0) -> TaskResult:
        """Fold one batch, judge what it touched, fire what is due; `reached_ms`: how far event time has come."""
        own, step, get_state, take = self._own, TaskResult(), self.cache.get, self._intake.take
        own.sent, own.batch = own.batch, own.batch + 1
        self.cache.trim()
        batch = self._intake.sort(step, own, facts)
        own.watermark_ms = max(own.watermark_ms, own.newest_ms - self._processor.lateness_ms, reached_ms)
        fired = self._timers.due(own.watermark_ms)
        for key, numbers in batch.keys.items():
            state = get_state(key)
            due_now = self._due_in(step, state, fired.pop(key)) if key in fired else _NONE
            if state.lost_rows:
                index_anew(self._processor, state)  # What came is told from what is held.
            changed, news = take(step, state, batch, numbers)
            if changed or due_now:
                self._judge(step, state, changed, news, due_now)
        for key, row_ids in self._in_turn(fired):
            state = get_state(key)
            if due_now := self._due_in(step, state, row_ids):
                self._judge(step, state, _NONE, News(), due_now)
        step.is_more_due = self._timers.is_due(own.watermark_ms)
        self._close(step)
        return step

    def what_if(self, facts: Sequence[Struct]) -> TaskResult:
        """What would follow if these facts came now, for whom they are about; nothing is kept of it.

        It is judged on a copy of the stored rows, so only between steps, when all are stored. The time of others does
        not move with it. Raises ``UnreadableStateError``, and ``ValueError`` where no rows are stored at all.
        """
        if self._rows is None:
            raise ValueError("a task without stored rows cannot be asked")
        asked = Task(self._processor, self._rows, live_since_ms=self._live_since_ms)
        asked._own.become(self._own)
        for key in dict.fromkeys(self._processor.keys[type(fact)](fact) for fact in facts):
            for row in asked.cache.get(key).rows.values():
                asked._timers.add(row.timer_ms, key, row.id)
        return asked.advance(facts)

    def _due_in(self, step: TaskResult, state: KeyedState, row_ids: Iterable[str]) -> Set[str]:
        """Those of the rows whose time has come; one that was put off meanwhile waits on."""
        found, now_ms = set[str](), self._own.watermark_ms
        for row_id in row_ids:
            row = state.rows.get(row_id)
            if row is None:
                continue
            if row.timer_ms > now_ms:
                self._timers.add(row.timer_ms, state.key, row_id)
                continue
            row.timer_ms = NEVER
            found.add(row_id)
        step.timers += len(found)
        return found

    def _in_turn(self, asked: AskedRows) -> Iterator[tuple[str, Iterable[str]]]:
        """One keyed state after the other, each once in a step. Much may be due where much time has passed: what was
        judged already makes room for what comes next, and is not looked at again before the step's rows are stored."""
        for number, item in enumerate(asked.items(), 1):
            yield item
            if not number % _TRIM_EVERY:
                self.cache.trim()

    def _close(self, step: TaskResult) -> None:
        """In the order in which they came: keyed states were gone through one after the other."""
        step.refused.sort()
        step.conflicting.sort()
        step.replaced.sort(key=_PLACE)
        if self._rows is not None:
            step.rows[TASK_KEY] = msgspec.msgpack.encode(self._own)

    def _judge(
        self,
        step: TaskResult,
        state: KeyedState,
        changed: Set[str],
        news: News,
        fired: Set[str] = _NONE,
        *,
        is_whole: bool = False,
    ) -> None:
        """Judge what changed and fired rows touch, or all there is, then layer after layer what those and their outputs
        ask for."""
        kinds, followed = self._kinds, self._followed
        asked = changed | fired if fired else changed
        if self._lone and len(asked) == 1 and not is_whole:
            (only,) = asked
            if only[0] in self._lone:
                step.outputs += self._judge_row(step, state, only, changed, news)
                if state.lost_rows and state.is_index_stale:
                    index_anew(self._processor, state)
                return
        is_alone = not is_whole and followed.isdisjoint(state.published_on) and kinds.is_calm(state, asked)
        if state.lost_rows and not is_alone:
            index_anew(self._processor, state)  # Rows that stay may be judged: by what is held.
        touched = asked if is_alone else kinds.touched(state, asked)
        if is_whole:
            # Rows without facts of their own may be missing: the crash came before they were stored.
            touched = touched | kinds.every(state)
        outputs: list[Output] = []
        for row_id in touched if len(touched) == 1 else sorted(touched):
            outputs += self._judge_row(step, state, row_id, changed, news)
        # What nobody reads may have led to something that others follow.
        if not is_alone or (outputs and not followed.isdisjoint(state.published_on)):
            self._judge_layers(step, state, (asked, touched), (changed, news), outputs, is_whole=is_whole)
        if outputs:
            step.outputs += outputs
        if state.lost_rows and state.is_index_stale:
            index_anew(self._processor, state)

    def _judge_layers(
        self,
        step: TaskResult,
        state: KeyedState,
        rows: tuple[Set[str], Set[str]],
        came: tuple[Set[str], News],
        outputs: list[Output],
        *,
        is_whole: bool,
    ) -> None:
        """Judge what follows what is published, given the rows that were asked for and those that were judged."""
        kinds, (asked, touched), (changed, news) = self._kinds, rows, came
        if kinds.layers and (is_whole or not asked <= touched or kinds.is_followed(state, asked, outputs)):
            for row_id in kinds.layers:
                is_left = row_id in asked and row_id not in touched
                if is_whole or is_left or kinds.is_asked(row_id, state, asked, outputs):
                    outputs += self._judge_row(step, state, row_id, changed, news)
        if outputs and not kinds.is_plain:
            outputs += self._settle(step, state, changed, news)

    def _settle(self, step: TaskResult, state: KeyedState, changed: Set[str], news: News) -> list[Output]:
        """Judge again what rests on what was just published about other rows, then the layers that follow it."""
        kinds, outputs = self._kinds, list[Output]()
        unsettled = set(self._processor.unsettled(state))
        if not unsettled:
            return outputs
        for row_id in (*sorted(unsettled.difference(kinds.layers)), *kinds.layers):
            if row_id in unsettled or kinds.is_asked(row_id, state, _NONE, outputs):
                outputs += self._judge_row(step, state, row_id, changed, news)
        return outputs

    def _publish_again(self, step: TaskResult, state: KeyedState, changed: set[str]) -> None:
        ids = changed | index_anew(self._processor, state)
        self._judge(step, state, ids, news_again(state, changed), is_whole=True)
        for row in [state.rows[row_id] for row_id in sorted(changed & state.rows.keys())]:
            conclusions = self._kinds.judge(state, row, self._processor.policies, self._own.watermark_ms).conclusions
            step.outputs += repeat(row, conclusions)
