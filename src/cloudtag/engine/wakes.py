"""Wakes: when time alone can change a row's answer, its file is judged again then."""

from heapq import heappop, heappush, heapreplace

from cloudtag.engine.rows import NEVER


class Wakes:
    """Rows by wake time. An entry may be stale: whoever is woken looks at the row and knows better."""

    def __init__(self) -> None:
        """Nothing waits."""
        self._heap: list[tuple[int, bytes]] = []

    def __len__(self) -> int:
        """How many wakes are waiting, stale ones included."""
        return len(self._heap)

    def add(self, wake_ms: int, row_key: bytes) -> None:
        """Wake the row at that event time."""
        if wake_ms != NEVER:
            heappush(self._heap, (wake_ms, row_key))

    @property
    def first(self) -> tuple[int, bytes] | None:
        """The earliest wake time and its row, if any waits."""
        return self._heap[0] if self._heap else None

    def put_off(self, wake_ms: int) -> None:
        """Let the first row wait until then."""
        heapreplace(self._heap, (wake_ms, self._heap[0][1]))

    def due(self, now_ms: int) -> list[bytes]:
        """Take out the rows whose time has come, each once, earliest first."""
        rows: dict[bytes, None] = {}
        while self._heap and self._heap[0][0] <= now_ms:
            rows[heappop(self._heap)[1]] = None
        return list(rows)
