"""The records of the job: the same bytes for equal numbers, and the alerts that follow from them."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import blake2b
from itertools import accumulate

from benchmarks.peers.job import HEAD, ORDER, PARTITIONS, REFUND, OpenedRow, Window, digest
from streams.kafka.partitioner import partition_of

STARTS_AT_MS = 1_760_000_000_000
STEP_MS = 2_592
"""Event time from one dealing to the next: a million of them fill thirty days, whatever the number of all."""
REPEATED = 0.01
"""Share of the dealings that come twice."""
ABUSERS, THEIR_REFUNDS, OTHERS_REFUNDS = 0.2, 0.45, 0.08
_MULTIPLIER, _IDS = 2_654_435_761, 1 << 52


@dataclass(frozen=True)
class Shape:
    """How many records of how many buyers; a share of them may be of a single one."""

    records: int
    buyers: int = 20_000
    hot_share: float = 0.0
    seed: int = 7


@dataclass(frozen=True)
class Record:
    """One as it lies on the broker."""

    partition: int
    key: bytes
    value: bytes


@dataclass(frozen=True)
class Input:
    """All of them in order, a hash of them, and the hash of the alerts that follow."""

    records: list[Record]
    digest: str
    expected: str


def make(shape: Shape) -> Input:
    """The input of that shape, and what follows from it by the job's words, a dealing at a time."""
    windows: dict[str, Window] = {}
    alerts: list[OpenedRow] = []
    hashed, records = blake2b(digest_size=8), []
    for event_id, at_ms, buyer, shop, kind, amount in _dealings(shape):
        value = HEAD + b"".join((text(event_id), number(at_ms), text(buyer), text(shop), number(kind), number(amount)))
        records.append(Record(partition_of(buyer, PARTITIONS), buyer.encode(), value))
        hashed.update(value)
        window = windows.get(buyer)
        if window is None:
            window = windows[buyer] = Window()
        if window.add(event_id, at_ms, kind, amount):
            alerts.append(window.opened(buyer, event_id, at_ms))
    return Input(records, hashed.hexdigest(), digest(alerts))


def _dealings(shape: Shape) -> Iterator[tuple[str, int, str, str, int, int]]:
    """Event id, moment, buyer, shop, kind, amount; moments rise, so that order of arrival is order in time."""
    rng = random.Random(shape.seed)
    is_abuser = [rng.random() < ABUSERS for _ in range(shape.buyers)]
    weights = [rng.gammavariate(2.0, 1.0) for _ in range(shape.buyers)]
    if shape.hot_share:
        weights[0] = sum(weights[1:]) * shape.hot_share / (1 - shape.hot_share)
    up_to = list(accumulate(weights))
    numbers = range(shape.buyers)
    sent = made = 0
    while sent < shape.records:
        (who,) = rng.choices(numbers, cum_weights=up_to)
        is_refund = rng.random() < (THEIR_REFUNDS if is_abuser[who] else OTHERS_REFUNDS)
        dealing = (
            f"e{made * _MULTIPLIER % _IDS:013x}",
            STARTS_AT_MS + made * STEP_MS + rng.randrange(STEP_MS),
            f"b{who:07d}",
            f"s{rng.randrange(2000):05d}",
            REFUND if is_refund else ORDER,
            rng.randrange(100, 50_000),
        )
        made += 1
        for _ in range(2 if rng.random() < REPEATED else 1):
            if sent < shape.records:
                yield dealing
                sent += 1


def text(given: str) -> bytes:
    """As Avro writes a text."""
    return number(len(given)) + given.encode()


def number(given: int) -> bytes:
    """As Avro writes a number that is not negative."""
    left, out = given << 1, bytearray()
    while left > 127:
        out.append(left & 127 | 128)
        left >>= 7
    out.append(left)
    return bytes(out)
