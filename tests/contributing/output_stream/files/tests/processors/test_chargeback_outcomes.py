"""How a chargeback ended is told once it is decided, and taken back when it is open again."""

from typing import Any

from cloudtag.contract.disputes import ChargebackChanged
from cloudtag.contract.records import ChargebackOutcome
from cloudtag.contract.types import ChargebackStatus
from cloudtag.policy.load import shipped
from cloudtag.replay.topology import Topology
from tests.warehouse.samples import START_MS


def said(status: ChargebackStatus, at: int, chargeback: str = "k1", shop: str = "s1") -> ChargebackChanged:
    return ChargebackChanged(
        f"{chargeback}-{at}-{shop}", START_MS + at, "jd", chargeback, "o1", "b1", shop, status=status
    )


def told(outputs: Any) -> list[tuple[str, str, int, str]]:
    found = [o for o in outputs if isinstance(o.record, ChargebackOutcome)]
    assert all((o.stream, o.key) == ("chargeback-outcomes", "b1") for o in found)
    return [(o.record.shop_id, o.record.chargeback_id, o.record.revision, o.record.status) for o in found]


def test_an_open_chargeback_has_no_outcome() -> None:
    assert told(Topology(shipped()).feed([said("opened", 0)])) == []


def test_the_latest_decision_counts_in_whatever_order_it_is_heard_of() -> None:
    topology = Topology(shipped())
    assert told(topology.feed([said("opened", 0), said("lost", 1)])) == [("s1", "k1", 0, "lost")]
    assert told(topology.feed([said("won", 3)])) == [("s1", "k1", 1, "won")]
    assert told(topology.feed([said("opened", 2)])) == []
    assert told(topology.feed([said("opened", 4)])) == [("s1", "k1", 2, "reopened")]
    assert told(topology.feed([said("withdrawn", 5)])) == [("s1", "k1", 3, "withdrawn")]


def test_a_namesake_at_another_shop_is_another_chargeback() -> None:
    outputs = Topology(shipped()).feed([said("lost", 1), said("won", 2, shop="s2")])
    assert sorted(told(outputs)) == [("s1", "k1", 0, "lost"), ("s2", "k1", 0, "won")]


def test_it_is_marked_by_the_time_of_the_decision() -> None:
    for at, is_past in ((9, True), (10, False)):
        outputs = Topology(shipped(), live_since_ms=START_MS + 10).feed([said("lost", at)])
        (outcome,) = (o.record for o in outputs if isinstance(o.record, ChargebackOutcome))
        assert outcome.historical is is_past
