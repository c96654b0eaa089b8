"""Keeps what stands in a file, now and then and at the end, and takes it in at the start."""

import asyncio
import logging
import time
from pathlib import Path

from cloudtag.cli.decide.state import DecideState
from cloudtag.decide.view_store import ViewFileError, read_view, write_view

logger = logging.getLogger(__name__)

KEEP_SECONDS = 60.0
BREATH_SECONDS = 0.001
"""Left to those who are answered, every few records that are written."""


class ViewKeeper:
    """One file of one installation; without a path nothing is kept."""

    def __init__(self, path: Path | None, installation: str, state: DecideState) -> None:
        """`installation`: which one, as `streams.kafka.topics.installation` says it."""
        self._path = path
        self._installation = installation
        self._state = state
        self._kept = -1

    def restore(self) -> None:
        """Take in what the file holds, before anything is read from the topics; what is wrong with it is logged."""
        if self._path is None or not self._path.exists():
            return
        try:
            count = read_view(self._path, self._installation, self._state.view)
        except (OSError, ViewFileError) as error:
            logger.error("%s is not used, what stands is read from the topics alone: %s", self._path, error)
            return
        logger.info("%d records stand in %s", count, self._path)

    async def run(self) -> None:
        """Keep it until cancelled."""
        while True:
            await asyncio.sleep(KEEP_SECONDS)
            await self.keep()

    async def keep(self) -> None:
        """Write what stands, if all that stands is known and any of it has changed since."""
        view = self._state.view
        if self._path is None or self._state.obstacle is not None or view.changes == self._kept:
            return
        changes, records = view.changes, view.entries()
        try:
            await asyncio.to_thread(write_view, self._path, self._installation, records, _breathe)
        except OSError as error:
            logger.error("what stands is not kept: %s", error)
            return
        self._kept = changes


def _breathe() -> None:
    time.sleep(BREATH_SECONDS)
