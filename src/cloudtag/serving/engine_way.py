"""The way to the engine itself: what would follow from events that have not come, asked of whoever has the facts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple, Protocol

from msgspec import Struct


class EngineSaid(NamedTuple):
    """What would be published, and whom the engine would have had to ask first; or why it could not be asked."""

    records: tuple[Any, ...] = ()
    not_asked: tuple[str, ...] = ()
    obstacle: str = ""


class EngineWay(Protocol):
    """The way to the workers that have a buyer's and a shop's facts."""

    async def ask(self, key: str, events: Sequence[Struct]) -> EngineSaid:
        """What would follow from the events, all of which have the Kafka key `key`: a buyer's id, or a shop's for what
        is judged by the shop's facts first. In time, whatever is wrong there."""
