"""Keyed states that take nothing in: whom they are about is to be forgotten, or their rows cannot be read."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from cloudtag.contract.internal import InternalRecord
from cloudtag.engine.keyed_state import KeyedState
from cloudtag.engine.processor import Processor
from cloudtag.engine.task_result import TaskResult

DERIVED = -1
"""The place of a fact that was derived from those told."""


def refuses(
    step: TaskResult, state: KeyedState, number: int, fact: Any, processor: Processor, told: Sequence[Any]
) -> bool:
    """Whether a fact is not taken in because its keyed state is closed or set aside; says so in the step.

    `number`: its place among those `told`, `DERIVED` where it was derived from them.
    """
    if state.is_aside:
        # Of what is derived, whatever it was derived from is told as well: once that is sent again it is derived again.
        step.aside += [number] if number >= 0 else _sources(state.key, processor, told)
        return True
    if type(fact) is processor.kinds.closes:
        return False
    # Internal records are about events that are refused as well.
    if not isinstance(fact, InternalRecord):
        step.refused.append(number)
    return True


def _sources(key: str, processor: Processor, told: Sequence[Any]) -> list[int]:
    return [
        number
        for number, fact in enumerate(told)
        if any(processor.keys[type(derived)](derived) == key for derived in processor.derived([fact]))
    ]
