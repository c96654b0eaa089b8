"""The connections of a server: which of them gives way when there are too many, and which have taken too long."""

from __future__ import annotations

from itertools import chain
from typing import Protocol

from cloudtag.cli.http.limits import HttpLimits

LOOK_SECONDS = 0.25
"""So often it is asked who has taken too long."""


class Connection(Protocol):
    """What a table knows of a connection."""

    @property
    def is_waiting(self) -> bool:
        """Whether nothing of it is being answered."""

    def check(self, now: float) -> None:
        """End it if it has taken too long."""

    def give_way(self) -> None:
        """End it, for another one."""


class ConnectionTable:
    """Strangers, and those whose holder has shown a token. Strangers give way first, the earliest before all others.

    A flood of connections that say nothing so ends itself: somebody who asks is answered before it is their turn.
    """

    def __init__(self, limits: HttpLimits) -> None:
        self.limits = limits
        self._strangers: dict[Connection, None] = {}
        self._known: dict[Connection, None] = {}
        self._looked = 0.0

    def __len__(self) -> int:
        return len(self._strangers) + len(self._known)

    def enter(self, connection: Connection) -> bool:
        """Take one in, whether there is room for it."""
        if len(self) >= self.limits.connections:
            other = next((each for each in chain(self._strangers, self._known) if each.is_waiting), None)
            if other is None:
                return False
            self.leave(other)
            other.give_way()
        self._strangers[connection] = None
        return True

    def know(self, connection: Connection) -> None:
        """Somebody who may ask has asked over it, just now."""
        if self._strangers.pop(connection, self) is self:
            self._known.pop(connection, None)
        self._known[connection] = None

    def leave(self, connection: Connection) -> None:
        """It has ended, or is about to."""
        self._strangers.pop(connection, None)
        self._known.pop(connection, None)

    def look(self, now: float) -> None:
        """End those that have taken too long; `now` in seconds of the event loop."""
        if now - self._looked < LOOK_SECONDS:
            return
        self._looked = now
        for connection in [*self._strangers, *self._known]:
            connection.check(now)
