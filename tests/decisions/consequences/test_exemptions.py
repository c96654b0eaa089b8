"""Orders the shop need not ship are no "deal not sold" of its (B19, A15)."""

from typing import Any

import pytest
from msgspec.structs import replace

from cloudtag.contract import events as ev
from cloudtag.decisions.consequences.exemptions import exempt_deals
from cloudtag.policy.load import shipped
from tests.decisions.consequences.cases import alert, case, from_on, said_of, tag
from tests.decisions.consequences.scene import DAY, HOUR, T0, Told, answered, contacts, ordered

KIND = "deal_not_sold_exemption"
ABROAD = [
    ordered("placed", T0, region="HK", platform="taobao"),
    *contacts("o1", T0 + DAY, platform="taobao"),
]
NOWHERE = ordered("placed", T0, address_valid=False)
ENGRAVED = [ordered("placed", T0, custom_made=True), *contacts("o1", T0 + DAY, platform="jd")]


@pytest.mark.parametrize(
    ("events", "reason", "since"),
    [
        ([NOWHERE], "address_invalid", T0),
        (ABROAD, "region_outside_free_shipping", T0 + DAY),
        (ENGRAVED, "custom_made_and_silent", T0 + DAY),
    ],
)
def test_each_reason_opens_one(events: list[ev.Event], reason: str, since: int) -> None:
    told = Told(events)
    c = told.one(KIND)
    assert (c.subject_kind, c.subject_id, c.status, c.starts_at, c.ends_at) == ("order", "o1", "active", since, None)
    assert (c.details["exemption"], c.details["reasons"]) == ("deal_not_sold", reason)
    assert c.because == (told.alert("shipping_exemption").alert_id,)


@pytest.mark.parametrize(
    "later",
    [
        ordered("shipped", T0 + HOUR, waybill_no="W1"),
        ordered("paid", T0 + HOUR, address_valid=True),
        ordered("closed_unpaid", T0 + HOUR),
    ],
    ids=["shipped", "address corrected", "closed"],
)
def test_it_is_reversed_when_there_is_no_reason_any_more(later: ev.OrderChanged) -> None:
    told = Told([NOWHERE, later])
    assert told.course(KIND) == ["active", "reversed"]
    assert [c.revision for c in told.revisions(KIND)] == [0, 1]


def test_it_is_reversed_when_the_shop_calls_the_alert_wrong() -> None:
    verdict = answered(Told(ABROAD).alert("shipping_exemption"), "normal", T0 + 2 * DAY)
    assert Told([*ABROAD, verdict]).course(KIND) == ["active", "reversed"]


def test_a_shop_that_agrees_keeps_it() -> None:
    verdict = answered(Told(ABROAD).alert("shipping_exemption"), "abnormal", T0 + 2 * DAY)
    assert Told([*ABROAD, verdict]).course(KIND) == ["active"]


def test_an_ordinary_order_has_none() -> None:
    assert Told([ordered("placed", T0, region="CN", address_valid=True)]).records == []


REASON = "shipping_exemption"
FREED = alert(
    "a1", "low", T0 + HOUR, scenario=REASON, recommendation=KIND, facts={"reasons": "address_invalid"}
)  # fmt: skip


def freed(found: Any = FREED, **fields: Any) -> Any:
    (told,), timers = said_of(exempt_deals, case(alerts=[found], **fields))
    assert timers == []
    return told


def test_what_it_says_of_an_order_and_nothing_the_alert_does_not_say() -> None:
    record, since_ms = freed(replace(FREED, first_event_at=T0))
    assert (record.details, record.shop_id) == ({"exemption": "deal_not_sold", "reasons": "address_invalid"}, "s1")
    assert (record.starts_at, since_ms, record.because) == (T0 + HOUR, T0, ("a1",))
    told = {"reasons": "region", "region": "HK", "unanswered_contacts": "2", "courier": "sf"}
    assert freed(replace(FREED, facts=told))[0].details.keys() == {
        "exemption", "reasons", "region", "unanswered_contacts",
    }  # fmt: skip


def test_the_shop_of_an_old_alert_need_not_be_known() -> None:
    record, _ = freed(replace(FREED, orders=(), shop_id=None))
    assert (record.subject_id, record.shop_id) == ("o1", None)


@pytest.mark.parametrize(
    ("said", "is_named"),
    [
        (tag("o1", scenario=REASON, status="pending"), True),
        (tag("o1", scenario="deal_not_sold", status="pending"), True),
        (tag("o1", scenario=REASON, status="expired"), False),
        (tag("o1", status="pending"), False),
        (tag("o1", "s2", scenario=REASON, status="pending"), False),
        (tag("o2", scenario=REASON, status="pending"), False),
    ],
    ids=["as the alert", "as AliExpress calls it", "expired", "an accusation", "a namesake", "another order"],
)
def test_a_pending_tag_that_says_the_same_is_named_beside_the_alert(said: Any, is_named: Any) -> None:
    """J8: it decides nothing by itself."""
    assert freed(tags=[said])[0].because == (("a1", said.tag_id) if is_named else ("a1",))
    assert said_of(exempt_deals, case(tags=[said])) == ([], [])


@pytest.mark.parametrize(("at", "is_named"), [(T0 + DAY - 1, True), (T0 + DAY, False)])
def test_what_a_tag_says_is_read_as_when_it_was_put(at: Any, is_named: Any) -> None:
    rules = shipped().at("taobao", T0).tags
    policies = from_on(T0 + DAY, tags=replace(rules, exempting=()))
    said = replace(tag("o1", at=at, scenario=REASON, status="pending"), decided_at=T0 + 3 * DAY)
    assert (said.tag_id in freed(tags=[said], policies=policies)[0].because) is is_named
