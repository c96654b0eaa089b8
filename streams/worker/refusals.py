"""The dead letters of facts that a task did not take in."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from msgspec.structs import replace

from cloudtag.contract.records import CONFLICTING, NO_OFFSET, DeadLetter
from cloudtag.contract.replay_form import sorted_form
from cloudtag.engine.task_result import TaskResult
from streams.kafka.dead_letters import DeadLetterReason, dead_letter_of
from streams.worker.record_reader import RecordReader

ERRORS: dict[DeadLetterReason, str] = {
    "too_late": "older than what is still held",
    "erased": "about a buyer who is forgotten",
    "conflicting_event": CONFLICTING,
    "quarantined_key": "what is stored about the same cannot be read",
}
"""What the dead letters say of each reason."""


def refused(step: TaskResult, sources: Sequence[Any], reader: RecordReader) -> list[DeadLetter]:
    """`sources`: the Kafka records of all facts; `reader`: has read them, and is told what becomes a dead letter."""
    letters = list[DeadLetter]()
    for record, letter in _letters(step, sources, reader.source):
        reader.charge(record, letter)
        letters.append(letter)
    return letters


def _letters(
    step: TaskResult, sources: Sequence[Any], source: Callable[[Any], Any]
) -> Iterator[tuple[Any, DeadLetter]]:
    def letter(number: int, reason: DeadLetterReason) -> DeadLetter:
        return dead_letter_of(source(sources[number]), reason, ERRORS[reason])

    for number in step.too_late:
        yield sources[number], letter(number, "too_late")
    for number in step.conflicting:
        yield sources[number], letter(number, "conflicting_event")
    for number in sorted(set(step.aside)):
        yield sources[number], letter(number, "quarantined_key")
    for number, event in step.replaced:
        # It was accepted before, from a place nobody knows any more: it stands in its own words.
        replaced = replace(letter(number, "conflicting_event"), offset=NO_OFFSET, value=sorted_form(event))
        yield sources[number], replaced
    for number in step.refused:
        # It names the place only: a dead letter must not keep what was to be forgotten.
        yield sources[number], replace(letter(number, "erased"), key=None, value=None)
