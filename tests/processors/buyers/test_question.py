"""Of a state that is judged for one detector's alert, that detector alone is asked, and says what it always says. What
others would be told besides may be left out; nothing is made up."""

from typing import Any

import pytest
from msgspec.structs import replace

from cloudtag.contract.records import Alert, Label
from cloudtag.detectors.registry import all_detectors
from cloudtag.engine.keyed_state import KeyedState
from cloudtag.policy.load import shipped
from cloudtag.replay.topology import Topology
from tests.detectors.judged import events_of
from tests.processors.test_withdrawals import CASES

POLICIES = shipped()


def concluded(topology: Topology, state: KeyedState) -> dict[str, Any]:
    """What the judgements of all rows of a buyer say by now, by id."""
    task = topology.tasks["buyers"]
    judged = [task._kinds.judge(state, row, POLICIES, task.watermark_ms) for row in [*state.rows.values()]]
    return {told: each.record for judgement in judged for told, each in judgement.conclusions.items()}


def accused(concluded: dict[str, Any]) -> dict[str, Any]:
    """The alerts and labels among it."""
    return {told: record for told, record in concluded.items() if isinstance(record, Alert | Label)}


@pytest.mark.parametrize("case", CASES)
def test_one_detector_says_what_it_says_among_all(case: str) -> None:
    topology = Topology(POLICIES)
    topology.feed(events_of(CASES[case][0]))
    found = set[str]()
    for state in [*topology.tasks["buyers"].cache._files.values()]:
        whole = concluded(topology, replace(state, memo=None))
        named = {record.detector for record in whole.values() if isinstance(record, Alert)}
        for detector in named:
            alone = concluded(topology, replace(state, memo=None, question=detector))
            assert accused(alone) == {
                told: record for told, record in accused(whole).items() if getattr(record, "detector", None) == detector
            }
            assert alone.items() <= whole.items()
        found |= named
        nobody = concluded(topology, replace(state, memo=None, question="nobody"))
        assert not any(isinstance(record, Alert | Label) for record in nobody.values())
    assert found
    assert found <= all_detectors().keys()
