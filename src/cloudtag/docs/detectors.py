"""The page of detectors: each one's text, parameters and examples, as they stand in its file."""

from __future__ import annotations

import re

from cloudtag.detection.registry import Detector, all_detectors
from cloudtag.detection.rule import Example


def detectors_page() -> str:
    """The whole page, Markdown, one sentence per line where the source has it so."""
    detectors = all_detectors().values()
    rows = [
        f"| [`{d.name}`](#{d.name}) | {d.rule.title} | {d.rule.family} "
        f"| `{d.rule.scenario}` | {', '.join(d.rule.rules)} |"
        for d in detectors
    ]
    head = [
        "# Detectors",
        "",
        "Generated from `src/cloudtag/detectors` by `make docs`; edit the detector's file, not this page.",
        "",
        "| detector | finds | family | scenario (tag label) | rules |",
        "|---|---|---|---|---|",
        *rows,
    ]
    return "\n".join(head + [line for detector in detectors for line in _section(detector)]) + "\n"


def _section(detector: Detector) -> list[str]:
    text = re.sub(r"^([A-Z][A-Za-z ]+):", r"**\1:**", detector.doc.strip(), flags=re.MULTILINE)
    title, _, body = text.partition("\n")
    lines = ["", f"## {detector.name}", "", f"*{title.rstrip('.')}.*", *body.splitlines()]
    fields = detector.parameters.__struct_fields__
    if fields:
        lines += ["", "| parameter | default |", "|---|---|"]
        defaults = detector.parameters()
        lines += [f"| `{name}` | {getattr(defaults, name)} |" for name in fields]
    lines += ["", "Examples, each a test:", ""]
    return lines + [_example(example) for example in detector.examples]


def _example(example: Example) -> str:
    outcome = "fires" if example.fires else "stays quiet"
    return f"- {example.name} ({len(example.events)} events): **{outcome}**"
