"""The dead letters of facts that a task did not take in."""

from collections.abc import Callable, Sequence
from typing import Any

from msgspec.structs import replace

from cloudtag.contract.records import CONFLICTING, NO_OFFSET, DeadLetter
from cloudtag.contract.replay_form import sorted_form
from cloudtag.engine.task_result import TaskResult
from streams.kafka.dead_letters import DeadLetterReason, dead_letter_of

ERRORS: dict[DeadLetterReason, str] = {
    "too_late": "older than what is still held",
    "erased": "about a buyer who is forgotten",
    "conflicting_event": CONFLICTING,
    "quarantined_key": "what is stored about the same cannot be read",
}
"""What the dead letters say of each reason."""


def refused(step: TaskResult, sources: Sequence[Any], source: Callable[[Any], Any]) -> list[DeadLetter]:
    """`sources`: the Kafka records of all facts; `source`: gives each as its producer wrote it."""

    def letter(number: int, reason: DeadLetterReason) -> DeadLetter:
        return dead_letter_of(source(sources[number]), reason, ERRORS[reason])

    letters = [letter(number, "too_late") for number in step.too_late]
    letters += [letter(number, "conflicting_event") for number in step.conflicting]
    letters += [letter(number, "quarantined_key") for number in sorted(set(step.aside))]
    for number, event in step.replaced:
        # It was accepted before, from a place nobody knows any more: it stands in its own words.
        letters.append(replace(letter(number, "conflicting_event"), offset=NO_OFFSET, value=sorted_form(event)))
    # They name the place only: a dead letter must not keep what was to be forgotten.
    return letters + [replace(letter(number, "erased"), key=None, value=None) for number in step.refused]
