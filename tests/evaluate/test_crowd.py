"""Honest buyers are judged in shards, and shards together are the whole."""

from collections import Counter
from typing import Any

import msgspec
import pytest
from msgspec.structs import replace

from cloudtag.contract.records import Alert
from cloudtag.contract.standing import is_taken_back, latest
from cloudtag.detectors.registry import all_detectors
from cloudtag.evaluate import CrowdTally, FalseAlert, cut, honest_figures, judge_crowd, judge_shards
from cloudtag.evaluate.crowd import QUIET_DAYS, UNTOUCHED, accusing, kinds_of, met_by, tally_of
from cloudtag.evaluate.retold import retold
from cloudtag.evaluate.tally import MOST_ALERTS
from cloudtag.replay.driver import judge
from cloudtag.simulate import Profile, simulate
from cloudtag.simulate.mess import BLOCK, CLEAN, MESSY, Crowd, CrowdProfile, Mark
from cloudtag.simulate.profile import DAY_MS
from cloudtag.wire import decode_json
from tests.simulate.test_score import alert

OFTEN = replace(CLEAN, shop_cancels_all_per_10000_orders=2500.0, false_delivered_per_10000_orders=2500.0)
"""Mess in which it is easy to be accused."""
PARTS = [CrowdProfile(first=first, buyers=40, days=20, rates=OFTEN) for first in (0, BLOCK)]


def standing(events: list[Any]) -> set[str]:
    """What stands in the end, moment by moment as replay judges."""
    until_ms = max(event.occurred_at for event in events) + QUIET_DAYS * DAY_MS
    final = latest(record for _, record in judge(events, until_ms) if isinstance(record, Alert)).values()
    known = all_detectors()
    return {
        x.alert_id for x in final if isinstance(x, Alert) and not is_taken_back(x) and known[x.detector].rule.accuses
    }


def test_whole_days_end_as_moment_by_moment() -> None:
    simulation = simulate(Profile(events=6000, seed=3, catalogue="full"))
    events = list(simulation.events())
    found = {alert.alert_id for alert in accusing(list(events))}
    assert found == standing([*events])
    assert len(found) > 20


def test_shards_together_are_the_whole() -> None:
    crowds = [Crowd(part) for part in PARTS]
    events = [list(crowd.events()) for crowd in crowds]
    marks = [mark for crowd in crowds for mark in crowd.marks]
    whole = tally_of(replace(PARTS[0], buyers=80), sum(map(len, events)), marks, accusing([*events[0], *events[1]]))
    assert sum((judge_crowd(part) for part in PARTS), CrowdTally()) == whole


def test_processes_change_nothing() -> None:
    small = [replace(part, buyers=10) for part in PARTS]
    here, there = (sum(judge_shards(iter(small), n), CrowdTally()) for n in (1, 2))
    assert here == there
    assert there.buyers == 20


def test_a_crowd_is_cut_between_blocks() -> None:
    shards = list(cut(2 * BLOCK + 7, 2, MESSY, first_seed=4))
    assert [(x.seed, x.first, x.buyers) for x in shards] == [
        (seed, first, buyers) for seed in (4, 5) for first, buyers in ((0, BLOCK), (BLOCK, BLOCK), (2 * BLOCK, 7))
    ]
    assert list(cut(0, 3, MESSY)) == []
    with pytest.raises(ValueError, match="cut a block"):
        list(cut(10, 1, MESSY, size=BLOCK - 1))


def false(alert_id: str, severity: str = "medium", kinds: tuple[str, ...] = ("k",)) -> FalseAlert:
    return FalseAlert(
        seed=1, detector="d", severity=severity, buyer_id="b", alert_id=alert_id, kinds=kinds, explanation=""
    )


def test_the_gravest_alerts_are_kept_in_whatever_order_tallies_come() -> None:
    many = CrowdTally(alerts=tuple(false(f"{n:04}") for n in range(MOST_ALERTS)))
    grave = CrowdTally(alerts=(false("9999", "critical"), false("9998", "low")))
    assert (many + grave).alerts == (grave + many).alerts
    assert (many + grave).alerts[0].alert_id == "9999"
    assert len((many + grave).alerts) == MOST_ALERTS


def test_an_alert_is_about_the_mess_its_orders_met() -> None:
    met = met_by([Mark("b1", "lost", ("o1",)), Mark("b1", "late", ("o2",)), Mark("b1", "family")])
    about = replace(alert(), order_ids=("o1",))
    assert kinds_of(about, met) == ("lost",)
    assert kinds_of(replace(about, order_ids=("o1", "o2")), met) == ("late", "lost")
    assert kinds_of(replace(about, order_ids=("o3",)), met) == ("family",)
    assert kinds_of(replace(about, buyer_id="b2", order_ids=("o3",)), met) == (UNTOUCHED,)


def test_a_buyer_counts_once_with_the_gravest_alert() -> None:
    alerts = [replace(alert(), alert_id=n, severity=s) for n, s in (("a", "low"), ("b", "high"), ("c", "medium"))]
    tally = tally_of(CrowdProfile(buyers=10), 5, [Mark("b1", "lost")], alerts)
    assert (tally.accused, tally.accused_gravely) == (Counter(high=1), 1)
    assert (tally.touched, tally.accused_by_kind) == (Counter(lost=1), Counter(lost=1))
    figures = honest_figures(tally, named=2)
    high = next(rate for rate in figures.by_severity if rate.name == "high")
    assert (high.accused, high.per_100_000, figures.is_good) == (1, 10_000.0, False)
    assert high.upper_per_100_000 == pytest.approx(39_416, rel=1e-4)
    assert len(figures.named) == 2


def test_a_low_or_medium_alert_leaves_a_crowd_good() -> None:
    tally = CrowdTally(buyers=10, accused=Counter(low=2, medium=1))
    assert honest_figures(tally, 0).is_good
    assert tally.accused_gravely == 1


def test_a_retold_history_leads_to_the_same_alert() -> None:
    simulation = simulate(Profile(events=4000, seed=3, catalogue="full"))
    events = list(simulation.events())
    wanted = [found for found in accusing(list(events)) if found.detector in ("short_return", "no_circulation")]
    assert wanted
    for alert_id, lines in retold(events, wanted).items():
        told: list[Any] = [decode_json(line)[1] for line in lines]
        assert alert_id in standing(told)
        assert len(told) < len(events) // 4


def test_examples_are_kept_when_asked_for() -> None:
    tally = judge_crowd(CrowdProfile(buyers=20, days=10))
    assert tally.examples == ()
    kept = judge_crowd(PARTS[0], keeps_examples=True)
    assert {(x.detector, x.kind) for x in kept.examples} == set(kept.pairs)
    assert all(msgspec.json.decode(line)["stream"] for x in kept.examples for line in x.lines)
