"""What the doctor says: a finding about a topic or about the whole installation, and what to do."""

from collections.abc import Iterable
from typing import Literal

from msgspec import Struct

from cloudtag.doctor.limits import MUCH

Grade = Literal["ok", "warn", "bad"]
"""`bad`: records are lost, or judged wrongly. `warn`: that may be so, or it costs something. `ok`: nothing to do."""
Check = Literal[
    "topics", "codec", "framing", "key", "partition", "clock", "platform", "event_id", "dead_letters", "feeds"
]
GRADES: tuple[Grade, ...] = ("bad", "warn", "ok")
"""Worst first."""
_LONGEST = 80


class Diagnosis(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One thing that was found. `figures` are what the text rests on, for machines."""

    check: Check
    severity: Grade
    topic: str | None = None
    text: str
    advice: str | None = None
    figures: dict[str, float | str] = {}


def worst(findings: Iterable[Diagnosis]) -> Grade:
    """The worst severity there is; of nothing, `ok`."""
    return min((finding.severity for finding in findings), key=GRADES.index, default="ok")


def graded(count: int, total: int) -> Grade:
    """How bad it is that `count` of `total` records are wrong, where each of them is lost or judged wrongly."""
    if not count:
        return "ok"
    return "bad" if count >= MUCH * total else "warn"


def share(count: int, total: int) -> str:
    """`12 of 340 records (3.5 %)`."""
    part = count / total if total else 0
    return f"{count:,} of {total:,} records ({part:.1%})".replace("%", " %")


def shown(text: str) -> str:
    """A text from outside, safe on any terminal: on one line, printable, not too long."""
    line = "".join(letter if letter.isprintable() else "\ufffd" for letter in " ".join(text.split()))
    return line if len(line) <= _LONGEST else f"{line[: _LONGEST - 1]}…"
