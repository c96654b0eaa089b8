"""The page of detectors: each one's text, parameters and examples, as they stand in its file and as they run."""

from __future__ import annotations

from itertools import chain

from cloudtag.detectors.registry import Detector, all_detectors
from cloudtag.docs.section import section

FAMILIES = {
    "refund": "Refunds: what comes back, and what is said of it",
    "order": "Orders: placed for something other than the goods",
    "complaint": "Complaints: held over a shop",
    "review": "Reviews: written for someone else",
    "buyer": "Buyers: seen as a whole",
}
"""The families in the order of the page."""

INTRODUCTION = """\
# Detectors

Generated from `src/cloudtag/detectors` by `make docs`; edit the detector's file, not this page.

A detector asks one question about one buyer's facts and answers with an alert that names its values, the events it
rests on and the fact that would clear it. Amended, late and repeated events change nothing but the facts: when a later
fact refutes an alert, it is withdrawn; when that fact is itself corrected, it opens again.

- **Severity.** *Low* is a watch, or a protection that accuses nobody. *Medium* wants a look, *high* wants an answer,
  *critical* leaves no honest reading.
- **Route.** With vouchers an alert goes to the complaint centre, without any to the cloud tag; unreasonable reviews go
  to the management of reviews.
- **Parameters** stand in the policy packs (`cloudtag policy show PLATFORM`), versions by date; an event is judged by
  the version in force when it happened.
- **Examples** are tests, and what they say here was said by the engine when this page was made. All times are UTC.
- An alert in hand? `cloudtag explain ALERT_ID` shows its own timeline.
"""


def detectors_page() -> str:
    """The whole page, Markdown, one sentence per line where the source has it so."""
    families = {name: _of_family(name) for name in FAMILIES}
    overview = chain.from_iterable(_overview(name, found) for name, found in families.items() if found)
    parts = chain.from_iterable(_part(name, found) for name, found in families.items() if found)
    return "\n".join([INTRODUCTION, *overview, *parts]).rstrip() + "\n"


def _of_family(family: str) -> list[Detector]:
    return [detector for detector in all_detectors().values() if detector.rule.family == family]


def _overview(family: str, detectors: list[Detector]) -> list[str]:
    rows = [
        f"| [`{d.name}`](#{d.name}) | {d.rule.title} | `{d.rule.scenario}` | {', '.join(d.rule.rules)} |"
        for d in detectors
    ]
    return [f"**{FAMILIES[family]}**", "", "| detector | finds | tag label | rules |", "|---|---|---|---|", *rows, ""]


def _part(family: str, detectors: list[Detector]) -> list[str]:
    return [f"## {FAMILIES[family]}", *chain.from_iterable(section(detector) for detector in detectors), ""]
