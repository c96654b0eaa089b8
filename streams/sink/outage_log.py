"""What the log says of an outage: when it begins, once in a while how it goes, and when it is over."""

import logging
import time
from collections.abc import Callable

log = logging.getLogger(__name__)

SAY_SECONDS = 60.0


class OutageLog:
    """Each thing that cannot be stored (everything, a table) has a few lines, however often it is tried."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._outages: dict[str, tuple[float, float, int]] = {}
        """When each began, when it was last told of, and how many tries have failed."""

    def failed(self, name: str, error: object) -> None:
        """A try has failed."""
        now = self._clock()
        began, told, tries = self._outages.get(name, (now, now - SAY_SECONDS, 0))
        tries += 1
        if now - told >= SAY_SECONDS:
            told = now
            if tries == 1:
                log.warning("%s cannot be stored and is tried again, later and later: %s", name, error)
            else:
                log.warning("%s cannot be stored since %.0f s, %d tries: %s", name, now - began, tries, error)
        self._outages[name] = began, told, tries

    def stored(self, *names: str) -> None:
        """A try has succeeded for these."""
        for name in names:
            if name in self._outages:
                began, _, tries = self._outages.pop(name)
                log.warning("%s is stored again, after %.0f s and %d tries", name, self._clock() - began, tries)
