"""Orders the shop need not ship are no "deal not sold" of its (B19, A15)."""

import pytest

from cloudtag.contract import events as ev
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
