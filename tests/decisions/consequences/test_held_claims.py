"""Freight insurance at its edges: what counts as a doubt, whose, from when and until when (J9, J10, J12)."""

from typing import Any

import pytest
from msgspec.structs import replace

from cloudtag.decisions.consequences.case import complaints_among
from cloudtag.decisions.consequences.insurance import decide_claims
from cloudtag.detection.order_view import OrderView
from tests.decisions.consequences.cases import DAY, HOUR, T0, alert, case, said_of, tag
from tests.decisions.consequences.scene import complained, insured

SCENARIO = "freight_insurance"
DUE = T0 + 2 * DAY
CLAIM = insured("claimed", T0 + HOUR, platform="taobao")


def put(at: Any = T0, name: Any = "t1", status: Any = "pending", shop: Any = "s1", **fields: Any) -> Any:
    """A tag on order `o1` by shop `s1`, decided when it was put."""
    return replace(tag("o1", shop, at, SCENARIO, status), tag_id=f"{name}/o1", **fields)


def grave(at: Any = T0, name: Any = "a1", severity: Any = "high", **fields: Any) -> Any:
    return alert(name, severity, at, **{"scenario": SCENARIO, **fields})


def paid(at: Any, claim: Any = "n1") -> Any:
    return insured("paid", at, platform="taobao", claim=claim)


def decided(*claims: Any, now: Any = T0 + DAY, **fields: Any) -> Any:
    """The one decision about order `o1`, what it rests on since, and the timers; none for neither."""
    orders = [OrderView("o1", list(claims))] if claims else []
    told, timers = said_of(decide_claims, case(orders=orders, now=now, **fields))
    assert len(told) <= 1
    return (*told[0], timers) if told else None


def decision(*claims: Any, **fields: Any) -> Any:
    found = decided(*claims, **fields)
    return found and found[0].details["decision"]


def refusal(*said: Any, name: Any = "k1", shop: Any = "s1") -> Any:
    """The buyer's complaint about the refusal, by what became of it when."""
    return [complained(status, at, "buyer", shop=shop, complaint=name, kind="insurance_refused") for status, at in said]


def test_a_refusal_begins_with_the_first_tag_and_rests_on_what_came_before() -> None:
    tags = [put(T0, "t2", "confirmed", decided_at=T0 + 2 * DAY), put(T0 + HOUR, "t1", "confirmed", decided_at=T0 + DAY)]
    record, since_ms, timers = decided(tags=tags)
    assert (record.details, record.because) == ({"decision": "refuse"}, ("t1/o1", "t2/o1"))
    assert (record.starts_at, since_ms, timers, record.shop_id) == (T0 + DAY, T0 + HOUR, [], "s1")
    assert decided(insured("claimed", T0), paid(T0 + 9 * DAY), tags=tags)[1] == T0


@pytest.mark.parametrize(
    ("at", "said"), [((DUE,), "recover"), ((DUE + 1,), "refuse"), ((DUE - 1, DUE + 1), "recover"), ((), "refuse")]
)
def test_what_was_paid_when_the_confirmation_came_is_recovered(at: Any, said: Any) -> None:
    payments = [paid(when, f"n{n}") for n, when in enumerate(at)]
    assert decision(CLAIM, *payments, tags=[put(status="confirmed", decided_at=DUE)], now=DUE + DAY) == said


def test_the_first_open_complaint_is_followed_from_its_opening_on() -> None:
    said = [
        *refusal(("opened", T0 + 3), ("rejected", T0 + 4), ("reopened", T0 + 5), name="k1"),
        *refusal(("opened", T0 + 6), name="k2"),
        *refusal(("opened", T0 + 1), ("rejected", T0 + 2), name="k3"),
    ]
    record, since_ms, _ = decided(CLAIM, tags=[put(status="confirmed")], complaints=complaints_among(said))
    assert (record.details["decision"], record.starts_at, since_ms) == ("follow_complaint", T0 + 3, T0)
    assert record.because == ("k1", "k2", "t1/o1")


@pytest.mark.parametrize(
    "said",
    [
        refusal(("upheld", T0 + 1), shop="s2"),
        [replace(said, complainant="shop") for said in refusal(("upheld", T0 + 1))],
        refusal(("opened", T0 + 1), ("withdrawn", T0 + 2)),
    ],
    ids=["a namesake", "the shop's own", "taken back"],
)
def test_a_complaint_that_is_none_of_the_buyers_about_this_changes_nothing(said: Any) -> None:
    assert decision(CLAIM, tags=[put(status="confirmed")], complaints=complaints_among(said)) == "refuse"


def test_one_of_two_complaints_upheld_is_enough() -> None:
    said = [*refusal(("opened", T0 + 1), name="k1"), *refusal(("upheld", T0 + 2), name="k2")]
    assert decided(CLAIM, tags=[put(status="confirmed")], complaints=complaints_among(said)) is None
    whose = [replace(one, complainant="unknown") for one in refusal(("upheld", T0 + 1))]
    assert decided(CLAIM, tags=[put(status="confirmed")], complaints=complaints_among(whose)) is None


@pytest.mark.parametrize("status", ["rejected", "voided", "unknown"])
def test_a_tag_that_came_to_nothing_is_no_doubt(status: Any) -> None:
    assert decided(CLAIM, tags=[put(status=status)]) is None


def test_a_pending_tag_on_an_order_nobody_told_of_holds_nothing() -> None:
    assert decided(tags=[put()]) is None


def test_two_doubts_hold_from_the_first_until_the_last_is_over() -> None:
    doubts = [put(T0 + DAY, "t1"), put(T0, "t2")]
    record, since_ms, timers = decided(CLAIM, tags=doubts, now=T0 + DAY)
    assert (record.details, record.because) == ({"decision": "hold", "claim_id": "n1"}, ("t1/o1", "t2/o1"))
    assert (record.starts_at, record.ends_at, timers, since_ms) == (T0 + HOUR, DUE + DAY, [DUE + DAY], T0)
    record, _, timers = decided(CLAIM, tags=doubts, now=DUE + DAY)
    assert (record.details["decision"], record.starts_at, record.ends_at, timers) == ("pay", DUE + DAY, None, [])


def test_of_two_claims_the_first_begins_it() -> None:
    later = insured("claimed", T0 + 2 * HOUR, platform="taobao", claim="n2")
    record, since_ms, _ = decided(CLAIM, later, tags=[put()])
    assert (record.details["claim_id"], record.starts_at, since_ms) == ("n1, n2", T0 + HOUR, T0)
    early = insured("claimed", T0 - HOUR, platform="taobao", claim="n0")
    record, since_ms, _ = decided(early, CLAIM, tags=[put()])
    assert (record.starts_at, since_ms) == (T0, T0 - HOUR)


@pytest.mark.parametrize(("at", "said"), [(T0 - 1, None), (T0, None), (T0 + 1, "hold")])
def test_a_claim_paid_before_there_was_a_doubt_is_not_held(at: Any, said: Any) -> None:
    claim = insured("claimed", T0 - HOUR, platform="taobao")
    assert decision(claim, paid(at), tags=[put()]) == said


def test_another_claim_than_the_paid_one_is_held_all_the_same() -> None:
    record, _, _ = decided(
        insured("claimed", T0 - 2, platform="taobao", claim="n0"), paid(T0 - 1, "n0"), CLAIM, tags=[put()]
    )
    assert record.details == {"decision": "hold", "claim_id": "n1"}


def test_an_expired_tag_holds_nothing_though_it_would_not_be_due_yet() -> None:
    """A pack may count tags for a shorter time than it takes to look at them."""
    assert decision(CLAIM, tags=[put(status="expired")]) == "pay"
    assert decision(CLAIM, tags=[put()]) == "hold"


@pytest.mark.parametrize(("now", "said"), [(T0 + 180 * DAY - 1, "hold"), (T0 + 180 * DAY, "pay")])
def test_a_tag_that_is_never_due_holds_for_its_window(now: Any, said: Any) -> None:
    assert decision(CLAIM, tags=[put(due_at=None)], now=now) == said


@pytest.mark.parametrize(
    ("found", "said"),
    [
        (grave(), "hold"),
        (grave(severity="critical"), "hold"),
        (grave(status="upgraded"), "hold"),
        (grave(status="resolved", verdict="abnormal"), "hold"),
        (grave(severity="medium"), None),
        (grave(status="resolved", verdict="normal"), None),
        (grave(scenario="short_return"), None),
        (grave(orders=(("s1", "o2"),)), None),
        (grave(orders=(("s2", "o1"),)), None),
    ],
    ids=[
        "high", "critical", "upgraded", "called abnormal", "medium", "called normal", "another scenario",
        "another order", "a namesake",
    ],
)  # fmt: skip
def test_a_grave_alert_of_that_scenario_on_that_order_is_a_doubt(found: Any, said: Any) -> None:
    assert decision(CLAIM, alerts=[found]) == said
    assert decision(CLAIM, alerts=[found], tags=[put(due_at=T0 + HOUR)]) == (said or "pay"), "beside a tag that is due"


def test_one_grave_alert_among_others_is_enough() -> None:
    assert decided(CLAIM, alerts=[grave(severity="low", name="a0"), grave()])[0].because == ("a1",)


def test_a_doubt_begins_when_the_alert_became_grave() -> None:
    risen = grave(facts={"high_since": "2026-03-03T00:00:00Z"})
    record, since_ms, timers = decided(CLAIM, alerts=[risen])
    assert (record.starts_at, record.ends_at, timers, since_ms) == (T0 + DAY, T0 + 3 * DAY, [T0 + 3 * DAY], T0 + HOUR)
    assert decided(CLAIM, paid(T0 + DAY), alerts=[risen]) is None


def test_nobody_claims_what_is_only_bound() -> None:
    assert decided(insured("bound", T0, platform="taobao"), alerts=[grave()], tags=[put()]) is None
