"""The benchmark of the catalogue clocks every detector, and leaves all of them as they were."""

from benchmarks.detectors import clocked, measure
from cloudtag.detectors.registry import all_detectors
from cloudtag.simulate import Profile


def test_every_detector_is_clocked() -> None:
    before = {name: detector.detect for name, detector in all_detectors().items()}
    found = measure(Profile(events=4000, seed=1, catalogue="full"))
    assert found.detectors.keys() == before.keys()
    assert all(cost.asked and cost.seconds > 0 for cost in found.detectors.values())
    assert found.replay.published > 0
    assert {name: detector.detect for name, detector in all_detectors().items()} == before


def test_the_clock_is_taken_away_after_an_error() -> None:
    before = {name: detector.detect for name, detector in all_detectors().items()}
    try:
        with clocked(all_detectors().values()):
            raise RuntimeError("stop")
    except RuntimeError:
        pass
    assert {name: detector.detect for name, detector in all_detectors().items()} == before
