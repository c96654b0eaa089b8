"""The jobs that peers can do, by name: how the input of each is made, and how its alerts are compared."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from benchmarks.peers import generic, pattern, pattern_records, records
from benchmarks.peers.job import digest
from benchmarks.peers.records import Input, Shape


@dataclass(frozen=True)
class JobKind:
    """One job."""

    name: str
    topic: str
    """What the topic of its input is called."""
    make: Callable[[Shape], Input]
    compared: Callable[[Iterable[bytes]], str]
    """The hash of the alerts in some records, as `Input.expected` has it."""


def _windows(values: Iterable[bytes]) -> str:
    return digest(generic.opened_row(value) for value in values)


def _patterns(values: Iterable[bytes]) -> str:
    return digest(pattern.standing(generic.undelivered_row(value) for value in values))


WINDOW = JobKind("window", "dealings", records.make, _windows)
PATTERN = JobKind("pattern", "moves", pattern_records.make, _patterns)
KINDS = {kind.name: kind for kind in (WINDOW, PATTERN)}
