"""Keeps an outage from filling the log: a client that cannot connect says so hundreds of times a second."""

import logging
import time

EVERY_SECONDS = 10.0
MOST_KINDS = 1000
"""So many kinds of lines are remembered."""


class LogThrottle(logging.Filter):
    """Lets each kind of line (by its text before values are put in) through once in a while, with how many were not."""

    def __init__(self, seconds: float = EVERY_SECONDS) -> None:
        super().__init__()
        self._seconds = seconds
        self._last: dict[object, tuple[float, int]] = {}
        """When a line of each kind came through, and how many did not since."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether this line may pass; informational lines always may."""
        if record.levelno < logging.WARNING:
            return True
        now, kind = time.monotonic(), record.msg
        at, held = self._last.get(kind, (now - self._seconds, 0))
        if now - at < self._seconds:
            self._last[kind] = at, held + 1
            return False
        if len(self._last) >= MOST_KINDS:
            self._last.clear()  # whoever writes values into the text itself must not fill the memory
        self._last[kind] = now, 0
        if held:
            record.msg = f"{kind} [{held} more like it were left out]"
        return True


def throttle_logs(*prefixes: str) -> None:
    """Apply to every logger of the Kafka client, or of what else is named; those that exist, and the named ones."""
    seldom = LogThrottle()
    for prefix in prefixes or ("aiokafka",):
        logging.getLogger(prefix).addFilter(seldom)
        for name in list(logging.root.manager.loggerDict):
            if name.startswith(prefix + "."):
                logging.getLogger(name).addFilter(seldom)
