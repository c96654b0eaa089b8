"""Which faults strike, whom, and where: drawn by a seed, and told in words that can be played again."""

from __future__ import annotations

from dataclasses import dataclass, replace
from random import Random
from typing import Self

from tests.faults.orders import AT

ROUNDS = 2
"""Of each schedule: so often a part of the events is sent while the faults of that round strike."""
OVER = ("kill", "stop", "freeze")
"""After these another process takes the place of the one that was struck."""
POINTS = {"worker": ("changelog", "outputs", "internal"), "sink": ("insert", "commit")}
"""Where a process can be struck: at what it writes there."""
AWAITS = {
    "worker": (
        "BatchConsumer._fetch>QueueServiceThread.call_thread",
        "BatchConsumerThread._fetch>Fetcher.fetched_records",
        "BatchConsumer._hand_out>Service.wait",
        "BatchStream._batches>Channel.__anext__",
        "Runner.run>_ContextManagerMixin.__aenter__",
        "publish>gather",
        "_write_from>AIOKafkaProducer.send_batch",
        "_write_from>gather",
        "BatchConsumer.force_commit>ThreadDelegateConsumer._commit",
        "BatchConsumerThread._commit>AIOKafkaConsumer.commit",
    ),
    "sink": (
        "Sink._round>gather",
        "Intake._fetch>AIOKafkaConsumer.getmany",
        "Contact._call>to_thread",
        "Sink._commit>AIOKafkaConsumer.commit",
    ),
}
"""Where a process waits between an event that is fetched and one that is committed (see `tests.faults.awaits`)."""
SERVERS = ("broker", "warehouse")
JUMPS = (-86_400, -600, 600, 86_400)
"""Seconds by which a clock jumps."""
MOST_WRITES = {"changelog": 40, "outputs": 6, "internal": 30, "insert": 12, "commit": 8}
"""One of the first so many writes is struck."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault of one round. Its text has the fields in their order, those of a server fewer."""

    round: int
    victim: str
    kind: str
    amount: int = 0
    """Seconds that a clock jumps or a server is frozen."""
    moment: str = ""
    """`before` or `after` the write, or `at` the await."""
    point: str = ""
    count: int = 0
    """The how manieth write there is struck, or await with records under way."""

    def __str__(self) -> str:
        kind = f"{self.kind} {self.amount}" if self.amount else self.kind
        where = f" {self.moment} {self.point} {self.count}" if self.point else ""
        return f"{self.round} {self.victim} {kind}{where}"

    @classmethod
    def read(cls, text: str) -> Self:
        """The fault a text tells of. Raises ``ValueError`` for one that tells of none."""
        number, victim, kind, *rest = text.split()
        amount = int(rest.pop(0)) if rest and rest[0].lstrip("-").isdigit() else 0
        if bool(rest) != (victim in POINTS):
            raise ValueError(f"no fault: {text}")
        if not rest:
            return cls(int(number), victim, kind, amount)
        moment, point, count = rest
        if point not in (AWAITS if moment == AT else POINTS)[victim]:
            raise ValueError(f"nothing is written there, and nothing waits: {text}")
        return cls(int(number), victim, kind, amount, moment, point, int(count))


@dataclass(frozen=True, slots=True)
class Schedule:
    """The faults of one run, and what they strike."""

    seed: int
    broker: str
    store: str
    faults: tuple[Fault, ...]

    def __str__(self) -> str:
        return f"{self.seed} {self.broker} {self.store}: {'; '.join(map(str, self.faults))}"

    @classmethod
    def read(cls, text: str) -> Self:
        """The schedule a text tells of."""
        head, _, faults = text.partition(":")
        seed, broker, store = head.split()
        return cls(int(seed), broker, store, tuple(Fault.read(each) for each in faults.split(";") if each.strip()))

    def without(self, fault: Fault) -> Schedule:
        """The same with one fault less."""
        return replace(self, faults=tuple(each for each in self.faults if each is not fault))

    def of(self, number: int, victim: str) -> tuple[Fault, ...]:
        """What strikes one victim in one round, in order."""
        return tuple(each for each in self.faults if (each.round, each.victim) == (number, victim))


def draw(seed: int, broker: str = "") -> Schedule:
    """The schedule of a seed; `broker`: on that one, whichever the seed would take."""
    dice = Random(seed)
    store = ("memory", "rocksdb")[seed // 2 % 2]
    broker = broker or ("tansu", "kafka")[seed % 2]
    faults: list[Fault] = []
    for number in range(1, ROUNDS + 1):
        faults += _of_process(dice, number, "worker", store)
        if dice.random() < 0.7:
            faults += _of_process(dice, number, "sink", "")
        if dice.random() < 0.5:
            faults.append(_of_server(dice, number, broker))
    return Schedule(seed, broker, store, tuple(faults))


def _of_process(dice: Random, number: int, victim: str, store: str) -> list[Fault]:
    lasting = ["refuse", "cut", "clock"] + ["full"] * (store == "rocksdb")
    kinds = dice.sample(lasting, dice.choice((0, 1)))
    kinds.append(dice.choice(OVER if kinds else (*OVER, *lasting)))
    return [_at(dice, number, victim, kind) for kind in kinds]


def _at(dice: Random, number: int, victim: str, kind: str) -> Fault:
    amount = dice.choice(JUMPS) if kind == "clock" else 0
    moment, point = dice.choice(("before", "after")), dice.choice(POINTS[victim])
    return Fault(number, victim, kind, amount, moment, point, dice.randint(1, MOST_WRITES[point]))


def _of_server(dice: Random, number: int, broker: str) -> Fault:
    victim = dice.choice(SERVERS)
    # The embedded broker keeps nothing: it can be frozen, and not be started again.
    if (victim == "broker" and broker == "tansu") or dice.random() < 0.5:
        return Fault(number, victim, "freeze", dice.choice((2, 8)))
    return Fault(number, victim, "restart")
