"""What leaves retention is let go; what was published about it stands."""

from cloudtag.contract.events import OrderChanged, ParcelScanned, RefundChanged
from cloudtag.network import Network, memory_rows
from cloudtag.policy.load import shipped

DAY = 86_400_000
T0 = 1_772_409_600_000


def _abuse():
    ids = ("o1", "b1", "s1")
    return [
        OrderChanged("e1", T0, "taobao", *ids, "placed", device_hash="d1"),
        OrderChanged("e2", T0 + 1, "taobao", *ids, "shipped", waybill_no="W1"),
        ParcelScanned("e3", T0 + 2, "taobao", "sf", "W1", scan="signed", signer="recipient"),
        RefundChanged("e4", T0 + 3, "taobao", "r1", *ids, "opened", "refund_only", "not_received"),
    ]


def test_old_files_are_dropped_and_their_alerts_stand():
    stored = memory_rows()
    network = Network(shipped(), rows=stored)
    opened = network.feed(_abuse())
    assert [o.record.detector for o in opened] == ["received_refund_only", "buyer_risk"]
    after = list(network.pass_time(T0 + 1000 * DAY))
    assert after == []
    for name, rows in stored.items():
        assert [key for key, _ in rows.all_rows() if not key.startswith(b"\x00\x00")] == [], name


def test_a_late_fact_about_an_archived_alert_does_not_touch_it():
    network = Network(shipped())
    network.feed(_abuse())
    list(network.pass_time(T0 + 300 * DAY))
    scan = ParcelScanned("e9", T0 + 2, "taobao", "sf", "W1", scan="signed", signer="locker")
    assert network.feed([scan]) == []
    assert [fact.event_id for fact in network.too_late] == ["e9"]


def test_an_event_older_than_what_is_held_is_too_late():
    network = Network(shipped())
    network.feed([OrderChanged("e1", T0 + 400 * DAY, "taobao", "o1", "b1", "s1", "placed")])
    network.feed([OrderChanged("e2", T0, "taobao", "o2", "b2", "s1", "placed")])
    assert [fact.event_id for fact in network.too_late] == ["e2"]


def test_old_and_new_in_one_batch_are_all_judged():
    """What a batch brings moves the watermark past its own oldest facts; none of them may vanish unjudged."""
    network = Network(shipped())
    ids = ("o1", "b1", "s1")
    old = [
        OrderChanged("e1", T0, "taobao", *ids, "shipped", waybill_no="W1"),
        RefundChanged("e2", T0 + 1, "taobao", "r1", *ids, "waybill_filled", "return_refund", waybill_no="W1"),
    ]
    later = OrderChanged("e9", T0 + 300 * DAY, "taobao", "o9", "b1", "s1", "placed")
    outputs = network.feed([*old, later])
    assert "outbound_waybill_as_return" in [o.record.detector for o in outputs if o.stream == "alerts"]
    assert network.too_late == []
