"""Who else ordered, in a shop, an article that came back in place of another (F8)."""

from typing import Any

from cloudtag.contract.events import Event
from cloudtag.contract.links import AttributeUsed, LinkReported
from cloudtag.contract.scope import scoped
from cloudtag.detection.example import day, inspected, ordered, refunded
from cloudtag.policy.load import shipped
from cloudtag.replay.topology import Topology
from cloudtag.wire.replay_form import decode_json

Raw = dict[str, Any]
CLOCK = [{"sku_id": "clock", "quantity": 1, "unit_price_minor": 9900}]
SOUGHT = (
    ordered("placed", 0),
    refunded("opened", day(5), type="return_refund", reason="wrong_item"),
    inspected(day(8), {"clock": 2}),
)


def sold(n: int, at: int = 1, **fields: Any) -> Raw:
    """Buyer n orders a clock in the shop."""
    return ordered("paid", day(at, 0, n), lines=CLOCK, **{"refund_id": f"r{n}", "buyer_id": f"b{n}", **fields})


def fed(*events: Raw) -> Topology:
    topology = Topology(shipped())
    for event in events:
        fact = decode_json(event)[1]
        assert isinstance(fact, Event)
        topology.feed([fact])
    return topology


def answers(topology: Topology) -> list[tuple[AttributeUsed, ...]]:
    """What buyer b1 learned of the clock."""
    row = topology.tasks["buyers"]._cache.get(scoped("taobao", "b1")).rows.get("l")
    facts = row.facts.values() if row else ()
    return [f.others for f in facts if isinstance(f, LinkReported) and f.is_held and f.attribute == "sku:s1/clock"]


def test_whoever_asks_learns_who_ordered_it_whichever_comes_first() -> None:
    for events in ((sold(2), *SOUGHT), (*SOUGHT, sold(2))):
        ((sale,),) = answers(fed(*events))
        assert (sale.buyer_id, sale.subject) == ("b2", "o2")


def test_whoever_asks_learns_that_nobody_did() -> None:
    assert answers(fed(*SOUGHT)) == [()]
    assert answers(fed(*SOUGHT, sold(2, shop_id="s2"))) == [()]
    assert answers(fed(*SOUGHT, sold(7, buyer_id="b1"))) == [()]


def test_nobody_asks_where_nothing_was_claimed_or_the_article_was_ordered() -> None:
    assert answers(fed(sold(2), *SOUGHT[:2])) == []
    quiet = refunded("opened", day(5), type="return_refund", reason="no_reason")
    assert answers(fed(sold(2), SOUGHT[0], quiet, SOUGHT[2])) == []
    assert answers(fed(sold(2), *SOUGHT[:2], inspected(day(8), {"dress": 2}))) == []


def test_of_an_article_that_many_order_few_orders_are_held_and_the_earliest_are_reported() -> None:
    topology = fed(*(sold(n) for n in range(2, 120)), *SOUGHT)
    assert len(topology.tasks["links"]._cache.get("sku:s1/clock").rows["u"].facts) <= 43
    (sales,) = answers(topology)
    assert [sale.buyer_id for sale in sales] == ["b2", "b3", "b4"]


def test_an_article_that_is_still_sold_is_known_however_old_the_first_orders_are() -> None:
    topology = fed(*(sold(n, -700) for n in range(2, 60)), *(sold(n, -1) for n in range(60, 120)), *SOUGHT)
    (sales,) = answers(topology)
    assert sales
    assert all(int(sale.buyer_id[1:]) >= 60 for sale in sales)
