"""A small task for the protocol's tests: it keeps the facts of every key, and publishes them with a revision.

What it holds of batches and of what is known to be sent is what the engine's tasks hold.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import msgspec

from cloudtag.engine.rows import header, row_key, split_key
from cloudtag.engine.task_row import TASK_KEY, TaskRow

Fact = tuple[str, int]
"""A key, and a fact about it."""
Output = tuple[str, int, tuple[int, ...]]
"""A key, a revision, and all facts of the key."""
PAD = b"." * 40
"""Makes every row large enough to be cut where a test wants it."""


@dataclass
class Step:
    rows: dict[bytes, bytes | None] = field(default_factory=dict)
    outputs: list[Output] = field(default_factory=list)


class Counting:
    def __init__(self, stored: Mapping[bytes, bytes]) -> None:
        self.own = TaskRow()
        self.rows: dict[str, tuple[int, tuple[int, ...], int]] = {}
        for key, value in stored.items():
            if key == TASK_KEY:
                self.own = msgspec.msgpack.decode(value, type=TaskRow)
            else:
                revision, facts = msgspec.msgpack.decode(value[16 + len(PAD) :])
                self.rows[split_key(key)[0]] = (revision, tuple(facts), header(value)[0])

    def open(self) -> Step:
        step = Step()
        for key, (revision, facts, batch) in sorted(self.rows.items()):
            if batch > self.own.sent:
                step.outputs.append((key, revision, facts))
        self.own.batch = max([self.own.batch, *(batch for _, _, batch in self.rows.values())]) + 1
        return self._closed(step)

    def advance(self, facts: Iterable[Fact]) -> Step:
        self.own.sent, self.own.batch = self.own.batch, self.own.batch + 1
        step = Step()
        for key, fact in facts:
            revision, held, _ = self.rows.get(key, (-1, (), 0))
            if fact not in held:
                self.rows[key] = (revision + 1, tuple(sorted((*held, fact))), self.own.batch)
        for key, (revision, held, batch) in sorted(self.rows.items()):
            if batch == self.own.batch:
                body = PAD + msgspec.msgpack.encode((revision, held))
                step.rows[row_key(key, "r")] = batch.to_bytes(8) + bytes(8) + body
                step.outputs.append((key, revision, held))
        return self._closed(step)

    def _closed(self, step: Step) -> Step:
        step.rows[TASK_KEY] = msgspec.msgpack.encode(self.own)
        return step
