"""Links between buyers, and hubs that link nobody."""

from cloudtag.contract.events import OrderChanged
from cloudtag.contract.links import LinkReported
from cloudtag.contract.scope import scoped
from cloudtag.policy.load import shipped
from cloudtag.replay.topology import Topology

T0 = 1_772_409_600_000


def order(n: int, at: int = T0) -> OrderChanged:
    return OrderChanged(f"e{n}", at + n, "taobao", f"o{n}", f"b{n}", "s1", "placed", device_hash="d1")


def reports(topology: Topology, buyer: str) -> list[LinkReported]:
    row = topology.tasks["buyers"]._cache.get(scoped("taobao", buyer)).rows.get("l")
    return [fact for fact in row.facts.values() if fact.is_held] if row else []


def test_a_second_buyer_links_both() -> None:
    topology = Topology(shipped())
    topology.feed([order(1)])
    assert topology.internal_records == 1
    topology.feed([order(2)])
    assert [use.buyer_id for use in reports(topology, "b1")[0].others] == ["b2"]
    assert [use.buyer_id for use in reports(topology, "b2")[0].others] == ["b1"]


def test_more_orders_of_one_buyer_are_told_once() -> None:
    topology = Topology(shipped())
    topology.feed([order(1)])
    for n in range(2, 30):
        event = OrderChanged(f"e{n}", T0 + n, "taobao", f"o{n}", "b1", "s1", "placed", device_hash="d1")
        topology.feed([event])
    assert topology.internal_records == 1


def test_past_the_fan_out_limit_nobody_is_linked_and_little_is_held() -> None:
    topology = Topology(shipped())
    for n in range(1, 200):
        topology.feed([order(n)])
    assert not any(reports(topology, f"b{n}") for n in range(1, 200))
    row = topology.tasks["links"]._cache.get("device:d1").rows["u"]
    assert len(row.facts) <= 42


def test_a_hub_is_a_hub_in_any_order_of_arrival() -> None:
    orders = [order(n) for n in range(1, 60)]
    outcomes = []
    for arrival in (orders, orders[::-1], orders[30:] + orders[:30]):
        topology = Topology(shipped(), lateness_ms=10**9)
        for event in arrival:
            topology.feed([event])
        held = topology.tasks["links"]._cache.get("device:d1").rows["u"].facts
        outcomes.append(sorted(held))
    assert outcomes[0] == outcomes[1] == outcomes[2]
