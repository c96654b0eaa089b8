"""Two owners of one changelog, step by step, on the real core of the protocol: every interleaving can be tried.

What goes between two actions of an owner is what happens in its own memory. The log, the outputs and the committed
offset are shared. An owner may freeze at any point (it is not chosen for a while), and may fail at any.
"""

from dataclasses import dataclass, field

from msgspec.structs import replace

from cloudtag.changelog.reading import LogReader
from cloudtag.changelog.records import EPOCH_KEY, OWN, Record, bid_record, owner_record
from cloudtag.changelog.writing import LogWriter, ReplacedError
from cloudtag.engine.task_row import TASK_KEY
from tests.changelog.counting import Counting, Fact, Output

INPUT: list[list[Fact]] = [[("k", 1)], [("k", 2), ("m", 3)], [("m", 4), ("k", 5)]]


def truth(batches: int) -> dict[str, tuple[int, ...]]:
    """What every key holds once so many batches are judged."""
    facts = [fact for batch in INPUT[:batches] for fact in batch]
    return {key: tuple(sorted(fact for name, fact in facts if name == key)) for key in sorted({k for k, _ in facts})}


@dataclass
class World:
    """What owners share."""

    log: tuple[Record, ...] = ()
    outputs: tuple[Output, ...] = ()
    committed: int = 0
    member: str = "A"
    """To whom the group has given the partition."""

    def append(self, records: list[Record]) -> range:
        start = len(self.log)
        self.log += tuple(replace(record, offset=start + n) for n, record in enumerate(records))
        return range(start, len(self.log))


@dataclass(frozen=True)
class Rules:
    """Which of the protocol's rules hold; the search is to find something wrong where one does not."""

    is_fenced: bool = True
    """The reader's rule and the writer's rule."""
    dies_of_failure: bool = True
    """A task whose step failed is opened anew."""
    asks_group: bool = True
    """Whoever was assigned the partition asks the group between its bid and its owner record."""
    counts_by_bid: bool = True
    """An owner record does not count behind one that came after its bid."""
    batches: int = len(INPUT)


class Unfenced(LogReader):
    """Reads whatever comes."""

    def take(self, record: Record) -> None:
        self.epoch = -1
        super().take(record)


@dataclass
class Owner:
    """One process: where it is, what it remembers."""

    name: str
    rules: Rules
    at: str = "bid"
    before: int = 0
    epoch: int = -1
    writer: LogWriter | None = None
    store: dict[bytes, bytes] = field(default_factory=dict)
    core: Counting | None = None
    waiting: tuple[Record, ...] = ()
    stored: dict[bytes, bytes | None] = field(default_factory=dict)
    gaps: tuple[range, ...] = ()
    to_send: tuple[Output, ...] = ()
    position: int = 0
    end: int = 0
    failures: int = 0
    mends: bool = False

    @property
    def is_over(self) -> bool:
        return self.at in ("done", "replaced")

    def sees_nothing_new(self, world: World) -> bool:
        return self.at == "look" and self.writer is not None and self.writer.next_offset == len(world.log)

    def act(self, world: World) -> None:
        """The next action, and what follows in the owner's own memory."""
        getattr(self, f"_{self.at}")(world)
        while self.at == "take" or (self.at == "judge" and not self.gaps):
            getattr(self, f"_{self.at}")(world)

    def fail(self) -> None:
        """The next action raises, and nothing of it happens; or it is cancelled."""
        self.failures += 1
        if self.rules.dies_of_failure or self.core is None:
            self.at = "bid" if self.writer is None else "renew"
        else:
            # The next batch is taken as if nothing had been.
            self.position = self.end
            self._take(World())

    def _assigned(self, world: World) -> None:
        world.member, self.at = self.name, "bid"

    def _bid(self, world: World) -> None:
        self.writer = None
        self.before = world.append([bid_record()]).stop
        self.at = "confirm" if self.rules.asks_group else "claim"

    def _confirm(self, world: World) -> None:
        self.at = "claim" if world.member == self.name else "replaced"

    def _claim(self, world: World) -> None:
        before = self.before if self.rules.counts_by_bid else 0
        self.epoch = world.append([owner_record(self.name, before)]).start
        self.at = "read"

    def _renew(self, world: World) -> None:
        assert self.writer is not None
        self.before = 0
        at, known = world.append([self.writer.renewal()]).start, self.writer.judged_offset
        try:
            self.writer.may_renew(world.log[known:at], lambda owner: owner == self.name.encode())
        except ReplacedError:
            self.at = "replaced"
        else:
            self.epoch, self.at = at, "read"

    def _read(self, world: World) -> None:
        reader = LogReader() if self.rules.is_fenced else Unfenced()
        for record in world.log[: self.epoch]:
            reader.take(record)
        reader.drop_loose_parts()
        assert not reader.broken
        if self.rules.counts_by_bid and reader.claimed >= self.before > 0:
            self.at = "bid"
            return
        claimed = self.epoch if self.before else reader.claimed
        self.store = {key: value for key, value in reader.rows.items() if value is not None}
        self.writer = LogWriter(self.epoch, reader.slots, claimed, self.name)
        self.core = Counting(
            {key: row for key, row in self.store.items() if key == TASK_KEY or not key.startswith(OWN)}
        )
        self.position = self.end = world.committed
        mended = {key: self.store.get(key) for key in reader.stale if not (key == EPOCH_KEY and self.before)}
        if mended:
            self.mends = True
            self._write(mended, ())
        else:
            self._open()

    def _open(self) -> None:
        assert self.core is not None
        self.mends = False
        step = self.core.open()
        self._write(step.rows, tuple(step.outputs))

    def _take(self, world: World) -> None:
        del world
        assert self.core is not None
        if self.position == self.rules.batches:
            self.at = "look"
            return
        step = self.core.advance(INPUT[self.position])
        self.end = self.position + 1
        self._write(step.rows, tuple(step.outputs))

    def _write(self, rows: dict[bytes, bytes | None], outputs: tuple[Output, ...]) -> None:
        assert self.writer is not None
        records, self.stored = self.writer.records(rows)
        self.waiting, self.to_send, self.gaps = tuple(records), outputs, ()
        self.at = "append"

    def _append(self, world: World) -> None:
        """A step goes out in two batches: anything may come between them."""
        assert self.writer is not None
        middle = (len(self.waiting) + 1) // 2 if len(self.waiting) > 1 and self.at == "append" else len(self.waiting)
        now, self.waiting = self.waiting[:middle], self.waiting[middle:]
        self.gaps += tuple(self.writer.landed([world.append(list(now))]))
        self.at = "append_rest" if self.waiting else "judge"

    _append_rest = _append

    def _judge(self, world: World) -> None:
        self._judge_found([record for gap in self.gaps for record in world.log[gap.start : gap.stop]])

    def _judge_found(self, found: list[Record]) -> None:
        assert self.writer is not None
        rows, wrong = dict[bytes, bytes | None](), set[bytes]()
        if self.rules.is_fenced:
            try:
                judged = self.writer.judge(found, self.stored, self.store.get)
            except ReplacedError:
                self.at = "replaced"
                return
            rows, wrong = judged.rows, judged.wrong
        for key, row in (self.stored | rows).items():
            if row is None:
                self.store.pop(key, None)
            else:
                self.store[key] = row
        self.at = "publish"
        if wrong:
            outputs = self.to_send
            self._write({key: self.store.get(key) for key in wrong}, outputs)

    def _publish(self, world: World) -> None:
        world.outputs += self.to_send
        self.to_send = ()
        if self.mends:
            self._open()
        else:
            self.at = "commit"

    def _commit(self, world: World) -> None:
        world.committed = max(world.committed, self.end)
        self.position = self.end
        self.at = "take"

    def _look(self, world: World) -> None:
        """What an idle owner does once a second; it is asked until nothing is new."""
        assert self.writer is not None
        found = list(world.log[self.writer.next_offset :])
        if not found:
            self.at = "done"
            return
        self.writer.landed([range(self.writer.next_offset, len(world.log))])
        self.stored = {}
        self._judge_found(found)
        if self.at == "publish":
            self.at = "look"
