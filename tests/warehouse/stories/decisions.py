"""A shop follows its answers or does not; one alert was false; one answer did not hold for long."""

from typing import Any

from cloudtag.contract.decision_records import DecisionChanged, DecisionGiven, DecisionGround, DecisionOutcome
from tests.warehouse.record_samples import at, label
from tests.warehouse.stories.story import Answer, Entry, Story


def given(name: str, answer: Any, day: float, *alerts: str, **fields: Any) -> Entry:
    values: dict[str, Any] = {
        "decision_id": name, "request_id": name, "asked_by": "desk", "about": "refund", "answer": answer,
        "given_by": "view", "platform": "jd", "buyer_id": f"buyer of {name}", "shop_id": "s1", "order_id": "o1",
        "because": tuple(DecisionGround("alerts", alert, 0) for alert in alerts), "asked_at": at(day), "as_of": at(day),
        "valid_until": at(day), "policy_version": "p1",
    }  # fmt: skip
    return "decisions", DecisionGiven(**{**values, **fields})


def change(name: str, was: Any, answer: Any, day: float, revision: int = 0) -> Entry:
    record = DecisionChanged(
        change_id=f"{name}-{revision}", decision_id=name, revision=revision, request_id=name, asked_by="desk",
        about="refund", was=was, answer=answer, platform="jd", buyer_id=f"buyer of {name}", shop_id="s1", order_id="o1",
        changed_at=at(day), as_of=at(day), valid_until=at(day), policy_version="p1",
    )  # fmt: skip
    return "decision-changes", record


def outcome(name: str, day: float, answer: Any = "hold", **said: Any) -> Entry:
    record = DecisionOutcome(
        event_id=f"{name}-{day}", occurred_at=at(day), decision_id=name, about="refund", answer=answer, platform="jd",
        buyer_id=f"buyer of {name}", shop_id="s1", told_by="desk", **said,
    )  # fmt: skip
    return "decision-outcomes", record


ENTRIES = [
    given("d0", "hold", 1),
    given("d1", "hold", 40, "a1"),
    given("d2", "hold", 41, "a2", "a1", is_judged=True),
    given("d3", "grant", 42),
    given("d4", "review", 42, "a2", given_by="fail_closed"),
    ("labels", label("a1", "b1", "false_positive", 43)),
    ("labels", label("a2", "b2", "true_positive", 43)),
    change("d1", "hold", "grant", 41),
    change("d1", "grant", "hold", 42, 1),
    change("d4", "review", "grant", 42.5),
    # What it was is told later than that it was not followed; of each the latest word counts.
    outcome("d1", 43, followed="not_followed"),
    outcome("d1", 44, right="right"),
    outcome("d1", 45, right="wrong"),
    outcome("d2", 43, followed="followed", right="right"),
    outcome("d3", 43, "grant", followed="followed"),
]
DECISION_STORY = Story(
    "Decisions",
    ENTRIES,
    {
        "decisions_given": Answer(
            [
                ("refund", "hold", "view", 2, 1, 0, 1, 1, 1, 1),
                ("refund", "grant", "view", 1, 0, 0, 1, 0, 0, 0),
                ("refund", "review", "fail_closed", 1, 0, 1, 0, 0, 0, 0),
            ]
        ),
        "decisions_not_followed": Answer([("jd", "s1", "hold", 1, 0, 1)]),
        "decisions_on_false_alerts": Answer([("short_return", "hold", 2, 2)]),
        "decisions_changed": Answer([("hold", "grant", 1, 24.0), ("review", "grant", 1, 12.0)]),
    },
)
