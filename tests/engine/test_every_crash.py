"""A worker dies after each single write of a step, one place after the other: what finally stands is the same.

The laws choose such places at random; here none is left out. A row without facts of its own, such as that of a return
number, may be missing when the row of the order that asks for it is there already.
"""

import pytest

from cloudtag.contract.internal import WatermarkRecord
from cloudtag.contract.streams import READS
from cloudtag.detection.rule import Example
from cloudtag.detectors.registry import all_detectors
from cloudtag.policy.load import shipped
from cloudtag.replay.driver import judge
from cloudtag.replay.example import decoded
from cloudtag.testing.cluster import Cluster
from cloudtag.testing.laws import LATENESS_MS, QUIET_MS
from cloudtag.testing.standing import Final, standing

SHORT = 12
"""Events of an example that is tried at every place."""
FIRST = {
    detector.name: next((e for e in detector.examples if e.fires and len(e.events) <= SHORT), None)
    for detector in all_detectors().values()
    if detector.is_own
}
EXAMPLES = [pytest.param(example, id=name) for name, example in FIRST.items() if example is not None]


def told_after(example: Example, writes: int) -> tuple[Final, bool]:
    """What stands when all events come to the buyers at once and the worker dies after so many writes; and whether it
    did die."""
    events, until_ms = decoded(example)
    cluster = Cluster(shipped(), LATENESS_MS)
    for event in events:
        cluster.append(event)
    cluster.turn("buyers", len(events), writes)
    has_died = bool(cluster.logs["buyers"]) and not cluster.offsets["buyers"]
    cluster.drain()
    for name in READS:
        cluster.logs[name].append(WatermarkRecord(until_ms or events[-1].occurred_at + QUIET_MS))
    cluster.drain()
    return standing(cluster.published), has_died


@pytest.mark.parametrize("example", EXAMPLES)
def test_whatever_write_was_the_last(example: Example) -> None:
    events, until_ms = decoded(example)
    until_ms = until_ms or events[-1].occurred_at + QUIET_MS
    expected = standing(record for _, record in judge(list(events), until_ms))
    writes, has_died = 0, True
    while has_died:
        found, has_died = told_after(example, writes)
        assert found == expected, f"after {writes} writes"
        writes += 1
