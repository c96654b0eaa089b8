"""Appeals against sellers' penalties: in time or late, decided, corrected or never; and the notice before them."""

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cloudtag.contract.events import ViolationChanged
from cloudtag.contract.types import ViolationStatus
from cloudtag.decisions.penalties import judge_penalties
from cloudtag.policy.load import shipped
from tests.histories.seller_cases import DAY, DEADLINE, FOUND, LATER, MANY, history, judged, notice, penalty, said


def test_silence_for_three_days_brings_the_penalty() -> None:
    facts = [said("found", orders=MANY)]
    assert ("shop_penalty", "c1") not in judged(facts, now=DEADLINE - 1)
    assert judge_penalties(facts, shipped(), FOUND).timers == {"c1": DEADLINE}
    assert penalty(facts, now=DEADLINE).starts_at == DEADLINE


@pytest.mark.parametrize("at", [FOUND, FOUND + DAY, DEADLINE])
def test_an_appeal_in_time_waits_for_its_outcome_however_long(at: int) -> None:
    facts = [said("found", orders=MANY), said("appealed", at)]
    assert ("shop_penalty", "c1") not in judged(facts)
    failed = [*facts, said("appeal_failed", FOUND + 40 * DAY)]
    assert penalty(failed, now=FOUND).starts_at == FOUND + 40 * DAY


def test_an_appeal_too_late_does_not_stop_the_penalty() -> None:
    facts = [said("found", orders=MANY), said("appealed", DEADLINE + 1)]
    assert penalty(facts).starts_at == DEADLINE
    assert penalty([*facts, said("appeal_failed", DEADLINE + DAY)]).starts_at == DEADLINE


@pytest.mark.parametrize("appealed_at", [FOUND + DAY, DEADLINE + DAY])
def test_an_upheld_appeal_drops_the_case_at_any_time(appealed_at: int) -> None:
    facts = [said("found", orders=MANY), said("appealed", appealed_at), said("appeal_upheld", FOUND + 200 * DAY)]
    assert ("shop_penalty", "c1") not in judged(facts)
    assert notice(facts).status == "ended"


def test_the_latest_outcome_counts() -> None:
    facts = [said("found", orders=MANY), said("appealed", FOUND + 1)]
    failed, upheld = said("appeal_failed", FOUND + 10 * DAY), said("appeal_upheld", FOUND + 20 * DAY)
    assert ("shop_penalty", "c1") not in judged([*facts, failed, upheld])
    failed_later = said("appeal_failed", FOUND + 30 * DAY)
    assert penalty([*facts, upheld, failed_later]).starts_at == FOUND + 30 * DAY
    assert penalty([*facts, failed, upheld, failed_later]).starts_at == FOUND + 30 * DAY


def test_the_same_outcome_again_changes_nothing() -> None:
    facts = [said("found"), said("appealed", FOUND + 1), said("appeal_failed", FOUND + 5 * DAY)]
    assert judged([*facts, said("appeal_failed", FOUND + 9 * DAY)]) == judged(facts)


def test_an_outcome_in_time_tells_of_an_appeal_nobody_told_of() -> None:
    assert penalty([said("found"), said("appeal_failed", FOUND + DAY)]).starts_at == FOUND + DAY
    assert penalty([said("found"), said("appeal_failed", DEADLINE + DAY)]).starts_at == DEADLINE


def test_a_case_waits_until_its_finding_is_known() -> None:
    facts = [said("appealed", FOUND + 1), said("appeal_failed", FOUND + DAY)]
    assert judged(facts) == {}
    assert penalty([*facts, said("found")]).starts_at == FOUND + DAY
    assert penalty([said("found", FOUND + 5), said("found", FOUND)]).starts_at == DEADLINE


def test_later_cases_move_down_when_one_is_dropped() -> None:
    facts = history([1, 1, 1, 1])
    assert [penalty(facts, f"c{n}").details["points"] for n in (1, 2, 3, 4)] == ["0", "0", "12", "48"]
    dropped = [*facts, said("appeal_upheld", LATER, "c2")]
    assert ("shop_penalty", "c2") not in judged(dropped)
    assert [penalty(dropped, f"c{n}").details["points"] for n in (1, 3, 4)] == ["0", "0", "12"]


def test_cases_are_numbered_as_they_take_effect() -> None:
    facts = [*history([1, 1]), said("appealed", FOUND + 1), said("appeal_failed", FOUND + 50 * DAY)]
    assert penalty(facts, "c2").details["violation"] == "1"
    assert penalty(facts, "c1").details["violation"] == "2"


def test_the_notice_asks_to_clean_or_appeal() -> None:
    record = notice([said("found", orders=3)], now=FOUND)
    assert record.details == {"case_id": "c1", "demand": "clean or appeal", "orders": "3", "severe": "false"}
    assert (record.status, record.starts_at, record.ends_at) == ("active", FOUND, DEADLINE)
    assert (record.subject_kind, record.subject_id, record.because) == ("shop", "s1", ("c1",))


@pytest.mark.parametrize("status", ["appealed", "cleaned", "appeal_upheld", "appeal_failed"])
def test_the_notice_ends_when_something_is_done(status: ViolationStatus) -> None:
    record = notice([said("found"), said(status, FOUND + DAY)], now=FOUND)
    assert (record.status, record.ends_at) == ("ended", FOUND + DAY)


def test_of_two_things_done_in_time_the_first_ends_the_notice() -> None:
    both = [said("found"), said("cleaned", FOUND + 2 * DAY), said("appealed", FOUND + DAY)]
    assert notice(both).ends_at == FOUND + DAY
    last_moment = notice([said("found"), said("appealed", DEADLINE)], now=FOUND)
    assert (last_moment.status, last_moment.ends_at) == ("ended", DEADLINE)
    too_late = notice([said("found"), said("appealed", DEADLINE + 1)], now=FOUND)
    assert (too_late.status, too_late.ends_at) == ("active", DEADLINE)


def test_time_alone_ends_a_notice_nothing_was_done_about_and_only_that() -> None:
    """Known ahead of event time: what is upheld, however late, leaves no penalty to wait for."""
    dropped = [said("found"), said("appeal_upheld", DEADLINE + 1)]
    assert judge_penalties(dropped, shipped(), FOUND).timers == {"c1": DEADLINE}
    cleaned = [said("found"), said("cleaned", FOUND + DAY)]
    assert judge_penalties(cleaned, shipped(), FOUND).timers == {"c1": DEADLINE}


def test_what_is_decided_is_due_on_the_day_it_is_decided_even_before_it() -> None:
    appealed = [said("found"), said("appealed", FOUND + 1), said("appeal_failed", DEADLINE + DAY)]
    assert judge_penalties(appealed, shipped(), FOUND).timers["c1"] == DEADLINE + DAY
    assert penalty([said("found", severe=True)], now=FOUND - 1).starts_at == FOUND


def test_what_is_done_after_an_outcome_is_none() -> None:
    facts = [said("found"), said("appealed", FOUND + 1), said("appeal_failed", FOUND + 5 * DAY)]
    assert penalty([*facts, said("cleaned", FOUND + 9 * DAY)]).starts_at == FOUND + 5 * DAY


def test_the_notice_ends_with_its_days() -> None:
    facts = [said("found")]
    assert notice(facts, now=DEADLINE - 1).status == "active"
    assert (notice(facts, now=DEADLINE).status, notice(facts, now=DEADLINE).ends_at) == ("ended", DEADLINE)
    assert notice([*facts, said("cleaned", DEADLINE + 1)]).ends_at == DEADLINE


STATUSES = ("found", "found", "appealed", "appeal_upheld", "appeal_failed", "cleaned")
events = st.builds(
    lambda status, hours, case, orders, severe: said(
        status, FOUND + hours * DAY // 8, case, orders, severe=severe and case == "c9"
    ),
    st.sampled_from(STATUSES),
    st.integers(0, 60),
    st.sampled_from(("c1", "c2", "c3", "c4", "c9")),
    st.sampled_from((0, 2, MANY)),
    st.booleans(),
)
histories = st.lists(events, max_size=16)
moments = st.integers(FOUND - DAY, FOUND + 45 * DAY)


@given(histories, moments, st.randoms(use_true_random=False))
def test_order_and_repeats_are_irrelevant(facts: list[ViolationChanged], now: int, random: Random) -> None:
    mixed = facts + random.choices(facts, k=len(facts)) if facts else []
    random.shuffle(mixed)
    assert judged(mixed, now) == judged(facts, now)


@given(histories, moments, st.sampled_from(("c1", "c2", "c3", "c4")))
def test_a_dropped_case_counts_as_never_found(facts: list[ViolationChanged], now: int, case: str) -> None:
    dropped = [*facts, said("appeal_upheld", FOUND + 40 * DAY, case)]
    without = [fact for fact in facts if fact.case_id != case]
    told = judged(dropped, now)
    assert ("shop_penalty", case) not in told
    told.pop(("violation_notice", case), None)
    assert told == judged(without, now)


@given(histories, moments, st.integers(0, 45 * DAY))
def test_nothing_changes_before_the_next_timer(facts: list[ViolationChanged], now: int, later: int) -> None:
    judgement = judge_penalties(facts, shipped(), now)
    timer_ms = min(judgement.timers.values(), default=LATER)
    before = min(now + later, timer_ms - 1)
    assert judged(facts, before) == judged(facts, now)


@given(histories, moments)
def test_numbers_of_a_year_have_no_gaps(facts: list[ViolationChanged], now: int) -> None:
    numbers = sorted(
        int(record.details["violation"])
        for (kind, _), record in judged(facts, now).items()
        if kind == "shop_penalty" and "violation" in record.details
    )
    assert numbers == list(range(1, len(numbers) + 1))
