"""What all consequences share: the orders an alert names, ids, an end of its own, and the newest of its causes."""

from typing import Any

import pytest
from msgspec.structs import replace

from cloudtag.decisions.consequences.case import (
    ConsequenceTimer,
    Follows,
    complaints_among,
    consequence,
    consequence_id,
    lasting,
    orders_named,
    put_at,
    reached_at,
)
from cloudtag.decisions.consequences.moments import moments_of, newest_cause
from cloudtag.policy.load import shipped
from tests.decisions.consequences.cases import DAY, T0, alert, case, limit, of_shops, tag, verdict
from tests.decisions.consequences.scene import complained, ordered

ORDER: Any = ("order", "o1")


def made(*because: Any, **fields: Any) -> Any:
    policy = shipped().at("taobao", T0)
    return consequence("b1", "order_hold", ORDER, policy, because, T0, {}, platform="taobao", **fields)


@pytest.mark.parametrize(
    ("fields", "named"),
    [
        ({"order_ids": ("o1", "o2")}, (("s1", "o1"),)),
        ({"orders": (), "order_ids": ("o1", "o2")}, (("s1", "o1"), ("s1", "o2"))),
        ({"orders": (), "shop_id": None}, (("", "o1"),)),
    ],
    ids=["each with its shop", "of the alert's shop", "of a shop nobody knows"],
)
def test_the_orders_an_alert_names(fields: Any, named: Any) -> None:
    assert orders_named(replace(alert(), **fields)) == named


def test_an_id_tells_buyer_kind_subject_shop_and_anchor_apart() -> None:
    about: Any = ("b1", "order_hold", ORDER, "s1", "a")
    others: Any = [
        ("b2",),
        ("b1", "order_warning"),
        *(("b1", "order_hold", one) for one in (("shop", "o1"), ("order", "o2"))),
    ]
    others += [("b1", "order_hold", ORDER, "s2"), ("b1", "order_hold", ORDER, None), (*about[:4], "b")]
    ids = {consequence_id(*one, *about[len(one) :]) for one in [about, *others]}
    assert len(ids) == 1 + len(others)
    assert consequence_id("b1", "order_hold", ORDER, None, "") == made().consequence_id


def test_of_a_shop_nobody_knows_it_names_none() -> None:
    assert (made(shop_id="s1").shop_id, made(shop_id="").shop_id, made().shop_id) == ("s1", None, None)
    assert made(shop_id="").consequence_id == made().consequence_id


@pytest.mark.parametrize(
    ("ends_at", "statuses", "timers"),
    [(None, ["active"], []), (T0 + 1, ["active"], [T0 + 1]), (T0, ["ended"], []), (T0 - 1, ["ended"], [])],
)
def test_it_is_active_until_its_end_and_looked_at_again_then(ends_at: Any, statuses: Any, timers: Any) -> None:
    told = list(lasting(Follows(made(ends_at=ends_at), T0 - DAY), T0))
    assert [one.at_ms for one in told if isinstance(one, ConsequenceTimer)] == timers
    left = [one for one in told if isinstance(one, Follows)]
    assert [(one.record.status, one.record.ends_at, one.since_ms) for one in left] == [
        (status, ends_at, T0 - DAY) for status in statuses
    ]


def test_a_tag_that_does_not_say_when_it_was_put_was_put_when_it_was_decided() -> None:
    assert put_at(tag("o1", at=T0)) == T0
    assert put_at(replace(tag("o1", at=T0), decided_at=T0 + DAY)) == T0
    assert put_at(replace(tag("o1", at=T0), put_at=None)) == T0


def test_an_alert_has_been_grave_since_it_was_decided_or_rose() -> None:
    assert reached_at(alert(severity="critical"), ("high",)) == T0
    risen = alert(severity="critical", facts={"critical_since": "2026-03-03T00:00:00Z"})
    assert [reached_at(risen, (severity,)) for severity in ("high", "critical")] == [T0, T0 + DAY]


def test_complaints_of_two_shops_under_one_id_are_two() -> None:
    said = [complained("opened", T0, shop="s2"), complained("upheld", T0 + 1), complained("opened", T0)]
    found = complaints_among([ordered(), *said])
    assert [[(e.shop_id, e.status) for e in one.events] for one in found] == [
        [("s1", "opened"), ("s1", "upheld")],
        [("s2", "opened")],
    ]


@pytest.mark.parametrize(("at", "newest"), [(T0 + DAY, T0 + DAY), (T0 - DAY, T0)])
def test_what_rests_on_an_alert_is_as_new_as_the_last_word_of_it(at: Any, newest: Any) -> None:
    moments = moments_of(case(alerts=[alert()], verdicts=[verdict("a1", at=at)]))
    assert newest_cause(made("a1"), moments) == newest


def test_each_cause_has_a_moment_and_the_newest_counts() -> None:
    one, tags = of_shops("k1", T0 + 1)
    complaint = [complained("opened", T0 + 2), complained("rejected", T0 + 3)]
    barred = limit("set", T0 + 4)
    moments = moments_of(case((one, tags), complaints=complaints_among(complaint), limits=[barred]))
    expected = {"k1": T0 + 1, "c1": T0 + 3, barred.event_id: T0 + 4} | {each.tag_id: T0 + 1 for each in tags}
    assert moments == expected
    assert newest_cause(made(barred.event_id, tags[0].tag_id), moments) == T0 + 4
    assert newest_cause(made(tags[0].tag_id, "let go"), moments) == T0 + 1, "what is not known is as old as it is"
    assert newest_cause(made(), moments) == T0
