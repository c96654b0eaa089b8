"""What an evaluation's figures are made of, and when they are good enough."""

import json

import pytest
from msgspec.structs import replace

from cloudtag.cli.evaluate import encode
from cloudtag.detectors.registry import all_detectors
from cloudtag.evaluate import Evaluation, Figures, evaluate, figures_of
from cloudtag.evaluate.figures import percentile
from cloudtag.simulate import Profile
from cloudtag.simulate.score import Score
from cloudtag.simulate.world import OUTSIDE
from tests.simulate.test_score import alert

PROFILE = Profile(events=15_000, seed=4, catalogue="full", fraud_share=0.1)


def figures(expected: int, found: int, false: int = 0, by_chance: int = 0) -> Figures:
    return Figures(
        detector="d",
        expected=expected,
        found=found,
        missed=expected - found,
        low=0,
        false_accusations=false,
        by_chance=by_chance,
        withdrawn=0,
        delay_median_ms=None,
        delay_p90_ms=None,
    )


def evaluation(*detectors: Figures, tags: Figures | None = None) -> Evaluation:
    return Evaluation(
        events=1,
        refunds=1,
        fraudulent_refunds=0,
        detectors=detectors,
        others=(tags or figures(0, 0), figures(0, 0)),
        missed=(),
        false=(),
    )


@pytest.fixture(scope="module")
def played() -> Evaluation:
    return evaluate(PROFILE)


def test_the_engine_is_good_on_a_small_stream(played: Evaluation) -> None:
    assert played.is_good, (played.missed, played.false)
    assert played.expected >= 15
    assert [f.detector for f in played.detectors] == list(all_detectors())


def test_delays_are_event_time(played: Evaluation) -> None:
    by_name = {f.detector: f for f in played.detectors}
    assert by_name["short_return"].delay_median_ms == 0
    waited = by_name["no_circulation"]
    # Hours in which the courier was silent do not count, so it may be longer; none where no attacker is of that kind.
    assert waited.delay_median_ms is None or waited.delay_median_ms >= 72 * 3_600_000


def test_everything_is_in_the_json(played: Evaluation) -> None:
    told = json.loads(encode(played, PROFILE))
    assert told["profile"]["seed"] == 4
    assert told["is_good"] is True
    assert len(told["evaluation"]["detectors"]) == len(all_detectors())


@pytest.mark.parametrize(
    ("good", "found"),
    [
        (True, evaluation(figures(100, 99))),
        (False, evaluation(figures(100, 98))),
        (False, evaluation(figures(100, 100, false=1))),
        (True, evaluation(figures(100, 100, by_chance=1))),
        (False, evaluation(figures(100, 100), tags=figures(10, 9))),
        (True, evaluation()),
    ],
)
def test_recall_and_false_accusations_decide(good: bool, found: Evaluation) -> None:
    assert found.is_good is good


def test_false_alerts_are_told_apart_by_whether_a_script_plays_the_buyer() -> None:
    false = [replace(alert(), buyer_id=buyer_id) for buyer_id in (f"b{OUTSIDE:x}", "b7")]
    tally = Score(false=[*false])
    told = figures_of("d", tally)
    assert (told.false_accusations, told.by_chance) == (1, 1)


def test_percentiles_are_values_that_occurred() -> None:
    assert percentile([], 50) is None
    assert percentile([5], 90) == 5
    assert [percentile(range(1, 11), p) for p in (50, 90, 100)] == [5, 9, 10]
