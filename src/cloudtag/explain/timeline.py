"""An example as a timeline that people read: when, what happened, and what was said then."""

from __future__ import annotations

from datetime import UTC, datetime

from cloudtag.explain.conditions import conditions
from cloudtag.explain.proof import DetectorProof
from cloudtag.explain.recompute import Recomputed
from cloudtag.explain.words import plain, tell

MOST_ROWS = 16
"""Of longer examples the middle is left out."""
_ENDS = 7


def timeline_lines(proof: DetectorProof) -> list[str]:
    """A Markdown table of the events and the alert's revisions, and what the alert says."""
    is_named = len({e.buyer_id for e in proof.events if hasattr(e, "buyer_id")}) > 1
    rows = [(e.occurred_at, 0, tell(e, is_buyer_named=is_named)) for e in proof.events]
    if len(rows) > MOST_ROWS:
        rest = len(rows) - 2 * _ENDS
        rows = [*rows[:_ENDS], (rows[_ENDS][0], 0, f"… and {rest} more events"), *rows[-_ENDS:]]
    rows += [(told.at_ms, 1, f"**alert {told.alert.status}, {told.alert.severity}**") for told in proof.revisions]
    rows.sort(key=lambda row: row[:2])
    alert = proof.revisions[-1].alert
    facts = "; ".join(f"{plain(c.name)} {c}" for c in conditions(alert))
    return [
        f"**Example:** {proof.example.name}.",
        "",
        "| when | what happens |",
        "|---|---|",
        *(f"| {moment(at_ms)} | {_cell(words)} |" for at_ms, _, words in rows),
        "",
        f"> {_cell(alert.explanation)}\\",
        f"> {_cell(alert.explanation_zh)}\\",
        f"> *{_cell(facts)}*",
    ]


def outcome(revisions: list[Recomputed]) -> str:
    """How an example that fires ends."""
    last = revisions[-1].alert
    steps = [told.alert.severity for told in revisions]
    return f"{' → '.join(dict.fromkeys(steps))}" if last.status != "resolved" else f"{last.severity}, resolved"


def moment(at_ms: int) -> str:
    """An event time as `Mon 2 Mar 14:00`, UTC."""
    at = datetime.fromtimestamp(at_ms / 1000, UTC)
    return f"{DAYS[at.weekday()]} {at.day} {MONTHS[at.month - 1]} {at:%H:%M}"


DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("_", "\\_")
