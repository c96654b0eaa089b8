"""The doctor's findings for people, the worst first, and for machines."""

from collections.abc import Iterable, Sequence

import msgspec
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from cloudtag.doctor.diagnosis import GRADES, Diagnosis, worst
from cloudtag.doctor.sample import Sample
from cloudtag.native.choice import told as way

COLOURS = {"bad": "bold red", "warn": "yellow", "ok": "green"}
ADVICE = "[bold]→[/]"
_MOST_NAMED = 4
"""So many topics are named that share a finding; of more, their number."""


def report(console: Console, sample: Sample, findings: Sequence[Diagnosis]) -> None:
    """Print findings as a table, the worst first; what several topics share is named once."""
    table = Table(show_lines=True)
    for name in ("", "check", "topic", "finding, and what to do"):
        table.add_column(name, overflow="fold", no_wrap=name in ("", "check"))
    for severity in GRADES:
        for finding, topics in _together(finding for finding in findings if finding.severity == severity):
            told = escape(finding.text) + (f"\n{ADVICE} {escape(finding.advice)}" if finding.advice else "")
            colour = COLOURS[severity]
            table.add_row(f"[{colour}]{severity}[/]", finding.check.replace("_", " "), escape(_named(topics)), told)
    console.print(table)
    counts = " · ".join(f"{sum(f.severity == severity for f in findings)} {severity}" for severity in GRADES)
    records = sum(len(topic.records) for topic in sample.found.values())
    console.print(f"{records:,} records of {len(sample.found)} topics looked at: {counts}")
    console.print(f"Records are read and written here: {way()}")


def as_json(sample: Sample, findings: Sequence[Diagnosis]) -> str:
    """One JSON object: the worst severity, which code reads and writes records here, how many records were looked at by
    topic, and every finding."""
    told = {
        "worst": worst(findings),
        "code": way(),
        "sampled": {name: len(topic.records) for name, topic in sample.found.items() if topic.records},
        "findings": [
            {name: getattr(finding, name) for name in finding.__struct_fields__}
            for finding in sorted(findings, key=lambda finding: GRADES.index(finding.severity))
        ],
    }
    return msgspec.json.encode(told).decode()


def _together(findings: Iterable[Diagnosis]) -> list[tuple[Diagnosis, list[str]]]:
    """Findings that differ only in their topic, once, with these topics."""
    groups: dict[tuple[str, str, str | None], tuple[Diagnosis, list[str]]] = {}
    for finding in findings:
        # An advice that names the topic is as good for every other one.
        advice = (finding.advice or "").replace(finding.topic or "\0", "")
        _, topics = groups.setdefault((finding.check, finding.text, advice), (finding, []))
        if finding.topic is not None:
            topics.append(finding.topic)
    return list(groups.values())


def _named(topics: Sequence[str]) -> str:
    if len(topics) <= _MOST_NAMED:
        return ", ".join(topics)
    return f"{topics[0]} and {len(topics) - 1} more"
