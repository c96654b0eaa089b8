"""What is to be done to a process, where, and what was: orders in a file, and beside it those that were carried out."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

import msgspec
from msgspec import structs

AT = "at"
"""The moment of a named await; those of a write are `before` and `after`."""


class Order(msgspec.Struct, frozen=True):
    """What is to be done, at which write."""

    kind: str
    amount: int
    moment: str
    point: str
    count: int
    under_way: int = 0
    """Once it is carried out: so many records the process had taken and not yet let go of."""


class Orders:
    """The orders of one process, read and kept in files."""

    def __init__(self, path: Path) -> None:
        self._path, self.done_path = path, path.with_suffix(".struck")
        self._seen = 0
        self._turn = threading.Lock()
        """A process has several threads that write and wait."""
        self._known: tuple[tuple[int, int], list[Order]] = (0, 0), []

    def give(self, orders: list[Order]) -> None:
        """Replace whatever is waiting; done by whoever gives them."""
        lines = b"".join(msgspec.json.encode(order) + b"\n" for order in orders)
        spare = self._path.with_suffix(".new")
        spare.write_bytes(lines)
        spare.replace(self._path)

    @property
    def waiting(self) -> list[Order]:
        """What has not been carried out. Asked at every await: read only where the file is another."""
        try:
            found = self._path.stat()
            file = (found.st_ino, found.st_mtime_ns)
            if file != self._known[0]:
                lines = self._path.read_bytes().splitlines()
                self._known = file, [msgspec.json.decode(line, type=Order) for line in lines]
        except FileNotFoundError:
            return []
        return self._known[1]

    @property
    def struck(self) -> list[Order]:
        """What was carried out."""
        try:
            return [msgspec.json.decode(line, type=Order) for line in self.done_path.read_bytes().splitlines()]
        except FileNotFoundError:
            return []

    def due(self, moment: str, point: str, under_way: Callable[[], int] = lambda: 0) -> Order | None:
        """The first order if it is to be carried out here and now; it is not given a second time. `under_way` is asked
        then, and an await counts only where there is something."""
        with self._turn:
            waiting = self.waiting
            if not waiting or (waiting[0].moment, waiting[0].point) != (moment, point):
                return None
            count = under_way()
            if moment == AT and not count:
                return None
            self._seen += 1
            if self._seen < waiting[0].count:
                return None
            self._seen = 0
            with self.done_path.open("ab") as done:
                done.write(msgspec.json.encode(structs.replace(waiting[0], under_way=count)) + b"\n")
            self.give(waiting[1:])
            return waiting[0]
