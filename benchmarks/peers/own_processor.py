"""What the processors of both jobs have in common: no policies, one network, nothing too late."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from cloudtag.engine.row_kind import EVENT_ID
from cloudtag.processors.base import KeyedProcessor

PROCESSOR = "peers"


class _NoPolicies:
    networks: dict[str, str] = {}  # noqa: RUF012 - of a class without instances that differ


class JobProcessor(KeyedProcessor):
    """A processor of one job; its row kinds say the rest."""

    name = PROCESSOR
    is_global = True

    def __init__(self) -> None:
        """There are no policies, and nothing is late."""
        super().__init__(_NoPolicies, 0)  # type: ignore[arg-type]

    def _identity(self, kind: type[Any], plain: Callable[[Any], str]) -> Callable[[Any], str]:
        """There is one network: an id is all there is to say."""
        del kind, plain
        return EVENT_ID
