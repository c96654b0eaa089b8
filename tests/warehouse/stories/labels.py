"""One detector gets worse under a new policy, another better; alerts wait; shops change their minds."""

from typing import Any

from cloudtag.contract.events import AlertAnswered
from cloudtag.contract.records import LabelKind
from tests.warehouse.record_samples import at, confirmation, label
from tests.warehouse.samples import alert
from tests.warehouse.stories.story import Answer, Entry, Story

RIGHT: LabelKind = "true_positive"
WRONG: LabelKind = "false_positive"
WORN: dict[str, Any] = {"detector": "worn_return", "scenario": "worn_return"}
EXTORTION: dict[str, Any] = {"detector": "extortion", "scenario": "extortion", "answered_by_shop_id": "s3"}


def _labels() -> list[Entry]:
    newer: dict[str, Any] = {"policy_version": "p2"}
    told = [
        label("a1", "nina", RIGHT, 10),
        label("a2", "otto", RIGHT, 11),
        label("a3", "pia", WRONG, 29),
        label("a4", "nina", WRONG, 31, **newer),
        label("a5", "uma", RIGHT, 50, **newer),
        label("a6", "uma", RIGHT, 40, **newer),
        label("a6", "uma", WRONG, 60, 1, answered_by_shop_id="s2", **newer),
        label("a7", "rosa", RIGHT, 20, **WORN),
        label("a8", "rosa", WRONG, 21, **WORN),
        label("a9", "rosa", RIGHT, 55, answered_by_shop_id="s3", **WORN),
        label("a10", "rosa", RIGHT, 56, **WORN),
        label("a11", "otto", WRONG, 58, **EXTORTION),
        label("a14", "otto", RIGHT, 10, **EXTORTION),
        label("a12", "otto", WRONG, 57, answered_by_shop_id="s3"),
        label("a12", "otto", WRONG, 57, 1, answered_by_shop_id="s3", status="withdrawn"),
        label("a13", "vera", RIGHT, -0.5),
        label("a13", "vera", WRONG, -0.5, 1),
        label("a13", "vera", RIGHT, -0.5, 2),
    ]
    return [("labels", one) for one in told]


def _confirmations() -> list[Entry]:
    worn: dict[str, Any] = {"scenario": "worn_return"}
    told = [
        confirmation("c1", "nina", ("t1/o1",), 5),
        confirmation("c2", "uma", ("t2/o2",), 5, basis="platform_evidence"),
        confirmation("c3", "rosa", ("t3/o3",), 5, **worn),
        confirmation("c3", "rosa", ("t3/o3",), 5, 1, status="reversed", **worn),
        confirmation("c4", "otto", ("t4/o4",), 5),
    ]
    return [("tag-confirmations", one) for one in told]


def _alerts() -> list[Entry]:
    def open_since(number: int, day: float, route: str | None, **fields: Any) -> Entry:
        return "alerts", alert(number, decided_at=at(day), route=route, **fields)

    def answered(number: int, day: float, verdict: Any) -> Entry:
        event = AlertAnswered(
            event_id=f"v{number}-{verdict}", occurred_at=at(day), platform="jd", alert_id=f"a{number}",
            buyer_id="otto", shop_id="s1", account_id="acc-1", verdict=verdict,
        )  # fmt: skip
        return "verdicts", event

    return [
        open_since(101, 59.5, "complaint_centre"),
        open_since(102, 55, "cloud_tag"),
        open_since(103, 40, "cloud_tag", status="upgraded"),
        open_since(104, 59, None),
        open_since(105, 10, "cloud_tag"),
        answered(105, 60, "ignore"),
        open_since(106, 20, "complaint_centre"),
        open_since(106, 20, "complaint_centre", revision=1, status="withdrawn"),
        open_since(107, 30, "complaint_centre", status="resolved"),
        answered(107, 59, "normal"),
        open_since(108, 53, "review_management"),
        answered(108, 60, "unknown"),
    ]


ANSWERS = {
    "precision": Answer(
        [
            ("extortion", "p1", 1, 1, 0.5),
            ("short_return", "p1", 3, 1, 0.75),
            ("short_return", "p2", 1, 2, 0.333),
            ("worn_return", "p1", 3, 1, 0.75),
        ]
    ),
    "precision_fell": Answer([("short_return", 3, 3, 0.333, 0.667)], {"labels": "2"}),
    "disagreement": Answer(
        [
            ("worn_return", RIGHT, "reversed", "shops", 3, 1),
            ("short_return", WRONG, "confirmed", "platform_evidence", 1, 1),
            ("short_return", WRONG, "confirmed", "shops", 1, 1),
        ]
    ),
    "awaiting": Answer(
        [
            ("cloud_tag", 0, 1, 1, 480),
            ("complaint_centre", 1, 0, 0, 12),
            ("none", 0, 1, 0, 24),
            ("review_management", 0, 0, 1, 168),
        ]
    ),
    "changed_labels": Answer([("s1", 9, 1, 0), ("s2", 1, 1, 0), ("s3", 4, 0, 1)]),
}
LABEL_STORY = Story("Labels", [*_labels(), *_confirmations(), *_alerts()], ANSWERS)
