"""Timers: when time alone can change a row's answer, its keyed state is judged again then."""

from heapq import heappop, heappush, heapreplace
from zlib import crc32

from cloudtag.engine.rows import NEVER

MOST_DUE = 500
"""So many rows whose time has come are judged in a step of a worker: between two steps its event loop comes round,
however much time has passed at once."""
MANY_ROWS = 64
"""Of a keyed state with more rows than that they leave together, at the ends of periods."""
PERIODS = 16
"""In so many parts of what facts are held."""
AskedRows = dict[str, dict[str, None]]
"""The ids of rows that are to be looked at, by the key of their keyed state, in the order in which they were asked
for."""


def due(timer_ms: int, newest_ms: int, now_ms: int, retention_ms: int) -> int:
    """When a row is looked at again: when it asks for it, or when all it holds has left retention, if that is sooner.

    What is spent already and is still held, since others need it, is looked at after one retention more.
    """
    spent_ms = newest_ms + retention_ms + 1
    if timer_ms <= now_ms:
        return spent_ms if spent_ms > now_ms else now_ms + retention_ms
    return spent_ms if now_ms < spent_ms < timer_ms else timer_ms


def end_of_period(spent_ms: int, key: str, retention_ms: int) -> int:
    """When a row of a keyed state with very many leaves that could from `spent_ms` on: at the end of a period, with all
    else that may by then. The periods of all keys do not end at once, or all that is held would leave together."""
    period_ms = max(1, retention_ms // PERIODS)
    return spent_ms + -(spent_ms + crc32(key.encode())) % period_ms


class Timers:
    """Rows by timer. An entry may be stale: when it fires, the row says when it is due."""

    def __init__(self, most_due: int | None = None) -> None:
        """There are none. `most_due`: so many rows are taken out at a time; any number unless said."""
        self._heap: list[tuple[int, str, str]] = []
        self._most_due = most_due

    def __len__(self) -> int:
        """How many timers are waiting, stale ones included."""
        return len(self._heap)

    def add(self, timer_ms: int, state_key: str, row_id: str) -> None:
        """Set a timer for a row at that event time."""
        if timer_ms != NEVER:
            heappush(self._heap, (timer_ms, state_key, row_id))

    @property
    def first(self) -> tuple[int, str, str] | None:
        """The earliest timer, its keyed state and its row, if any waits."""
        return self._heap[0] if self._heap else None

    def put_off(self, timer_ms: int) -> None:
        """Let the first row wait until then."""
        _, state_key, row_id = self._heap[0]
        heapreplace(self._heap, (timer_ms, state_key, row_id))

    def is_due(self, now_ms: int) -> bool:
        """Whether the time of any row has come."""
        return bool(self._heap) and self._heap[0][0] <= now_ms

    def due(self, now_ms: int) -> AskedRows:
        """Take out the rows whose time has come, each once, the keyed state of the earliest first; those that are over
        the most that are taken out at a time wait on."""
        rows: AskedRows = {}
        left = len(self._heap) if self._most_due is None else self._most_due
        while left and self._heap and self._heap[0][0] <= now_ms:
            _, state_key, row_id = heappop(self._heap)
            rows.setdefault(state_key, {})[row_id] = None
            left -= 1
        return rows
