"""Freight insurance on tagged orders: hold, pay, refuse, follow the complaint (J9, J10, J12, A17, A20)."""

from typing import Any

import pytest
from msgspec.structs import replace

from cloudtag.policy.load import shipped
from cloudtag.policy.model import Policies
from cloudtag.replay.topology import Topology
from tests.decisions.consequences.scene import (
    DAY,
    HOUR,
    T0,
    Told,
    abused,
    agreed,
    complained,
    exams,
    insured,
    known,
    ordered,
    refunded,
    tag,
)

KIND = "insurance_decision"
SCENARIO = "freight_insurance"
CONFIRMED = [*exams(), *agreed(scenario=SCENARIO)]
CLAIMED = [insured("bound", T0 - DAY), insured("claimed", T0 + HOUR)]
PENDING = [*exams(), tag("s1", "o1", T0, SCENARIO)]


def about(told: Any, order: Any = "o1") -> Any:
    found = [c for c in told.consequences(KIND) if c.subject_id == order]
    return found[0] if found else None


def refusal(status: Any, at: Any, **fields: Any) -> Any:
    return complained(status, at, by="buyer", kind="insurance_refused", complaint="k1", **fields)


def decisions(told: Any, order: Any = "o1") -> Any:
    """What was decided, revision by revision."""
    records = [r for r in told.records if getattr(r, "kind", "") == KIND and r.subject_id == order]
    return [r.details["decision"] if r.status == "active" else r.status for r in records]


def test_a_confirmed_tag_refuses_the_claim() -> None:
    c = about(Told([*CONFIRMED, *CLAIMED]))
    assert (c.subject_kind, c.status, c.ends_at) == ("order", "active", None)
    assert c.details == {"decision": "refuse", "claim_id": "n1"}
    assert (c.because, c.starts_at) == (("t-s1-o1/o1",), T0 + 2)


def test_an_order_without_a_claim_yet_is_refused_beforehand() -> None:
    c = about(Told(CONFIRMED), "o3")
    assert c.details == {"decision": "refuse"}


@pytest.mark.parametrize("scenario", ["worn_return", "short_return"])
def test_a_tag_of_another_scenario_decides_no_claim(scenario: Any) -> None:
    told = Told([*exams(), *agreed(scenario=scenario), *CLAIMED])
    assert set(told.tags().values()) == {"confirmed"}
    assert told.consequences(KIND) == []


def test_while_the_buyers_complaint_is_open_it_is_followed() -> None:
    c = about(Told([*CONFIRMED, *CLAIMED, refusal("opened", T0 + DAY)]))
    assert c.details["decision"] == "follow_complaint"
    assert (c.because, c.starts_at) == (("k1", "t-s1-o1/o1"), T0 + DAY)


def test_an_upheld_complaint_reverses_the_refusal() -> None:
    told = Told([*CONFIRMED, *CLAIMED, refusal("opened", T0 + DAY), refusal("upheld", T0 + 2 * DAY)])
    assert about(told) is None
    assert decisions(told)[-2:] == ["follow_complaint", "reversed"]


def test_the_decision_need_not_name_the_order() -> None:
    told = Told([*CONFIRMED, *CLAIMED, refusal("opened", T0 + DAY), refusal("upheld", T0 + 2 * DAY, order=None)])
    assert about(told) is None


@pytest.mark.parametrize("status", ["rejected", "withdrawn"])
def test_a_complaint_that_comes_to_nothing_lets_the_refusal_stand(status: Any) -> None:
    told = Told([*CONFIRMED, *CLAIMED, refusal("opened", T0 + DAY), refusal(status, T0 + 2 * DAY)])
    c = about(told)
    assert (c.details["decision"], c.because, c.starts_at) == ("refuse", ("t-s1-o1/o1",), T0 + 2)
    assert decisions(told)[-3:] == ["refuse", "follow_complaint", "refuse"]


@pytest.mark.parametrize(
    "complaint",
    [
        complained("upheld", T0 + DAY, by="shop", kind="insurance_refused"),
        complained("upheld", T0 + DAY, by="buyer", kind="invoice"),
        complained("upheld", T0 + DAY, by="buyer", kind="insurance_refused", order="o2", shop="s2"),
        complained("upheld", T0 + DAY, by="buyer", kind="insurance_refused", order=None),
    ],
    ids=["by a shop", "about something else", "about another order", "about no order"],
)
def test_no_other_complaint_reverses_it(complaint: Any) -> None:
    assert about(Told([*CONFIRMED, *CLAIMED, complaint])).details["decision"] == "refuse"


def test_a_claim_under_a_pending_tag_is_held_for_48_hours_then_paid() -> None:
    due = T0 + 48 * HOUR
    held = about(Told([*PENDING, *CLAIMED], due - 1))
    assert (held.details, held.starts_at, held.ends_at) == ({"decision": "hold", "claim_id": "n1"}, T0 + HOUR, due)
    told = Told([*PENDING, *CLAIMED], due)
    paid = about(told)
    assert (paid.details["decision"], paid.starts_at, paid.ends_at) == ("pay", due, None)
    assert paid.because == ("t-s1-o1/o1",)
    assert decisions(told) == ["hold", "pay"]


def test_a_claim_made_before_the_tag_is_held_from_the_tag_on() -> None:
    c = about(Told([*PENDING, insured("claimed", T0 - HOUR)]))
    assert (c.details["decision"], c.starts_at) == ("hold", T0)


def test_a_claim_made_when_the_tag_is_overdue_is_paid_at_once() -> None:
    at = T0 + 48 * HOUR
    told = Told([*PENDING, insured("claimed", at)])
    assert decisions(told) == ["pay"]
    assert about(told).starts_at == at


@pytest.mark.parametrize("late", [0, 1, DAY])
def test_a_claim_that_comes_too_late_is_never_held_though_time_has_not_come_so_far(late: Any) -> None:
    """Events may run ahead of the watermark: the tag is still on its way when the claim is judged."""
    topology = Topology(shipped(), lateness_ms=9 * DAY)
    outputs: Any = topology.feed(known([*PENDING, insured("claimed", T0 + 48 * HOUR + late)]))
    (c,) = (o.record for o in outputs if getattr(o.record, "kind", "") == KIND)
    assert c.details["decision"] == "pay"


def test_what_was_paid_before_the_tag_is_not_held() -> None:
    assert Told([*PENDING, insured("claimed", T0 - DAY), insured("paid", T0 - HOUR)]).consequences(KIND) == []


def test_a_pending_tag_without_a_claim_decides_nothing() -> None:
    assert Told([*PENDING, insured("bound", T0)], T0 + 9 * DAY).consequences(KIND) == []


def test_a_confirmation_after_payment_refuses_all_the_same() -> None:
    more = agreed(T0 + 5 * DAY, scenario=SCENARIO)[1:]
    assert decisions(Told([*PENDING, *CLAIMED, *more])) == ["hold", "pay", "refuse"]


def test_an_expired_tag_changes_nothing_about_the_payment() -> None:
    told = Told([*PENDING, *CLAIMED, ordered(at=T0 + 170 * DAY, order="o9")], T0 + 181 * DAY)
    assert told.tags() == {"t-s1-o1/o1": "expired"}
    assert decisions(told) == ["hold", "pay"]


@pytest.mark.parametrize("until", [T0 + DAY, T0 + 9 * DAY], ids=["held", "paid"])
def test_a_voided_tag_holds_nothing_back(until: Any) -> None:
    told = Told([*PENDING, *CLAIMED, abused(at=until)], until)
    assert told.tags() == {"t-s1-o1/o1": "voided"}
    assert decisions(told)[-1] == "reversed"


def test_a_refusal_falls_with_the_confirmation() -> None:
    told = Told([*CONFIRMED, *CLAIMED, abused("s2", T0 + DAY)], T0 + DAY)
    assert decisions(told) == ["refuse", "refuse", "hold"], "refused beforehand, then the claim, then held"
    assert decisions(told, "o3") == ["refuse", "reversed"]


def test_a_payment_before_the_confirmation_is_recovered() -> None:
    more = agreed(T0 + 5 * DAY, scenario=SCENARIO)[1:]
    paid = [*PENDING, *CLAIMED, insured("paid", T0 + 3 * DAY)]
    assert decisions(Told([*paid, *more])) == ["hold", "pay", "recover"]
    assert about(Told([*PENDING, *CLAIMED, *more, insured("paid", T0 + 6 * DAY)])).details["decision"] == "refuse"


def test_a_grave_alert_of_that_scenario_holds_a_claim_for_48_hours() -> None:
    at = T0 + DAY
    sent = [
        ordered("placed", T0, freight_insured=True),
        ordered("shipped", T0 + HOUR, waybill_no="W1"),
        refunded("opened", at, type="return_refund", reason="no_reason", waybill_no="W1"),
    ]
    claim = insured("claimed", at + HOUR)
    held = about(Told([*sent, claim], at + 48 * HOUR - 1))
    assert (held.details["decision"], held.starts_at, held.ends_at) == ("hold", at + HOUR, at + 48 * HOUR)
    assert about(Told([*sent, claim], at + 48 * HOUR)).details["decision"] == "pay"
    assert Told(sent, at + HOUR).consequences(KIND) == [], "nobody claims anything"


def test_without_a_limit_a_claim_is_held_as_long_as_the_tag_is_open() -> None:
    rules = [replace(p, deadlines=replace(p.deadlines, tag_hours=0)) for p in shipped().versions()]
    policies = Policies({name: [p for p in rules if p.platform == name] for name in {p.platform for p in rules}})
    lapse = T0 + 180 * DAY
    fresh = ordered(at=T0 + 100 * DAY, order="o9")
    assert about(Told([*PENDING, *CLAIMED, fresh], lapse - 1, policies)).details["decision"] == "hold"
    assert about(Told([*PENDING, *CLAIMED, fresh], lapse + 1, policies)).details["decision"] == "pay"
