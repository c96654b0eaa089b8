"""A tiny deterministic task, the subject of the transport's fault tests: counts the events of every shop once.

It keeps a row per event (so a repeat changes nothing) and one row per shop with its count and the number of the
batch that changed it; on opening it publishes the counts of the last batch again, as the real tasks do.
"""

import os
from collections.abc import Iterable, Sequence
from typing import Any

import msgspec
from msgspec import Struct

from cloudtag.contract.events import AbuseFound, AccountChanged
from cloudtag.contract.records import Consequence
from cloudtag.engine.rows import key_prefix, split_key
from cloudtag.engine.task_result import Output, RowReader, TaskResult, key_part
from cloudtag.engine.task_row import TASK_KEY, TaskRow

HEAD = bytes(16)
"""Batch and timer of a stored row, which the toy keeps elsewhere."""
PROCESSOR = "shops"
READS = {PROCESSOR: ("abuses", "accounts")}
FIRST_MS = 1_760_000_000_000
POISON = "fail-here"
"""What the id of an event begins with on which the task raises, as a bug would."""
STUCK = "stuck-from-here"
"""An event id after which the task raises at everything, as a bug in judging what is stored would."""
MENDED = "TOY_IS_MENDED"
"""Set in the environment: a release without these bugs."""


class Seen(dict[str, set[str]]):
    """The events of every shop; all of them stay."""

    held_bytes = 0

    def trim(self) -> None:
        """There is no limit."""


class CountingTask:
    """Counts distinct events per shop, of two streams."""

    def __init__(self, processor: str, rows: RowReader) -> None:
        self.watermark_ms = 0
        self._rows = rows
        self._batch = 0
        self.cache = Seen()
        self._is_mended = MENDED in os.environ

    def open(self) -> TaskResult:
        counts = {
            key: msgspec.msgpack.decode(value[len(HEAD) :])
            for key, value in self._rows.all_rows()
            if key_part(key) == key
        }
        self._batch = max((batch for _, batch in counts.values()), default=0)
        last = [key for key, (_, batch) in counts.items() if batch == self._batch]
        return TaskResult(self._own(), [_report(split_key(key)[0], counts[key][0]) for key in sorted(last)])

    def what_if(self, facts: Sequence[Struct]) -> TaskResult:
        raise NotImplementedError("nobody asks a toy")

    def advance(self, facts: Iterable[Struct], reached_ms: int = 0) -> TaskResult:
        step = TaskResult()
        if not self._is_mended and any(key.endswith(STUCK.encode()) for key, _ in self._rows.all_rows()):
            raise RuntimeError("the toy task is stuck on purpose")
        self._batch += 1
        touched = set()
        self.watermark_ms = max(self.watermark_ms, reached_ms)
        for fact in facts:
            assert isinstance(fact, AbuseFound | AccountChanged)
            self.watermark_ms = max(self.watermark_ms, fact.occurred_at)
            seen = self.cache.get(fact.shop_id)
            if seen is None:
                seen = self.cache[fact.shop_id] = self._load(fact.shop_id)
            if fact.event_id.startswith(POISON) and not self._is_mended:
                raise RuntimeError("the toy task fails on purpose")
            if fact.event_id in seen:
                step.duplicates += 1
                continue
            seen.add(fact.event_id)
            step.rows[_key(fact.shop_id) + fact.event_id.encode()] = HEAD
            touched.add(fact.shop_id)
        for shop in sorted(touched):
            count = len(self.cache[shop])
            step.rows[_key(shop)] = HEAD + msgspec.msgpack.encode((count, self._batch))
            step.outputs.append(_report(shop, count))
        step.rows |= self._own()
        return step

    def _own(self) -> dict[bytes, bytes | None]:
        return {TASK_KEY: msgspec.msgpack.encode(TaskRow(self.watermark_ms, batch=self._batch))}

    def _load(self, shop: str) -> set[str]:
        prefix = _key(shop)
        return {key[len(prefix) :].decode() for key, _ in self._rows.rows_of(prefix) if key != prefix}


def event(number: int, shops: int) -> tuple[str, str, Any]:
    """The n-th event, of shop n modulo so many: its stream, its key and the struct."""
    shop, event_id, at = f"shop-{number % shops}", f"e{number}", FIRST_MS + number
    if number % 2:
        return "accounts", shop, AccountChanged(event_id, at, "taobao", shop, "account", "exam_passed")
    return "abuses", shop, AbuseFound(event_id, at, "taobao", shop)


def expected(numbers: Iterable[int], shops: int) -> dict[str, int]:
    """The oracle: how many of these events each shop has."""
    counts: dict[str, int] = {}
    for number in numbers:
        shop = f"shop-{number % shops}"
        counts[shop] = counts.get(shop, 0) + 1
    return counts


def _key(shop: str) -> bytes:
    return key_prefix(shop)


def _report(shop: str, count: int) -> Output:
    record = Consequence(
        consequence_id=f"count/{shop}",
        revision=count,
        status="active",
        kind="count",
        subject_kind="shop",
        subject_id=shop,
        platform="taobao",
        starts_at=FIRST_MS,
        policy_version="toy",
    )
    return Output("consequences", shop, record)
