"""The kit itself: what is wrong with a detector fails the check that is there for it."""

from dataclasses import replace

import pytest
from msgspec import structs

from cloudtag import testing
from cloudtag.detection.example import day, ordered
from cloudtag.detectors.registry import all_detectors
from cloudtag.testing import (
    HEADINGS,
    DetectorTests,
    Withdrawal,
    check_example,
    check_headings,
    check_law,
    check_near_misses,
    check_withdrawal,
    impurities,
    judged_twice,
)

NOWHERE = all_detectors()["invalid_address"]
FIRING, TWICE = NOWHERE.examples[0], next(e for e in NOWHERE.examples if e.name == "near miss: twice")
PUT_RIGHT = ordered("paid", day(30), refund_id="r2", address_valid=True)
WRONG_AGAIN = ordered("paid", day(31), refund_id="r2", address_valid=False)


def fails(check, *told):
    with pytest.raises(AssertionError) as caught:
        check(*told)
    return str(caught.value)


def test_the_public_names_are_these():
    assert sorted(testing.__all__) == [
        "DetectorTests", "HEADINGS", "LAWS", "Withdrawal", "check_example", "check_headings", "check_law",
        "check_near_misses", "check_purity", "check_withdrawal", "impurities", "judged_twice", "latest",
        "shuffled_and_repeated", "split", "standing", "stopped_and_resumed",
    ]  # fmt: skip
    assert all(hasattr(testing, name) for name in testing.__all__)


def test_an_example_that_says_something_else_than_the_engine_fails():
    check_example(NOWHERE, FIRING)
    assert "0 expected, found" in fails(check_example, NOWHERE, structs.replace(FIRING, fires=()))
    assert "1 expected, found []" in fails(check_example, NOWHERE, structs.replace(TWICE, fires=FIRING.fires))
    for other in ({"severity": "high"}, {"facts": {"orders": "4/3"}}, {"order_ids": ["o1"]}):
        assert "not among" in fails(check_example, NOWHERE, structs.replace(FIRING, fires=(other,)))


def test_an_event_that_cannot_be_read_fails():
    unreadable = structs.replace(TWICE, events=({**TWICE.events[0], "status": 7},))
    assert "cannot be read" in fails(check_example, NOWHERE, unreadable)


def test_too_few_near_misses_fail():
    check_near_misses(replace(NOWHERE, examples=(FIRING, *[e for e in NOWHERE.examples if not e.fires][:2])))
    assert "1 near misses" in fails(check_near_misses, replace(NOWHERE, examples=(FIRING, TWICE)))
    assert "no example that fires" in fails(check_near_misses, replace(NOWHERE, examples=(TWICE, TWICE)))
    assert "two examples of one name" in fails(check_near_misses, replace(NOWHERE, examples=(FIRING, TWICE, TWICE)))


def test_a_fact_that_refutes_nothing_fails():
    right = Withdrawal(name="put right", example=FIRING.name, by=(PUT_RIGHT,), restored_by=(WRONG_AGAIN,))
    check_withdrawal(NOWHERE, right)
    assert "not withdrawn" in fails(check_withdrawal, NOWHERE, structs.replace(right, by=(WRONG_AGAIN,)))
    assert "does not come back" in fails(check_withdrawal, NOWHERE, structs.replace(right, restored_by=(PUT_RIGHT,)))
    assert "no alert to refute" in fails(check_withdrawal, NOWHERE, structs.replace(right, example=TWICE.name))
    with pytest.raises(LookupError, match="no example 'none'"):
        check_withdrawal(NOWHERE, structs.replace(right, example="none"))


def first_event_only(events, until_ms, random):
    return judged_twice(events[:1], until_ms, random)


def test_a_way_of_arriving_that_says_something_else_fails():
    check_law(judged_twice, FIRING)
    assert "'three orders to nowhere' first_event_only" in fails(check_law, first_event_only, FIRING)


def test_a_heading_left_out_or_out_of_order_fails():
    check_headings(NOWHERE)
    for heading in HEADINGS:
        assert heading in fails(check_headings, replace(NOWHERE, doc=NOWHERE.doc.replace(f"{heading}:", "Else:")))
    first, last = f"{HEADINGS[0]}:", f"{HEADINGS[-1]}:"
    swapped = NOWHERE.doc.replace(last, "\0").replace(first, last).replace("\0", first)
    assert "expected the headings" in fails(check_headings, replace(NOWHERE, doc=swapped))


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("import time", "m imports time"),
        ("from os import environ", "m imports os"),
        ("import urllib.request", "m imports urllib"),
        ("def detect():\n    import random", "m imports random"),
        ("from cloudtag.policy.load import shipped", "of cloudtag it may import"),
        ("from cloudtag import engine", "of cloudtag it may import"),
        ("import cloudtag.detectors.worn_return", "of cloudtag it may import"),
        ("from datetime import datetime\ndatetime.now()", "asks what time it is (datetime.now)"),
    ],
)
def test_what_is_no_fact_is_found(text, told):
    assert any(told in fault for fault in impurities(text, "m"))


def test_what_is_a_fact_is_left_alone():
    text = (
        "import msgspec\nfrom datetime import timedelta\nfrom cloudtag.detection import windows\n"
        "from cloudtag.contract.events import OrderChanged\nfrom . import sibling\n"
    )
    assert list(impurities(text, "shop.rules.m")) == []


def test_a_detector_that_is_not_installed_fails_and_does_not_pass_with_nothing_to_test():
    class Missing(DetectorTests):
        detector = "none_of_that_name"

    with pytest.raises(LookupError, match="does an entry point name it"):
        Missing.found()
    assert "nothing is known that clears" in fails(Missing().test_it_can_be_refuted)


class TestInvalidAddress(DetectorTests):
    """The class as authors use it, of a detector that comes along."""

    detector = "invalid_address"
    withdrawals = (Withdrawal(name="put right", example=FIRING.name, by=(PUT_RIGHT,), restored_by=(WRONG_AGAIN,)),)
