"""One detector's part of the page."""

from __future__ import annotations

import re

from cloudtag.detectors.registry import Detector
from cloudtag.docs.parameters import parameter_lines
from cloudtag.explain.proof import proof_of, reason_of
from cloudtag.explain.timeline import moment, outcome, timeline_lines
from cloudtag.explain.words import tell

SCOPES = {
    "order": "one order with all that belongs to it",
    "parcel": "one returned parcel and the refunds that share it",
    "buyer": "all orders of a buyer, and the buyer's links",
    "alerted": "a buyer's orders, and the alerts that stand about them",
    "risk": "all alerts that stand about a buyer",
}
"""What a detector of each scope looks at."""
_HEADING = re.compile(r"^([A-Z][A-Za-z ]+):", re.MULTILINE)
_NEAR_MISS = "near miss: "


def section(detector: Detector) -> list[str]:
    """The lines of a detector's section."""
    rule = detector.rule
    body = detector.doc.strip().partition("\n")[2].strip()
    fires = [proof_of(detector, example) for example in detector.examples if example.fires]
    advice = f" · recommends `{rule.recommendation}`" if rule.recommendation else ""
    return [
        "",
        f"### {detector.name}",
        "",
        f"*{rule.title}.*",
        "",
        f"Tag label `{rule.scenario}` · looks at {SCOPES[rule.scope]} · rules {', '.join(rule.rules)}{advice}",
        "",
        *_HEADING.sub(r"**\1:**", body).splitlines(),
        "",
        *parameter_lines(detector),
        "",
        *(timeline_lines(fires[0]) if fires else []),
        "",
        *(
            ["It also fires on:", "", *(f"- {p.example.name} ({outcome(p.revisions)})" for p in fires[1:]), ""]
            if fires[1:]
            else []
        ),
        "It stays quiet on:",
        "",
        *_quiet(detector),
    ]


def _quiet(detector: Detector) -> list[str]:
    lines = []
    for example in detector.examples:
        if example.fires:
            continue
        name, reason = example.name.removeprefix(_NEAR_MISS), reason_of(detector, example)
        if reason is None:
            lines.append(f"- {name}")
            continue
        verb = "takes the alert back" if reason.is_withdrawn else "settles it"
        words = tell(reason.event).replace("_", "\\_")
        lines.append(f"- {name}: what {verb} is “{words}” ({moment(reason.event.occurred_at)})")
    return lines
