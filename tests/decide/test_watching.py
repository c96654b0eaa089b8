"""Which answers no longer hold: told once for each change, by whose it is, and never of what is not known."""

from typing import Any

import pytest
from msgspec.structs import replace

from cloudtag.contract.decision_records import DecisionChanged, DecisionGiven
from cloudtag.contract.records import ShopOrder
from cloudtag.decide.asking import DecisionRequest, asked_by
from tests.decide.service import Service, question
from tests.decisions.test_decide import alert

CRITICAL = alert("critical")
WITHDRAWN = replace(CRITICAL, revision=1, status="withdrawn")


def given(service: Service, *, is_own: bool = True, **changes: Any) -> DecisionGiven:
    asked = asked_by(DecisionRequest(**question(**changes)), "desk", service.decider.networks)
    answer = service.decider.decide(asked)
    service.watch.add(answer, is_own=is_own)
    return answer


def told(service: Service) -> list[DecisionChanged]:
    """What is to be told, and is told."""
    changes = service.watch.look(1000, lambda _: True)
    for change in changes:
        service.watch.tell(change)
    return changes


def apply(service: Service, record: Any) -> None:
    service.watch.touch(service.view.apply(record))


@pytest.fixture
def service() -> Service:
    """One in whose view a critical alert stands."""
    made = Service()
    made.view.apply(CRITICAL)
    return made


def test_a_change_is_told_once_and_so_is_the_next(service: Service) -> None:
    answer = given(service)
    assert told(service) == []
    apply(service, WITHDRAWN)
    (first,) = told(service)
    assert (first.was, first.answer, first.decision_id) == ("hold", "grant", answer.decision_id)
    service.watch.touch_all()
    assert told(service) == []
    apply(service, replace(CRITICAL, revision=2))
    (second,) = told(service)
    assert (second.was, second.answer, second.revision) == ("grant", "hold", 1)
    apply(service, replace(WITHDRAWN, revision=3))
    assert [change.answer for change in told(service)] == ["grant"]


def test_what_changes_nothing_is_not_told(service: Service) -> None:
    given(service)
    apply(service, replace(CRITICAL, revision=1, status="upgraded"))
    assert service.watch.due == 1
    assert told(service) == []


@pytest.mark.parametrize(
    ("changes", "is_touched"),
    [
        ({"buyer_id": "b2"}, True),
        ({"buyer_id": "b2", "order_id": "o2"}, False),
        ({"buyer_id": "b2", "order_id": "o2", "waybill_nos": ["W1"]}, True),
        ({"platform": "jd"}, False),
        ({"platform": "jd", "waybill_nos": ["W1"]}, True),
        ({"shop_id": "s2"}, True),
    ],
)
def test_what_is_looked_at_is_what_may_rest_on_it(changes: dict[str, Any], *, is_touched: bool) -> None:
    service = Service()
    given(service, **changes)
    apply(service, replace(CRITICAL, waybill_nos=("W1",), orders=(ShopOrder("s1", "o1"),)))
    assert (service.watch.due == 1) == is_touched


def test_what_was_told_elsewhere_is_not_told_again(service: Service) -> None:
    answer = given(service, is_own=False)
    apply(service, WITHDRAWN)
    other = Service()
    other.watch.add(answer, is_own=False)
    (change,) = other.watch.look(10, lambda _: True)
    service.watch.tell(change)
    assert told(service) == []
    # An earlier change that comes late says nothing more.
    apply(service, replace(CRITICAL, revision=2))
    (second,) = told(service)
    service.watch.tell(change)
    service.watch.touch_all()
    assert told(service) == []
    assert second.revision == change.revision + 1


def test_an_answer_of_another_instance_may_not_hold_from_the_start(service: Service) -> None:
    answer = given(service)
    fresh = Service()
    fresh.watch.add(answer, is_own=False)
    assert [change.answer for change in told(fresh)] == ["grant"]


def test_each_tells_of_its_own(service: Service) -> None:
    given(service)
    apply(service, WITHDRAWN)
    assert service.watch.look(10, lambda _: False) == []
    assert service.watch.due == 0
    service.watch.touch_all()
    assert len(told(service)) == 1


def test_what_cannot_be_told_is_due_again(service: Service) -> None:
    given(service)
    apply(service, WITHDRAWN)
    changes = service.watch.look(10, lambda _: True)
    assert service.watch.due == 0
    service.watch.put_back(changes)
    assert told(service) == changes


def test_nothing_is_told_of_what_is_not_known_up_to_now(service: Service) -> None:
    given(service)
    apply(service, WITHDRAWN)
    service.late_ms = 3_600_000
    assert told(service) == []
    service.late_ms = 0
    assert [change.answer for change in told(service)] == ["grant"]


def test_an_answer_given_in_the_dark_is_looked_at_when_there_is_light() -> None:
    service = Service(late_ms=3_600_000)
    assert given(service).given_by == "fail_closed"
    service.late_ms = 0
    (change,) = told(service)
    assert (change.was, change.answer) == ("review", "grant")


def test_only_so_many_are_looked_at_and_remembered() -> None:
    service = Service(remembered=2)
    service.view.apply(CRITICAL)
    for number in range(3):
        given(service, request_id=f"q{number}")
    apply(service, WITHDRAWN)
    assert service.watch.due == 2
    assert len(service.watch.look(1, lambda _: True)) == 1
    assert service.watch.due == 1
    for number in range(5, 10):
        given(service, request_id=f"q{number}")
        assert len(service.watch._told) <= 2
    assert sum(len(ids) for place, ids in service.watch._places.items() if place[0] == "buyer") == 2


def test_all_are_looked_at_some_at_a_time_and_what_has_changed_comes_first(service: Service) -> None:
    for number in range(5):
        given(service, request_id=f"q{number}")
    apply(service, WITHDRAWN)
    service.watch.touch_all()
    assert service.watch.due == 10
    first = service.watch.look(3, lambda _: True)
    service.watch.put_back(first)
    again = service.watch.look(100, lambda _: True)
    assert service.watch.due == 0
    assert [change.request_id for change in first] == ["q0", "q1", "q2"]
    assert sorted(change.request_id for change in again) == [f"q{number}" for number in range(5)]
