"""What goes into a task and what comes out of it: the whole interface between the pure core and its edges."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from msgspec import Struct

RowKey = bytes
"""The mark, two bytes of length, a keyed state's key, a row's id inside it; length 0 marks the task's own row."""

SCOPED = b"\xf1"
"""What the keys of rows begin with since ids have scopes. Before, they began with a length that is never so large."""


class UnscopedStateError(ValueError):
    """Rows were stored when ids had no scope yet: whose they are cannot be told, and they are not read."""


def check_scoped(key: RowKey) -> None:
    """Raise ``UnscopedStateError`` for a row that was stored when ids had no scope."""
    if not key.startswith(SCOPED):
        raise UnscopedStateError("the stored rows are of a version whose ids had no scope: see docs/operations.md")


def key_part(key: RowKey) -> bytes:
    """The part of a row key that all rows of its keyed state, and no others, begin with."""
    return key[: 3 + int.from_bytes(key[1:3])]


def has_key_part(prefix: bytes) -> bool:
    """Whether the beginning of a row key holds the whole part of its keyed state."""
    return len(prefix) >= 3 and len(prefix) >= 3 + int.from_bytes(prefix[1:3])


class RowReader(Protocol):
    """The stored rows of one processor on one partition, as the last durable step left them."""

    def rows_of(self, prefix: bytes) -> Iterable[tuple[RowKey, bytes]]:
        """All rows whose key starts with `prefix`, in any order."""
        ...

    def all_rows(self) -> Iterable[tuple[RowKey, bytes]]:
        """Every row of the partition; read once when a task opens."""
        ...

    def is_aside(self, prefix: bytes) -> bool:
        """Whether the keyed state whose part `prefix` is, is set aside: it has no rows, and takes in nothing."""
        ...


class Output(Struct, frozen=True, gc=False):
    """A record to publish: its stream, its Kafka key and the struct."""

    stream: str
    key: str
    record: Struct


@dataclass(slots=True)
class TaskResult:
    """What one batch changed. The caller makes `rows` durable, then publishes `outputs`, then acknowledges the input.

    In that order nothing is lost at a crash: rows carry the number of the batch that changed them, and a task
    that opens on rows newer than the last batch known to be published publishes what they stand for again.
    """

    rows: dict[RowKey, bytes | None] = field(default_factory=dict)
    outputs: list[Output] = field(default_factory=list)
    is_more_due: bool = False
    """The time has come for more rows than a step may judge: before the next facts the caller makes this one durable,
    publishes it, and advances again with none, until nothing is due."""
    late: int = 0
    """Events older than the watermark (judged all the same)."""
    too_late: list[int] = field(default_factory=list)
    """Events older than what is still held, as places among the facts given; the caller sends each to the dead letters
    (reason `too_late`)."""
    refused: list[int] = field(default_factory=list)
    """Events about somebody who is to be forgotten, given likewise; the caller sends their places in the log, not what
    they say, to the dead letters (reason `erased`)."""
    conflicting: list[int] = field(default_factory=list)
    """Events in whose place another one of their stream stands under the same id, given likewise; the caller sends each
    to the dead letters (reason `conflicting_event`)."""
    replaced: list[tuple[int, Any]] = field(default_factory=list)
    """Events accepted before that such an event took the place of, with its place among the facts given; the caller
    sends each to the dead letters for the same reason, without a place in the log."""
    aside: list[int] = field(default_factory=list)
    """Facts about a key whose rows cannot be read, given likewise; the caller sends each to the dead letters (reason
    `quarantined_key`). A place may be in it twice."""
    timers: int = 0
    """Keyed states judged only because time passed."""
    duplicates: int = 0
    """Events already known."""


class ResidentStates(Protocol):
    """Decoded keyed states in memory."""

    def __len__(self) -> int:
        """How many there are."""
        ...

    @property
    def held_bytes(self) -> int:
        """About how much memory they take."""
        ...

    def trim(self) -> None:
        """Put away what is over the limit. Only when the rows of all steps are stored."""
        ...


class TaskProtocol(Protocol):
    """One processor on one partition: a deterministic state machine without I/O, clock or threads."""

    @property
    def watermark_ms(self) -> int:
        """Event time: nothing earlier is waited for."""
        ...

    @property
    def cache(self) -> ResidentStates:
        """The decoded keyed states that are in memory."""
        ...

    def open(self) -> TaskResult:
        """Read the stored rows (timers, watermark); the step re-publishes what a crash may have kept unsent."""
        ...

    def advance(self, facts: Iterable[Struct], reached_ms: int = 0) -> TaskResult:
        """Fold one batch of decoded events and internal records; judge what they touch; say what changed.

        `reached_ms`: watermark records say that event time has come so far.
        """
        ...

    def what_if(self, facts: Sequence[Struct]) -> TaskResult:
        """What would follow if these facts came now; nothing is kept of it. Only when all rows are stored."""
        ...
