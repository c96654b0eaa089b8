"""Many cases that stand are looked at together; one that an appeal undoes is none of them."""

from typing import Any

from cloudtag.policy.load import shipped
from cloudtag.replay.topology import Topology
from tests.histories.seller_cases import DAY, FOUND, history, said


def reviews(outputs: Any) -> list[tuple[int, str, tuple[str, ...]]]:
    return [(o.record.revision, o.record.status, o.record.because) for o in outputs if o.record.kind == "shop_review"]


def test_four_cases_are_not_many() -> None:
    assert reviews(Topology(shipped()).feed(history([1] * 4, every=DAY))) == []


def test_the_fifth_case_asks_for_a_review_and_an_appeal_takes_it_back() -> None:
    topology = Topology(shipped())
    outputs = [output for case in history([1] * 5, every=DAY) for output in topology.feed([case])]
    assert reviews(outputs) == [(0, "active", ("c1", "c2", "c3", "c4", "c5"))]
    assert reviews(topology.feed([said("appealed", FOUND + DAY, "c2")])) == []
    undone = topology.feed([said("appeal_upheld", FOUND + 9 * DAY, "c2")])
    assert [status for _, status, _ in reviews(undone)] == ["reversed"]
    assert reviews(topology.feed([said("found", FOUND + 10 * DAY, "c6")])) == [
        (2, "active", ("c1", "c3", "c4", "c5", "c6"))
    ]


def test_cases_of_other_shops_do_not_count() -> None:
    cases = [*history([1] * 4, every=DAY), said("found", FOUND + 9 * DAY, "c9", shop="s2")]
    assert reviews(Topology(shipped()).feed(cases)) == []
