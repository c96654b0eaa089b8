"""A lane: one processor on one partition. Facts in, rows and records out; no I/O, no clock, no threads.

The caller makes a step's rows durable, then publishes its outputs, then takes the next batch. Each row carries the
number of the batch that changed it, and the lane's own row says up to which batch outputs are known to be out. So a
lane that opens after a crash knows what to judge and to publish again, whatever the crash cut through.
"""

from __future__ import annotations

from collections.abc import Iterable, Set
from typing import Any, NamedTuple

import msgspec
from msgspec import Struct

from cloudtag.contract.forwards import Cause, Forward, TimePassed
from cloudtag.engine.files import File, FileCache
from cloudtag.engine.fold import fold
from cloudtag.engine.news import News, news_again
from cloudtag.engine.processor import Processor
from cloudtag.engine.publish import repeat, revise
from cloudtag.engine.rows import NEVER, Row, RowCodec, header, row_key, split_key
from cloudtag.engine.step import Output, RowReader, Step
from cloudtag.engine.wakes import Wakes

OWN_KEY = b"\x00\x00lane"
"""The lane's own row: watermark, newest event, last batch, last batch known to be published."""

_NONE: frozenset[str] = frozenset()
Dirty = dict[File, set[str]]
"""The rows to judge, by file, in the order in which the files were first touched."""


class _Own(Struct, array_like=True):
    watermark_ms: int = 0
    newest_ms: int = 0
    batch: int = 0
    sent: int = 0


class _Reasons(NamedTuple):
    """Why what is published about one row changes, asked of the processor when it does."""

    processor: Processor
    file: File
    row_id: str
    news: News
    now_ms: int

    def causes(self) -> tuple[Cause, ...]:
        return self.processor.causes(self.file, self.row_id, self.news)

    def withdrawn(self, record: Any) -> Any:
        return self.processor.withdrawn(self.file, self.row_id, record, self.news, self.now_ms)


class Lane:
    """One processor on one partition: a deterministic state machine."""

    def __init__(self, processor: Processor, rows: RowReader | None, cache_files: int = 50_000) -> None:
        """`rows`: the stored rows; `cache_files`: how many decoded files stay resident.

        Without stored rows the lane lives once: every file stays resident, and its steps hold no rows.
        """
        self._processor = processor
        self._rows = rows
        self._codec = RowCodec(processor.fact_type)
        self._cache = FileCache(processor, rows, self._codec, cache_files)
        self._wakes = Wakes()
        self._own = _Own()

    @property
    def watermark_ms(self) -> int:
        """Event time: nothing earlier is waited for."""
        return self._own.watermark_ms

    @property
    def next_wake_ms(self) -> int:
        """The earliest event time at which time alone may change an answer, or 0."""
        wakes = self._wakes
        while (first := wakes.first) is not None:
            wake_ms, file_key, row_id = first
            file = self._cache.resident(file_key)
            row = None if file is None else file.rows.get(row_id)
            if row is None or row.wake_ms <= wake_ms:
                return wake_ms
            # Facts that came meanwhile have put it off.
            wakes.put_off(row.wake_ms)
        return NEVER

    @property
    def resident_files(self) -> int:
        """How many decoded files the cache holds."""
        return len(self._cache)

    def open(self) -> Step:
        """Read the stored rows' headers; judge and publish again what a crash may have kept unsent."""
        unsent: list[tuple[bytes, int]] = []
        for key, data in self._rows.all_rows() if self._rows is not None else ():
            if key == OWN_KEY:
                self._own = msgspec.msgpack.decode(data, type=_Own)
                continue
            batch, wake_ms = header(data)
            self._wakes.add(wake_ms, *split_key(key))
            unsent.append((key, batch))
        step = Step()
        dirty: Dirty = {}
        for key, batch in sorted(unsent):
            if batch > self._own.sent:
                file_key, row_id = split_key(key)
                dirty.setdefault(self._cache.get(file_key), set()).add(row_id)
        self._own.batch = max((batch for _, batch in unsent), default=self._own.batch) + 1
        for file, row_ids in dirty.items():
            self._publish_again(step, file, row_ids)
        self._close(step)
        return step

    def advance(self, facts: Iterable[Struct]) -> Step:
        """Fold one batch, judge what it touched, wake what is due."""
        own, step = self._own, Step()
        own.sent, own.batch = own.batch, own.batch + 1
        self._cache.trim()
        dirty, news, passed_ms = self._fold(step, facts)
        own.watermark_ms = max(own.watermark_ms, own.newest_ms - self._processor.lateness_ms, passed_ms)
        woken = self._wake(step)
        for file, changed in dirty.items():
            self._judge(step, file, changed, news[file], woken.pop(file, _NONE) if woken else _NONE)
        for file, row_ids in woken.items():
            self._judge(step, file, _NONE, News(), row_ids)
        self._close(step)
        return step

    def _wake(self, step: Step) -> Dirty:
        """The rows whose time has come; one that was put off meanwhile waits on."""
        woken: Dirty = {}
        now_ms = self._own.watermark_ms
        for file_key, row_id in self._wakes.due(now_ms):
            file = self._cache.get(file_key)
            row = file.rows.get(row_id)
            if row is None:
                continue
            if row.wake_ms > now_ms:
                self._wakes.add(row.wake_ms, file_key, row_id)
                continue
            row.wake_ms = NEVER
            woken.setdefault(file, set()).add(row_id)
            step.wakes += 1
        return woken

    def _close(self, step: Step) -> None:
        if self._rows is not None:
            step.rows[OWN_KEY] = msgspec.msgpack.encode(self._own)

    def _fold(self, step: Step, facts: Iterable[Any]) -> tuple[Dirty, dict[File, News], int]:
        processor, own, get_file = self._processor, self._own, self._cache.get
        place, identity, index, most_facts = processor.place, processor.identity, processor.index, processor.most_facts
        horizon_ms = own.watermark_ms - processor.retention_ms
        # The files of this batch, so that the cache is asked once for each.
        files: dict[str, tuple[File, set[str], News]] = {}
        passed_ms = 0
        for fact in facts:
            if type(fact) is TimePassed:
                passed_ms = max(passed_ms, fact.occurred_at)
                continue
            if not self._takes(step, fact, horizon_ms):
                continue
            file_key, row_id = place(fact)
            entry = files.get(file_key)
            if entry is None:
                entry = files[file_key] = get_file(file_key), set(), News()
            file, ids, news = entry
            if file.is_closed and type(fact) is not processor.closes:
                # What other processors tell is about events that are refused as well.
                if not isinstance(fact, Forward):
                    step.refused.append(fact)
                continue
            row = file.rows.get(row_id) or file.add_row(row_id)
            fact_id = identity(fact)
            before = row.facts.get(fact_id)
            if not fold(row, fact_id, fact):
                step.duplicates += 1
                continue
            news.add(row_id, fact_id, fact, before)
            if len(row.facts) > most_facts:
                processor.bound(row)
            ids.add(row_id)
            if besides := index(file, row, fact):
                ids.update(besides)
        dirty = {file: ids for file, ids, _ in files.values() if ids}
        return dirty, {file: news for file, _, news in files.values()}, passed_ms

    def _takes(self, step: Step, fact: Any, horizon_ms: int) -> bool:
        if isinstance(fact, Forward) and not self._processor.is_timed_by_forwards:
            return True
        at_ms: int = fact.occurred_at
        own = self._own
        if at_ms > own.newest_ms:
            own.newest_ms = at_ms
        elif at_ms < own.watermark_ms:
            if at_ms < horizon_ms and not self._is_timeless(fact):
                step.too_late.append(fact)
                return False
            step.late += 1
        return True

    def _is_timeless(self, fact: Any) -> bool:
        """Whether a fact counts whatever its age: what another lane says now, and master data."""
        return isinstance(fact, Forward) or type(fact) in self._processor.master_data

    def _judge(
        self, step: Step, file: File, changed: Set[str], news: News, woken: Set[str] = _NONE, *, is_whole: bool = False
    ) -> None:
        """Judge what changed and woken rows touch, then layer after layer what those and their outputs ask for."""
        processor = self._processor
        asked = changed | woken if woken else changed
        touched = processor.touched(file, asked)
        outputs: list[Output] = []
        for row_id in touched if len(touched) == 1 else sorted(touched):
            if told := self._judge_row(step, file, row_id, changed, news):
                outputs += told
        if not is_whole and asked <= touched and not processor.is_followed(file, outputs):
            step.outputs += outputs
            return
        for row_id, is_asked in processor.layers:
            is_left = row_id in asked and row_id not in touched
            if is_whole or is_left or is_asked(file, asked, outputs):
                outputs += self._judge_row(step, file, row_id, changed, news)
        step.outputs += outputs

    def _judge_row(self, step: Step, file: File, row_id: str, changed: Set[str], news: News) -> list[Output]:
        processor, now_ms = self._processor, self._own.watermark_ms
        horizon_ms = now_ms - processor.retention_ms
        row = file.rows.get(row_id)
        if row is None:
            row = Row(row_id)
        # What this batch brought is judged once whatever its age: a fact is held, or it is a dead letter.
        elif row.newest_ms < horizon_ms and row_id not in changed and self._drop_spent(step, file, row, horizon_ms):
            return []
        judgement = processor.judge(file, row_id, now_ms)
        outputs: list[Output] = []
        if judgement.conclusions or row.published:
            reasons = _Reasons(processor, file, row_id, news, max(now_ms, self._own.newest_ms))
            outputs = revise(row, judgement.conclusions, horizon_ms, reasons)
        if not row.facts and not row.published and judgement.wake_ms == NEVER:
            self._forget(step, file, row)
            return []
        file.rows[row_id] = row
        has_moved = self._schedule(file, row, judgement.wake_ms)
        if self._rows is not None and (row_id in changed or outputs or has_moved):
            row.batch = self._own.batch
            step.rows[row_key(file.key, row_id)] = self._codec.encode(row, news.rows.get(row_id, ()))
        return outputs

    def _publish_again(self, step: Step, file: File, changed: set[str]) -> None:
        ids, fresh = set(changed), self._processor.new_file(file.key)
        fresh.rows = file.rows
        for row in file.rows.values():
            for fact in row.facts.values():
                ids.update(self._processor.index(fresh, row, fact))
        self._judge(step, file, ids, news_again(file, changed), is_whole=True)
        for row_id in sorted(changed & file.rows.keys()):
            conclusions = self._processor.judge(file, row_id, self._own.watermark_ms).conclusions
            step.outputs += repeat(file.rows[row_id], conclusions)

    def _schedule(self, file: File, row: Row, wake_ms: int) -> bool:
        """Set when the row is next looked at; whether it had to be set earlier than stored."""
        now_ms, retention_ms = self._own.watermark_ms, self._processor.retention_ms
        spent_ms = row.newest_ms + retention_ms + 1
        if wake_ms <= now_ms:
            wake_ms = spent_ms if spent_ms > now_ms else now_ms + retention_ms
        elif now_ms < spent_ms < wake_ms:
            wake_ms = spent_ms
        before, row.wake_ms = row.wake_ms, wake_ms
        if before == NEVER or wake_ms < before or before <= now_ms:
            self._wakes.add(wake_ms, file.key, row.id)
            return True
        return False

    def _drop_spent(self, step: Step, file: File, row: Row, horizon_ms: int) -> bool:
        if not row.facts and not row.published:
            return False
        if not self._processor.is_spent(file, row, horizon_ms):
            return False
        self._forget(step, file, row)
        return True

    def _forget(self, step: Step, file: File, row: Row) -> None:
        file.rows.pop(row.id, None)
        if row.batch:
            step.rows[row_key(file.key, row.id)] = None
