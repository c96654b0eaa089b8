"""The right to return without a reason lapses for a return that came back used, from the first one on (T5b)."""

from collections.abc import Iterable
from typing import Any

import msgspec
import pytest
from msgspec.structs import replace

from cloudtag.contract.events import ReturnInspected
from cloudtag.contract.records import Alert, Consequence
from cloudtag.contract.standing import standing
from cloudtag.decisions.consequences.lapses import lapse_rights
from cloudtag.detection.example import day, inspected, ordered, refunded
from cloudtag.detection.order_view import OrderView
from cloudtag.policy.load import shipped
from cloudtag.replay.driver import replay
from tests.decisions.consequences import scene
from tests.decisions.consequences.cases import DAY, T0, alert, case, from_on, said_of

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


def looked(at: int, *condition: Any, refund: str = "r1") -> list[Any]:
    """A return without a reason of order `o1`, opened a day before the shop looked at it."""
    fields = {"type": "return_refund", "reason": "no_reason", "platform": "taobao", "refund": refund}
    found = ReturnInspected(f"i-{refund}-{at}", at, "taobao", refund, "o1", "b1", "s1", condition=condition)
    return [scene.refunded("opened", at - DAY, **fields), found]


def of_case(*facts: Any, **fields: Any) -> list[tuple[Consequence, int]]:
    bought = scene.ordered("completed", T0 - 9 * DAY, platform="taobao")
    told: list[tuple[Consequence, int]]
    told, timers = said_of(lapse_rights, case(orders=[OrderView("o1", [bought, *facts])], **fields))
    assert timers == []
    return told


def test_two_used_returns_of_an_order_are_one_lapse_since_the_first() -> None:
    ((lapse, since_ms),) = of_case(*looked(T0 + DAY, "washed", refund="r2"), *looked(T0, "worn", "package_missing"))
    assert (lapse.starts_at, since_ms, lapse.because) == (T0, T0 - 9 * DAY, ("r1", "r2"))
    assert lapse.details == {"conditions": "washed, worn", "refunds": "r1, r2"}, "a box is no condition on Taobao"
    assert (lapse.platform, lapse.shop_id) == ("taobao", "s1")


def test_only_the_habits_own_alert_about_that_order_is_named() -> None:
    named = [("a1", "worn_return", "s1"), ("a2", "short_return", "s1"), ("a3", "worn_return", "s2")]
    alerts = [alert(name, scenario=detector, orders=((shop, "o1"),)) for name, detector, shop in named]
    ((lapse, _),) = of_case(*looked(T0, "worn"), alerts=alerts)
    assert lapse.because == ("a1", "r1")


def test_what_counts_as_used_is_what_counted_when_the_shop_first_looked() -> None:
    """Worn counts no more from the second return on."""
    worn = shipped().at("taobao", T0).detectors["worn_return"]
    rules = {**shipped().at("taobao", T0).detectors, "worn_return": replace(worn, conditions=("washed",))}
    both = [*looked(T0, "worn"), *looked(T0 + DAY, "worn", refund="r2")]
    ((lapse, _),) = of_case(*both, policies=from_on(T0 + DAY, detectors=rules))
    assert lapse.policy_version == shipped().at("taobao", T0).version
    assert lapse.details["refunds"] == "r1, r2"
    assert of_case(*both, policies=from_on(T0, detectors=rules)) == []


def test_where_the_detector_is_switched_off_nothing_lapses() -> None:
    rules = {name: held for name, held in shipped().at("taobao", T0).detectors.items() if name != "worn_return"}
    assert of_case(*looked(T0, "worn"), policies=from_on(T0, detectors=rules)) == []
