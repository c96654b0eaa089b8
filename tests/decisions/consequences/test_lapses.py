"""The right to return without a reason lapses for a return that came back used, from the first one on (T5b)."""

from collections.abc import Iterable
from typing import Any

import msgspec
import pytest

from cloudtag.contract.records import Alert, Consequence
from cloudtag.contract.standing import standing
from cloudtag.detection.example import day, inspected, ordered, refunded
from cloudtag.replay.driver import replay

Raw = dict[str, Any]


def returned(
    n: int = 1, condition: Iterable[str] = ("worn",), reason: str = "no_reason", **fields: Any
) -> tuple[Raw, ...]:
    """One return that the shop has looked at."""
    ids = {"refund_id": f"r{n}", **fields}
    return (
        ordered("completed", day(n), **ids),
        refunded("opened", day(n + 2), type="return_refund", reason=reason, **ids),
        inspected(day(n + 6), {"dress": 2}, condition=list(condition), **ids),
    )


def found(*events: Raw) -> list[Any]:
    """What finally stands."""
    return list(standing(r for _, r in replay(map(msgspec.json.encode, events))).values())


def lapsed(*events: Raw) -> list[Consequence]:
    """The lapses that stand."""
    return [r for r in found(*events) if isinstance(r, Consequence) and r.kind == "no_reason_right_lapsed"]


def test_it_lapses_with_the_first_one_and_no_alert_is_needed() -> None:
    events = returned(condition=("worn", "washed"))
    (lapse,) = lapsed(*events)
    assert (lapse.subject_kind, lapse.subject_id, lapse.shop_id, lapse.status) == ("order", "o1", "s1", "active")
    assert lapse.details == {"conditions": "washed, worn", "refunds": "r1"}
    assert lapse.because == ("r1",)
    assert not [r for r in found(*events) if isinstance(r, Alert)]


def test_each_return_lapses_for_itself_and_names_the_habit() -> None:
    events = (*returned(1), *returned(20), *returned(40, condition=()))
    assert {lapse.subject_id for lapse in lapsed(*events)} == {"o1", "o20"}
    (habit,) = [r for r in found(*events) if isinstance(r, Alert) and r.detector == "worn_return"]
    assert all(habit.alert_id in lapse.because for lapse in lapsed(*events))


@pytest.mark.parametrize(
    "events",
    [
        returned(condition=()),
        returned(condition=("package_missing",)),
        returned(condition=("damaged_by_buyer",)),
        returned(reason="quality"),
        (*returned(), inspected(day(9), {"dress": 2})),
        (*returned(), refunded("modified", day(5), type="return_refund", reason="quality")),
        (*returned(), refunded("modified", day(5), type="exchange")),
    ],
    ids=["good", "no box", "damaged", "a reason", "corrected", "a reason in time", "an exchange"],
)
def test_it_does_not_lapse(events: tuple[Raw, ...]) -> None:
    assert lapsed(*events) == []


def test_a_reason_given_once_the_shop_has_looked_saves_nothing() -> None:
    assert len(lapsed(*returned(), refunded("modified", day(9), type="return_refund", reason="quality"))) == 1


def test_what_counts_as_used_is_the_platforms() -> None:
    events = [{**event, "platform": "tmall"} for event in returned(condition=("package_missing",))]
    (lapse,) = lapsed(*events)
    assert (lapse.platform, lapse.details["conditions"]) == ("tmall", "package_missing")


def test_a_corrected_inspection_reverses_it() -> None:
    events = (*returned(), inspected(day(9), {"dress": 2}))
    records = [r for _, r in replay(map(msgspec.json.encode, events)) if isinstance(r, Consequence)]
    assert [r.status for r in records] == ["active", "reversed"]
