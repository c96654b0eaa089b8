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
    """Those who have asked nothing yet, strangers who were answered, and those whose holder has shown a token.

    They give way in this order, of each kind the one that has done nothing for longest. A flood of connections that say
    nothing so ends itself: somebody who asks is answered before it is their turn.
    """

    def __init__(self, limits: HttpLimits) -> None:
        self.limits = limits
        self._new: dict[Connection, None] = {}
        self._strangers: dict[Connection, None] = {}
        self._known: dict[Connection, None] = {}
        self._kinds = (self._new, self._strangers, self._known)
        self._looked = 0.0

    def __len__(self) -> int:
        return sum(map(len, self._kinds))

    def enter(self, connection: Connection) -> bool:
        """Take one in, whether there is room for it."""
        if len(self) >= self.limits.connections:
            other = next((each for each in chain(*self._kinds) if each.is_waiting), None)
            if other is None:
                return False
            self.leave(other)
            other.give_way()
        self._new[connection] = None
        return True

    def answered(self, connection: Connection, *, is_known: bool) -> None:
        """A request over it was answered just now. `is_known`: with a token, or a session, that is good."""
        if connection in self._known:
            is_known = True
        elif connection not in self._new and connection not in self._strangers:
            return  # It has given way meanwhile.
        self.leave(connection)
        (self._known if is_known else self._strangers)[connection] = None

    def leave(self, connection: Connection) -> None:
        """It has ended, or is about to."""
        for kind in self._kinds:
            kind.pop(connection, None)

    def look(self, now: float) -> None:
        """End those that have taken too long; `now` in seconds of the event loop."""
        if now - self._looked < LOOK_SECONDS:
            return
        self._looked = now
        for connection in [*chain(*self._kinds)]:
            connection.check(now)
