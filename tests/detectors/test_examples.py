"""Every example that stands in a detector's file: what must fire fires, what must stay quiet stays quiet."""

import msgspec
import pytest

from cloudtag.contract.records import Alert
from cloudtag.contract.standing import standing
from cloudtag.detectors.registry import all_detectors
from cloudtag.replay.driver import replay
from cloudtag.wire.replay_form import decode_json

CASES = [
    pytest.param(detector, example, id=f"{detector.name}: {example.name}")
    for detector in all_detectors().values()
    for example in detector.examples
]


def standing_alerts(example, detector_name):
    lines = [msgspec.json.encode(event) for event in example.events]
    until = (
        None
        if example.until is None
        else decode_json({**example.events[0], "occurred_at": example.until})[1].occurred_at
    )
    told = list(replay(lines, until))
    assert "dead-letters" not in {stream for stream, _ in told}
    alerts = (record for _, record in told if isinstance(record, Alert) and record.detector == detector_name)
    return list(standing(alerts).values())


@pytest.mark.parametrize(("detector", "example"), CASES)
def test_example(detector, example):
    alerts = [msgspec.to_builtins(alert) for alert in standing_alerts(example, detector.name)]
    assert len(alerts) == len(example.fires), alerts
    for expected in example.fires:
        assert any(_matches(alert, expected) for alert in alerts), (expected, alerts)


@pytest.mark.parametrize("detector", all_detectors().values(), ids=lambda d: d.name)
def test_a_detector_carries_its_own_proof(detector):
    assert any(example.fires for example in detector.examples)
    assert sum(not example.fires for example in detector.examples) >= 2
    for heading in ("What it finds", "Why it is abuse", "How it decides", "Known false positives"):
        assert f"{heading}:" in detector.doc
    for heading in ("What would clear it", "What to do"):
        assert f"{heading}:" in detector.doc


def _matches(alert, expected):
    for name, value in expected.items():
        held = alert[name]
        if isinstance(value, dict):
            if any(held.get(key) != each for key, each in value.items()):
                return False
        elif (list(held) if isinstance(value, list) else held) != value:
            return False
    return True
