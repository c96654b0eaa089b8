"""How many lines were bad, of what kind, and which."""

from collections.abc import Iterator

NAMED = 5
"""How many lines are named for each kind."""


class BadLines:
    """Counts bad lines by the reason of their refusal."""

    def __init__(self) -> None:
        """None yet."""
        self._counts: dict[str, int] = {}
        self._named: dict[str, list[str]] = {}

    def add(self, place: str, reason: str, error: str) -> None:
        """One more. `place`: its file and number."""
        self._counts[reason] = self._counts.get(reason, 0) + 1
        named = self._named.setdefault(reason, [])
        if len(named) < NAMED:
            named.append(f"  {place}: {reason}: {error}")

    @property
    def count(self) -> int:
        """How many there are."""
        return sum(self._counts.values())

    @property
    def kinds(self) -> str:
        """How many there are of each kind."""
        return ", ".join(f"{count:,} {reason}" for reason, count in sorted(self._counts.items()))

    def told(self, fate: str) -> Iterator[str]:
        """What there is to say, line by line; nothing where there are none. `fate`: what became of them."""
        if not self._counts:
            return
        yield f"{self.count:,} bad line{'s' if self.count > 1 else ''} {fate}: {self.kinds}"
        for reason, named in sorted(self._named.items()):
            yield from named
            if (more := self._counts[reason] - len(named)) > 0:
                yield f"  … and {more:,} more {reason}"
