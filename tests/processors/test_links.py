"""Links between buyers, and hubs that link nobody."""

from cloudtag.contract.events import OrderChanged
from cloudtag.network import Network
from cloudtag.policy.load import shipped

T0 = 1_772_409_600_000


def order(n, at=T0):
    return OrderChanged(f"e{n}", at + n, "taobao", f"o{n}", f"b{n}", "s1", "placed", device_hash="d1")


def reports(network, buyer):
    row = network.lanes["buyers"]._cache.get(buyer).rows.get("l")
    return [fact for fact in row.facts.values() if fact.is_held] if row else []


def test_a_second_buyer_links_both():
    network = Network(shipped())
    network.feed([order(1)])
    assert network.forwarded == 1
    network.feed([order(2)])
    assert [use.buyer_id for use in reports(network, "b1")[0].others] == ["b2"]
    assert [use.buyer_id for use in reports(network, "b2")[0].others] == ["b1"]


def test_more_orders_of_one_buyer_are_told_once():
    network = Network(shipped())
    network.feed([order(1)])
    for n in range(2, 30):
        event = OrderChanged(f"e{n}", T0 + n, "taobao", f"o{n}", "b1", "s1", "placed", device_hash="d1")
        network.feed([event])
    assert network.forwarded == 1


def test_past_the_fan_out_limit_nobody_is_linked_and_little_is_held():
    network = Network(shipped())
    for n in range(1, 200):
        network.feed([order(n)])
    assert not any(reports(network, f"b{n}") for n in range(1, 200))
    row = network.lanes["links"]._cache.get("device:d1").rows["u"]
    assert len(row.facts) <= 42


def test_a_hub_is_a_hub_in_any_order_of_arrival():
    orders = [order(n) for n in range(1, 60)]
    outcomes = []
    for arrival in (orders, orders[::-1], orders[30:] + orders[:30]):
        network = Network(shipped(), lateness_ms=10**9)
        for event in arrival:
            network.feed([event])
        held = network.lanes["links"]._cache.get("device:d1").rows["u"].facts
        outcomes.append(sorted(held))
    assert outcomes[0] == outcomes[1] == outcomes[2]
