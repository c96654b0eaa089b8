"""Sellers' cases through the network: told as time passes, corrected however late, never let go."""

from typing import Any

from cloudtag.contract.records import Consequence
from cloudtag.policy.load import shipped
from cloudtag.replay.topology import Topology, memory_rows
from tests.engine.standing import latest, records_of, standing
from tests.histories.seller_cases import DAY, DEADLINE, FOUND, MANY, history, said
from tests.processors.scene import Scene

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


def test_a_case_has_a_row_of_its_name_and_asks_for_all_others_of_the_shop() -> None:
    scene = Scene("shops", "s1")
    scene.come(said("found"), said("appealed", FOUND + DAY), said("found", FOUND, "c2"), said("found", shop="s2"))
    assert scene.names("violation") == ["c1", "c2"]
    assert scene.ids("violation", "c1") == [f"c1-appealed-{FOUND + DAY}", f"c1-found-{FOUND}"]
    scene.come(said("found", FOUND, "c3"))
    assert scene.judged("violation") == {"c1", "c2", "c3"}
    scene.come(said("found", FOUND, "c4", shop="s2"))
    assert scene.judged("violation") == set()


def test_judging_twice_is_judging_once() -> None:
    scene = Scene("shops", "s1")
    told = scene.come(said("found", orders=MANY), said("found", FOUND + DAY, "c2", severe=True))
    assert scene.probe() == {record.consequence_id for record in records_of(told, Consequence)}
    scene.wait(DEADLINE)
    assert len(scene.probe()) > len(told)
    assert scene.come(said("found", orders=MANY)) == []


def test_a_case_that_comes_at_the_same_moment_as_another_is_told_of() -> None:
    scene = Scene("shops", "s1")
    scene.come(said("found", orders=MANY))
    assert [output.record.because for output in scene.come(said("found", FOUND, "c2", MANY))] == [("c2",)]
