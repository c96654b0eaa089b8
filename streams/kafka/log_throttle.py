"""Keeps an outage from filling the log: a client that cannot connect says so hundreds of times a second."""

import logging
import time

EVERY_SECONDS = 10.0
MOST_KINDS = 1000
"""So many kinds of lines are remembered."""


class LogThrottle(logging.Filter):
    """Lets each kind of line (by its text before values are put in) through once in a while."""

    def __init__(self, seconds: float = EVERY_SECONDS) -> None:
        super().__init__()
        self._seconds = seconds
        self._last: dict[object, float] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether this line may pass; informational lines always may."""
        if record.levelno < logging.WARNING:
            return True
        now = time.monotonic()
        if now - self._last.get(record.msg, -self._seconds) < self._seconds:
            return False
        if len(self._last) >= MOST_KINDS:
            self._last.clear()  # whoever writes values into the text itself must not fill the memory
        self._last[record.msg] = now
        return True


def throttle_logs(prefix: str = "aiokafka") -> None:
    """Apply to every logger of the Kafka client. They exist once it has been imported."""
    seldom = LogThrottle()
    for name in list(logging.root.manager.loggerDict):
        if name == prefix or name.startswith(prefix + "."):
            logging.getLogger(name).addFilter(seldom)
