"""The records of the second job: the same bytes for equal shapes, out of order by less than the declared bound."""

from __future__ import annotations

import random
from collections.abc import Iterator
from hashlib import blake2b

from benchmarks.peers.job import HEAD, PARTITIONS, digest
from benchmarks.peers.pattern import BOUND_MS, DELIVERED, REFUND, SHIPPED, TIME, Move, read_in_order
from benchmarks.peers.records import STARTS_AT_MS, STEP_MS, Input, Record, Shape, number, text
from streams.kafka.partitioner import partition_of

DAY_MS = 86_400_000
PER_ORDER = 2.2
"""About how many moves an order has."""
DELAYED, REPEATED = 0.2, 0.01
"""Shares of the moves that come later than they happened, and that come twice."""
_MULTIPLIER, _IDS = 0x779B97F4A7C15, 1 << 52
_S, _D, _R = SHIPPED, DELIVERED, REFUND
STORIES: tuple[tuple[int, tuple[tuple[int, float, float], ...]], ...] = (
    (58, ((_S, 0, 0), (_D, 1, 5))),
    (12, ((_S, 0, 0), (_D, 1, 4), (_R, 4, 9))),
    (9, ((_S, 0, 0), (_R, 0.2, 3), (_D, 3, 5))),
    (6, ((_S, 0, 0), (_R, 1, 6.9))),
    (4, ((_S, 0, 0), (_R, 7.1, 9))),
    (3, ((_R, 0, 0), (_S, 0.1, 1), (_D, 2, 4))),
    (3, ((_S, 0, 0), (_S, 1, 3), (_R, 4, 6.5))),
    (2, ((_S, 0, 0), (_D, 1, 3), (_S, 3, 4), (_R, 4.5, 6), (_D, 6, 7))),
    (1, ((_S, 0, 0), (_R, 2, 2), (_D, 2, 2))),
    (1, ((_S, 0, 0), (_R, 7, 7))),
    (1, ((_S, 0, 0),)),
)
"""How often in a hundred, and the moves: kind, and between which days after the first. In the last three but one two
moves are of one moment, and in the next a refund comes as the window ends."""


def make(shape: Shape) -> Input:
    """The input of that shape: so many moves, repeats and the last records besides. It has no buyers."""
    rng = random.Random(shape.seed)
    moves = _moves(shape, rng)
    hashed, records = blake2b(digest_size=8), []
    for move in [*_as_they_come(moves, rng), *_time_passes(moves)]:
        value = bytes_of(move)
        at = int(move[2][1:]) if move[3] == TIME else partition_of(move[2], PARTITIONS)
        records.append(Record(at, move[2].encode(), value))
        hashed.update(value)
    return Input(records, hashed.hexdigest(), digest(read_in_order(moves)))


def bytes_of(move: Move) -> bytes:
    """A move as it lies on the broker."""
    at_ms, event_id, order_id, kind, amount = move
    return HEAD + b"".join((text(event_id), number(at_ms), text(order_id), number(kind), number(amount)))


def _moves(shape: Shape, rng: random.Random) -> list[Move]:
    weights = [weight for weight, _ in STORIES]
    moves: list[Move] = []
    step = int(STEP_MS * PER_ORDER)
    order = 0
    while len(moves) < shape.records:
        (story,) = rng.choices(STORIES, weights)
        begins = STARTS_AT_MS + order * step + rng.randrange(step)
        for kind, first, last in story[1]:
            at_ms = begins + int(DAY_MS * (first if first == last else rng.uniform(first, last)))
            event_id = f"e{len(moves) * _MULTIPLIER % _IDS:013x}"
            moves.append((at_ms, event_id, f"o{order:08d}", kind, rng.randrange(100, 50_000)))
        order += 1
    return moves[: shape.records]


def _as_they_come(moves: list[Move], rng: random.Random) -> Iterator[Move]:
    """In order of arrival: late by less than the bound, and some twice."""
    arrivals: list[tuple[int, Move]] = []
    for move in moves:
        for _ in range(2 if rng.random() < REPEATED else 1):
            late_ms = rng.randrange(BOUND_MS) if rng.random() < DELAYED else 0
            arrivals.append((move[0] + late_ms, move))
    arrivals.sort()
    return (move for _, move in arrivals)


def _time_passes(moves: list[Move]) -> Iterator[Move]:
    """A last record of each partition, so much later that all before it is certain."""
    at_ms = max(move[0] for move in moves) + 2 * BOUND_MS
    return ((at_ms, f"t{partition}", f"~{partition}", TIME, 0) for partition in range(PARTITIONS))
