"""A tag is confirmed alone by a grave alert of the same scenario on the same order (T9)."""

from typing import Any

import pytest

from cloudtag.contract.events import ParcelScanned
from cloudtag.policy.load import shipped
from cloudtag.replay.topology import Topology
from tests.decisions.consequences.scene import (
    DAY,
    HOUR,
    T0,
    Told,
    abused,
    agreed,
    answered,
    denied,
    exams,
    known,
    refunded,
    tag,
)
from tests.engine.standing import latest

SCENARIO = "received_refund_only"
TAG_ID = "t-s1-o1/o1"
AT = T0 + DAY
TAGGED = [*exams(), tag("s1", "o1", AT, SCENARIO)]


def others(at: Any, first: Any = 2, scenario: Any = SCENARIO) -> Any:
    """Two more shops tag an order each, without any evidence."""
    return [tag(f"s{n}", f"o{n}", at + n, scenario) for n in (first, first + 1)]


@pytest.mark.parametrize("amended", [1, 2], ids=["high", "critical"])
def test_evidence_confirms_a_tag_alone(amended: Any) -> None:
    told = Told([*TAGGED, *denied(T0, amended=amended)])
    (confirmation,) = told.confirmations()
    assert told.tags() == {TAG_ID: "confirmed"}
    assert (confirmation.basis, confirmation.scenario, confirmation.confirmed_at) == ("platform_evidence", SCENARIO, AT)
    assert (confirmation.tag_ids, confirmation.shop_ids, confirmation.order_ids) == ((TAG_ID,), ("s1",), ("o1",))
    assert confirmation.alert_ids == (told.alert(SCENARIO).alert_id,)


def test_evidence_that_comes_after_the_tag_confirms_it_then() -> None:
    at = AT + 5 * DAY
    (confirmation,) = Told([*TAGGED, *denied(at)]).confirmations()
    assert confirmation.confirmed_at == at


@pytest.mark.parametrize(
    "evidence",
    [
        denied(T0, amended=0),
        denied(T0, order="o2"),
        [],
    ],
    ids=["medium", "another order", "none"],
)
def test_no_other_alert_does(evidence: Any) -> None:
    told = Told([*TAGGED, *evidence])
    assert told.tags() == {TAG_ID: "pending"}
    assert told.confirmations() == []


def test_an_alert_of_another_scenario_does_not() -> None:
    told = Told([*exams(), tag("s1", "o1", AT, "worn_return"), *denied(T0)])
    assert told.alert(SCENARIO).severity == "high"
    assert told.tags() == {TAG_ID: "pending"}


@pytest.mark.parametrize(("kind", "status"), [("normal", "pending"), ("abnormal", "confirmed"), ("ignore", "pending")])
def test_a_verdict_other_than_abnormal_takes_the_evidence_away(kind: Any, status: Any) -> None:
    events = [*TAGGED, *denied(T0)]
    told = Told([*events, answered(Told(events).alert(SCENARIO), kind, AT + DAY)])
    assert told.tags() == {TAG_ID: status}
    assert len(told.confirmations()) == (status == "confirmed")


def test_a_later_fact_that_withdraws_the_alert_reverses_the_confirmation() -> None:
    topology = Topology(shipped())
    before = latest(o.record for o in topology.feed(known([*TAGGED, *denied(T0)])))
    travelling = ParcelScanned("late", T0 - HOUR // 2, "jd", "sf", "W-o1", scan="departed")
    after = latest(o.record for o in topology.feed([travelling]))
    changed = {(key[0].__name__, getattr(r, "kind", "")): (before[key].status, r.status) for key, r in after.items()}
    assert changed[("TagStatus", "")] == ("confirmed", "pending")
    assert changed[("TagConfirmation", "")] == ("confirmed", "reversed")
    assert changed[("Consequence", "order_limit")] == ("active", "reversed")
    assert all(record.revision == before[key].revision + 1 for key, record in after.items())


def test_a_voided_tag_is_confirmed_by_nothing() -> None:
    told = Told([*TAGGED, *denied(T0), abused("s1", AT + DAY)])
    assert told.tags() == {TAG_ID: "voided"}
    assert told.confirmations() == []


def test_evidence_before_enough_shops_agree_stays_by_itself_but_its_shop_counts() -> None:
    told = Told([*TAGGED, *denied(T0), *others(AT + DAY)])
    by = {c.basis: c for c in told.confirmations()}
    assert set(told.tags().values()) == {"confirmed"}
    assert by["platform_evidence"].tag_ids == (TAG_ID,)
    assert by["shops"].tag_ids == ("t-s2-o2/o2", "t-s3-o3/o3")
    assert by["shops"].shop_ids == ("s1", "s2", "s3")


def test_evidence_after_that_changes_nothing() -> None:
    told = Told([*TAGGED, *others(AT + DAY), *denied(AT + 5 * DAY)])
    (confirmation,) = told.confirmations()
    assert (confirmation.basis, len(confirmation.tag_ids)) == ("shops", 3)


def test_an_alert_that_was_there_before_but_grave_only_after_that_changes_nothing_either() -> None:
    """Medium when three shops agreed, high when the buyer amended: the shops confirmed the tag, and keep it."""
    events = [*TAGGED, *denied(T0, amended=0), *others(AT + DAY)]
    told = Told([*events, refunded("modified", AT + 5 * DAY)])
    assert (told.alert(SCENARIO).severity, told.alert(SCENARIO).decided_at) == ("high", T0)
    (confirmation,) = told.confirmations()
    assert (confirmation.basis, len(confirmation.tag_ids)) == ("shops", 3)


def test_a_tag_is_confirmed_when_the_alert_becomes_grave() -> None:
    at = AT + 5 * DAY
    (confirmation,) = Told([*TAGGED, *denied(T0, amended=0), refunded("modified", at)]).confirmations()
    assert (confirmation.basis, confirmation.confirmed_at) == ("platform_evidence", at)


def test_evidence_at_the_very_moment_comes_first() -> None:
    told = Told([*TAGGED, *others(AT + DAY), *denied(AT + DAY + 3)])
    assert {c.basis for c in told.confirmations()} == {"shops", "platform_evidence"}


def test_three_tags_each_borne_out_are_three_confirmations() -> None:
    events = [event for n in (1, 2, 3) for event in denied(T0 + n, f"o{n}", f"s{n}")]
    tags = [tag(f"s{n}", f"o{n}", AT + n, SCENARIO) for n in (1, 2, 3)]
    told = Told([*exams(), *events, *tags])
    assert [c.basis for c in told.confirmations()] == ["platform_evidence"] * 3


@pytest.mark.parametrize(("late", "status"), [(0, "confirmed"), (1, "expired")])
def test_evidence_counts_as_long_as_the_tag_does(late: Any, status: Any) -> None:
    lapse = AT + 180 * DAY
    told = Told([*TAGGED, *denied(lapse + late)], lapse + DAY)
    assert told.tags() == {TAG_ID: status}


def test_two_shops_and_evidence_for_one_are_not_three() -> None:
    told = Told([*TAGGED, *denied(T0), *others(AT + DAY)[:1]])
    assert sorted(told.tags().values()) == ["confirmed", "pending"]


def test_the_other_scenarios_of_the_buyer_are_judged_all_the_same() -> None:
    """A7: the shop named one thing; the pipeline says what else it sees."""
    told = Told([*exams(), *agreed(AT), *denied(T0)])
    assert told.alert(SCENARIO).status in ("open", "upgraded")
    assert {c.basis for c in told.confirmations()} == {"shops"}
