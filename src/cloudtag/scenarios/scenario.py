"""What a story is: events with their moments, and what must stand in the end."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

from cloudtag.contract.streams import STREAM_OF

SOURCES = {
    "S0": "Taobao and Tmall: cloud tags and their refund scenarios",
    "S1": "Taobao: a guide to malicious buyers",
    "S2": "JD: cloud tags",
    "S3": "AliExpress: the report centre and the prevention of malicious orders",
    "S4": "Taobao: the penalty ladder for false transactions",
}
"""The documents whose examples the stories are."""
LETTERS = {"T": "S0", "B": "S1", "J": "S2", "A": "S3", "P": "S4", "S": "S4", "F": "F"}
"""A rule's letter says which source it comes from; `F` comes from the field, not from a document. The table of the
penalty ladder has no number: its rule is `S4`."""
ALWAYS_WHOLE = ("alerts", "tag-statuses", "tag-confirmations")
"""Of these streams a story says all that was published; of others only when it names one of their records."""


class ScenarioError(ValueError):
    """A story that cannot be run: which one, and what is wrong with it."""


class Planned(NamedTuple):
    """An event of a story.

    `arrives_ms`: when the engine learns of it, which is later than its event time where a feed is late.
    `told`: the number of the table that says it, so that repetitions are known as such. `answers`: the detector whose
    alert a verdict is about; the alert's id is filled in when the story is played.
    """

    event: Any
    arrives_ms: int
    says: str
    told: int
    answers: str | None = None

    @property
    def stream(self) -> str:
        """The stream the event is on."""
        return STREAM_OF[type(self.event)]


@dataclass(frozen=True, slots=True)
class Expectation:
    """So many records of a stream (`count`) that say `fields`, at the end or just after `after_ms`."""

    stream: str
    fields: dict[str, Any]
    count: int
    after_ms: int | None

    def __str__(self) -> str:
        """As a line of a test's failure."""
        fields = ", ".join(f"{name} = {value!r}" for name, value in self.fields.items())
        return f"{self.count} of {self.stream} with {fields or 'anything at all'}"


@dataclass(frozen=True, slots=True)
class Scenario:
    """One story. `until_ms`: event time goes on to there after the last event. `is_quiet`: nothing is published."""

    name: str
    title: str
    rules: tuple[str, ...]
    source: str
    told: str
    begins_ms: int
    until_ms: int | None
    is_quiet: bool
    events: tuple[Planned, ...]
    expectations: tuple[Expectation, ...]
