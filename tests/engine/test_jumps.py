"""Time that jumps over several timers at once, as it does where a partition was quiet for long."""

from cloudtag.contract import events as ev
from cloudtag.contract.internal import WatermarkRecord
from cloudtag.contract.records import Alert
from cloudtag.contract.streams import READS
from cloudtag.contract.types import OrderLine
from cloudtag.policy.load import shipped
from tests.engine.cluster import Cluster
from tests.engine.standing import standing
from tests.engine.test_laws import LATENESS_MS, UNTIL_MS, oracle
from tests.histories.strategies import HOUR_MS, START_MS


def placed(event_id: str, order_id: str, buyer_id: str) -> ev.OrderChanged:
    lines = (OrderLine("a", 1, 100),)
    return ev.OrderChanged(
        event_id, START_MS, "taobao", order_id, buyer_id, "s1", "placed", lines=lines, address_hash="x1"
    )


def sent_back(event_id: str, order_id: str, buyer_id: str, number: str) -> ev.RefundChanged:
    return ev.RefundChanged(
        event_id, START_MS, "taobao", f"r{order_id}", order_id, buyer_id, "s1", "opened", "return_refund",
        carrier="sf", waybill_no=number,
    )  # fmt: skip


def at_work() -> list[ev.Event]:
    """A courier that scans other parcels hour after hour, so that it is no secret that a number goes nowhere."""
    return [
        ev.ParcelScanned(f"w{hour}", START_MS + hour * HOUR_MS, "taobao", "sf", f"OTHER{hour}", scan="departed")
        for hour in range(120)
    ]


def test_a_first_alert_and_an_overdue_complaint_that_are_due_together_do_not_hide_a_ring() -> None:
    """A ring is asked for of buyers who were ever alerted; the complaint must not keep that from being noted."""
    complaint = ev.ComplaintChanged("e5", START_MS, "taobao", "k1", "b2", "s1", "shop", "opened", "malicious_refund")
    history = [
        *(placed(f"p{n}", f"o{n}", f"b{n}") for n in (1, 2, 3)),
        sent_back("r2", "o2", "b2", "R2"),
        sent_back("r3", "o3", "b3", "R3"),
        complaint,
        *at_work(),
    ]
    cluster = Cluster(shipped(), LATENESS_MS)
    for event in history:
        cluster.append(event)
    cluster.drain()
    for name in READS:
        cluster.logs[name].append(WatermarkRecord(UNTIL_MS))
    cluster.drain()
    found = standing(cluster.published)
    assert found == oracle(history)
    alerts = [record for record in found.values() if isinstance(record, Alert)]
    assert {alert.buyer_id for alert in alerts if alert.detector == "account_ring"} == {"b2", "b3"}
