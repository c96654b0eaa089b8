"""By whose rules worn_return calls a return used: those in force on the order's platform when the shop first looked."""

from collections.abc import Callable, Mapping
from typing import Any

from cloudtag.detection.buyer_case import BuyerCase
from cloudtag.detection.example import day, in_ms, inspected, ordered, refunded
from cloudtag.detection.order_view import OrderView
from cloudtag.detectors import worn_return
from tests.detectors.judged import Raw, events_of

STRICT = {"worn_return": worn_return.Parameters(conditions=("package_missing",))}
InForce = Callable[[str, int], Mapping[str, Any] | None]


def looked_at_twice(n: int) -> tuple[Raw, ...]:
    """A return that came without its box, of which the shop says so on days 6 and 9."""
    who = {"refund_id": f"r{n}"}
    looks = (inspected(day(at), {"dress": 2}, condition=["package_missing"], **who) for at in (6, 9))
    asked = refunded("opened", day(2), type="return_refund", reason="no_reason", **who)
    return ordered("completed", day(0), **who), asked, *looks


def found(given: worn_return.Parameters, in_force: InForce) -> int:
    orders = [OrderView(f"o{n}", events_of(looked_at_twice(n)), "s1") for n in (1, 2)]
    case = BuyerCase("b1", orders, [], [], lambda _: None, in_ms(day(10)), in_force=in_force)
    return len(list(worn_return.detect(case, given)))


def test_the_rules_of_the_first_look_stand() -> None:
    given, moved = worn_return.Parameters(), in_ms(day(7))
    assert found(given, lambda _, at_ms: STRICT if at_ms < moved else {"worn_return": given}) == 1
    assert found(given, lambda _, at_ms: STRICT if at_ms > moved else {"worn_return": given}) == 0


def test_a_platform_without_the_rule_calls_nothing_used() -> None:
    given = worn_return.Parameters()
    assert found(given, lambda platform, _: STRICT if platform == "taobao" else {}) == 1
    assert found(given, lambda platform, _: {} if platform == "taobao" else STRICT) == 0


def test_where_no_policy_is_told_the_parameters_given_stand() -> None:
    assert found(worn_return.Parameters(), lambda *_: None) == 0
    assert found(STRICT["worn_return"], lambda *_: None) == 1
