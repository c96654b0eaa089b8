"""Sellers' cases through the network: told as time passes, corrected however late, never let go."""

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from cloudtag.policy.load import shipped
from cloudtag.replay.driver import judge
from cloudtag.replay.topology import Topology, memory_rows
from tests.engine.standing import latest, standing
from tests.histories.seller_cases import DAY, DEADLINE, FOUND, MANY, history, said

YEAR_END = 1_798_732_800_000
"""2026-12-31T16:00:00Z, midnight in Shanghai."""
HELD = 400 * DAY


def told(outputs: Any) -> Any:
    return [(o.record.kind, o.record.because[0], o.record.revision, o.record.status) for o in outputs]


def violations_of(outputs: Any) -> Any:
    """What each penalty last said: the number of the violation, or that it is reversed."""
    last = latest(o.record for o in outputs)
    return {
        r.because[0]: r.status if r.status == "reversed" else r.details["violation"]
        for r in last.values()
        if r.kind == "shop_penalty"
    }


def run(facts: Any, until: Any) -> Any:
    topology = Topology(shipped(), rows=memory_rows())
    outputs: list[Any] = []
    for fact in sorted(facts, key=lambda fact: fact.occurred_at):
        outputs += topology.fire_before(fact.occurred_at)
        outputs += topology.feed([fact])
    return topology, outputs + list(topology.pass_time(until))


def test_a_case_is_told_step_by_step() -> None:
    topology = Topology(shipped())
    outputs = topology.feed([said("found", orders=MANY)])
    assert told(outputs) == [("violation_notice", "c1", 0, "active")]
    assert (outputs[0].stream, outputs[0].key) == ("consequences", "s1")
    assert list(topology.pass_time(DEADLINE - 1)) == []
    assert sorted(told(topology.pass_time(DEADLINE))) == [
        ("shop_penalty", "c1", 0, "active"),
        ("shop_shield", "c1", 0, "active"),
        ("violation_notice", "c1", 1, "ended"),
    ]
    assert list(topology.pass_time(DEADLINE + 7 * DAY - 1)) == []
    assert told(topology.pass_time(DEADLINE + 7 * DAY)) == [("shop_shield", "c1", 1, "ended")]
    assert list(topology.pass_time(YEAR_END - 1)) == []
    assert told(topology.pass_time(YEAR_END)) == [("shop_penalty", "c1", 1, "ended")]


def test_an_appeal_that_comes_late_to_hand_reverses_the_penalty() -> None:
    topology, _ = run([said("found", orders=MANY)], DEADLINE + DAY)
    assert told(topology.feed([said("appealed", FOUND + DAY)])) == [
        ("violation_notice", "c1", 2, "ended"),
        ("shop_penalty", "c1", 1, "reversed"),
        ("shop_shield", "c1", 1, "reversed"),
    ]


def test_a_severe_case_is_frozen_when_its_time_comes() -> None:
    topology, outputs = run([said("found", severe=True)], FOUND + 30 * DAY - 1)
    assert told(outputs) == [("shop_penalty", "c1", 0, "active")]
    (frozen,) = topology.pass_time(FOUND + 30 * DAY)
    assert frozen.record.details["frozen"] == "true"
    assert list(topology.pass_time(FOUND + 5000 * DAY)) == []


def test_a_case_of_january_still_counts_when_december_is_corrected_long_after() -> None:
    """What was found many years ago is held, and corrected."""
    facts = history([1, 1, 1], every=140 * DAY)
    late = YEAR_END + 10 * HELD
    topology, outputs = run(facts, late - DAY)
    assert violations_of(outputs) == {"c1": "1", "c2": "2", "c3": "3"}
    outputs += topology.feed([said("appeal_upheld", late - 1, "c1")])
    assert violations_of(outputs) == {"c1": "reversed", "c2": "1", "c3": "2"}


def test_cases_that_are_loaded_years_after_are_numbered_as_if_they_had_come_in_time() -> None:
    facts = history([1, 1, 1], every=140 * DAY)
    late = YEAR_END + 10 * HELD
    _, in_time = run(facts, late)
    topology, outputs = run([said("found", late, "c9", shop="s9")], late)
    outputs += [*topology.feed(facts), *topology.pass_time(late + DAY)]
    assert topology.too_late == []
    theirs = [o.record for o in outputs if o.key == "s1"]
    assert standing(theirs) == standing(o.record for o in in_time)


def test_an_undecided_case_counts_in_the_year_of_its_outcome() -> None:
    facts = [*history([1, 1]), said("appealed", FOUND + DAY)]
    topology, outputs = run(facts, FOUND + 2000 * DAY)
    assert violations_of(outputs) == {"c2": "1"}
    outputs += topology.feed([said("appeal_failed", FOUND + 2000 * DAY)])
    assert violations_of(outputs) == {"c1": "1", "c2": "1"}


def test_a_restart_keeps_the_year_together() -> None:
    _, outputs = run(history([1, 1], every=140 * DAY), YEAR_END + HELD - DAY)
    topology, _ = run(history([1, 1], every=140 * DAY), YEAR_END + HELD - DAY)
    resumed = Topology(shipped(), rows=topology.rows)
    assert resumed.open() == []
    outputs += resumed.feed([said("appeal_upheld", YEAR_END + HELD - DAY, "c1")])
    assert violations_of(outputs) == {"c1": "reversed", "c2": "1"}


def test_shops_do_not_count_together() -> None:
    facts = [said("found"), said("found", FOUND + DAY, "c2", shop="s2")]
    assert violations_of(run(facts, FOUND + 30 * DAY)[1]) == {"c1": "1", "c2": "1"}


events = st.builds(
    lambda status, days, case, orders, severe: said(status, FOUND + days * DAY, case, orders, severe=severe),
    st.sampled_from(("found", "found", "found", "appealed", "appeal_upheld", "appeal_failed", "cleaned")),
    st.one_of(st.integers(0, 20), st.integers(280, 330)),
    st.sampled_from(("c1", "c2", "c3", "c4")),
    st.sampled_from((0, 2, MANY)),
    st.sampled_from((False, False, False, True)),
)


@given(st.lists(events, max_size=14), st.randoms(use_true_random=False))
@settings(deadline=None)
def test_any_order_tells_the_same_in_the_end_over_the_turn_of_the_year(facts: Any, random: Any) -> None:
    until = FOUND + 380 * DAY
    shuffled = facts + random.choices(facts, k=len(facts)) if facts else []
    random.shuffle(shuffled)
    topology = Topology(shipped(), 350 * DAY)
    outputs = [o.record for fact in shuffled for o in topology.feed([fact])]
    outputs += [o.record for o in topology.pass_time(until)]
    assert standing(outputs) == standing(record for _, record in judge(list(facts), until, shipped()))
