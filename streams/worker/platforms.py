"""Platforms that no policy pack is for: their events are judged by `default`, which somebody should know of."""

import logging
from collections.abc import Collection

from streams.worker.worker_metrics import OTHER, WorkerMetrics

logger = logging.getLogger(__name__)

MOST_NAMES = 20
"""So many names are distinguished by a worker; all further ones are `OTHER`, so that the series stay few."""
LONGEST_NAME = 64
"""Characters of a name that are shown."""


class Platforms:
    """The platforms that have a policy pack, and a count of the events of all others."""

    def __init__(self, known: Collection[str], metrics: WorkerMetrics) -> None:
        self._known = frozenset(known)
        self._metrics = metrics
        self._shown: dict[str, str] = {}

    def see(self, processor: str, platform: str) -> None:
        """Count an event if its platform has no pack. Called for each event: for most it is one look-up."""
        if platform not in self._known:
            self._metrics.count("unknown_platforms", 1, processor, self._name(platform))

    def _name(self, platform: str) -> str:
        """What metrics call an unknown platform: its own name while there are few."""
        shown = self._shown.get(platform)
        if shown is None and len(self._shown) < MOST_NAMES:
            shown = self._shown[platform] = platform[:LONGEST_NAME]
            logger.warning("platform %r has no policy pack: its events are judged by `default`", shown)
        return shown or OTHER
