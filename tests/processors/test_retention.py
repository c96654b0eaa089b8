"""What leaves retention is let go, and what was published about it stands; master data never leave it."""

from collections.abc import Iterable

from cloudtag.contract.events import (
    AbuseFound,
    AccountChanged,
    ErasureRequested,
    Event,
    OrderChanged,
    ParcelScanned,
    RefundChanged,
    ShopDescribed,
    TagSubmitted,
    ViolationChanged,
)
from cloudtag.contract.records import Alert, Consequence, TagStatus
from cloudtag.contract.streams import INPUTS, READS
from cloudtag.contract.types import TaggedOrder
from cloudtag.engine.task_result import Output
from cloudtag.engine.task_row import TASK_KEY
from cloudtag.policy.load import shipped
from cloudtag.processors import build
from cloudtag.replay.topology import Topology, memory_rows
from tests.decisions.consequences.scene import known
from tests.engine.standing import records_of

DAY, HOUR = 86_400_000, 3_600_000
T0 = 1_772_409_600_000
HELD = 400 * DAY
"""How long a shop's submissions are held."""


def _abuse() -> list[Event]:
    ids = ("o1", "b1", "s1")
    return [
        OrderChanged("e1", T0, "taobao", *ids, "placed", device_hash="d1"),
        OrderChanged("e2", T0 + HOUR, "taobao", *ids, "shipped", waybill_no="W1"),
        ParcelScanned("e3", T0 + 2 * HOUR, "taobao", "sf", "W1", scan="signed", signer="recipient"),
        RefundChanged("e4", T0 + 3 * HOUR, "taobao", "r1", *ids, "opened", "refund_only", "not_received"),
    ]


def test_old_state_is_dropped_and_their_alerts_stand() -> None:
    stored = memory_rows()
    topology = Topology(shipped(), rows=stored)
    opened = topology.feed(_abuse())
    (alert,) = (output.record for output in opened)
    assert isinstance(alert, Alert)
    assert alert.detector == "received_refund_only"
    after = list(topology.pass_time(T0 + 1000 * DAY))
    assert after == []
    for name, rows in stored.items():
        assert [key for key, _ in rows.all_rows() if key != TASK_KEY] == [], name


def test_a_late_fact_about_an_archived_alert_does_not_touch_it() -> None:
    topology = Topology(shipped())
    topology.feed(_abuse())
    list(topology.pass_time(T0 + 300 * DAY))
    scan = ParcelScanned("e9", T0 + 2, "taobao", "sf", "W1", scan="signed", signer="locker")
    assert topology.feed([scan]) == []
    assert [fact.event_id for fact in topology.too_late] == ["e9"]


def test_an_event_older_than_what_is_held_is_too_late() -> None:
    topology = Topology(shipped())
    topology.feed([OrderChanged("e1", T0 + 400 * DAY, "taobao", "o1", "b1", "s1", "placed")])
    topology.feed([OrderChanged("e2", T0, "taobao", "o2", "b2", "s1", "placed")])
    assert [fact.event_id for fact in topology.too_late] == ["e2"]


def test_old_and_new_in_one_batch_are_all_judged() -> None:
    """What a batch brings moves the watermark past its own oldest facts; none of them may vanish unjudged."""
    topology = Topology(shipped())
    ids = ("o1", "b1", "s1")
    old = [
        OrderChanged("e1", T0, "taobao", *ids, "shipped", waybill_no="W1"),
        RefundChanged("e2", T0 + 1, "taobao", "r1", *ids, "waybill_filled", "return_refund", waybill_no="W1"),
    ]
    later = OrderChanged("e9", T0 + 300 * DAY, "taobao", "o9", "b1", "s1", "placed")
    outputs = topology.feed(known([*old, later]))
    assert "outbound_waybill_as_return" in [alert.detector for alert in records_of(outputs, Alert)]
    assert topology.too_late == []


def _load(at_ms: int) -> list[Event]:
    """What a bulk load brings of one shop: an account, what the shop is, a finding about another shop, a case."""
    return [
        AccountChanged("m1", at_ms, "jd", "s1", "main", "exam_passed"),
        ShopDescribed("m2", at_ms + 1, "jd", "s1", ("home",), phone_hash="p1"),
        AbuseFound("m3", at_ms + 2, "jd", "s2", None, "false_report"),
        ViolationChanged("m4", at_ms + 3, "taobao", "c1", "s1", "found"),
    ]


def _tag(event_id: str, at_ms: int, shop: str = "s1") -> TagSubmitted:
    orders = (TaggedOrder(f"o-{event_id}", "b1"),)
    return TagSubmitted(event_id, at_ms, "jd", f"sub-{event_id}", shop, "main", ("worn_return",), orders)


def _tag_statuses(outputs: Iterable[Output]) -> list[tuple[str, str | None]]:
    return [(status.status, status.reason) for status in records_of(outputs, TagStatus)]


def test_master_data_are_never_too_late() -> None:
    now = T0 + 5000 * DAY
    topology = Topology(shipped())
    topology.feed([_tag("t1", now, "s9")])
    told = topology.feed(_load(T0))
    assert topology.too_late == []
    kinds = {(found.kind, found.subject_id) for found in records_of(told, Consequence)}
    assert kinds == {("permission", "main"), ("permission", "s2"), ("violation_notice", "s1"), ("shop_penalty", "s1")}
    assert _tag_statuses(topology.feed(known([_tag("t2", now + 1)]))) == [("pending", None)]
    assert _tag_statuses(topology.feed([_tag("t3", now + 2, "s2")])) == [("rejected", "no_permission")]


def test_an_old_submission_is_too_late_all_the_same() -> None:
    now = T0 + 5000 * DAY
    topology = Topology(shipped())
    topology.feed([*_load(T0), _tag("t1", now, "s9")])
    assert topology.feed([_tag("t2", now - HELD - 1)]) == []
    assert [fact.event_id for fact in topology.too_late] == ["t2"]
    # It is judged, though nothing is held any more of the order it names.
    assert _tag_statuses(topology.feed([_tag("t3", now - HELD)])) == [("rejected", "unknown_order")]


def test_master_data_are_never_let_go() -> None:
    rows = memory_rows()
    topology = Topology(shipped(), rows=rows)
    topology.feed([*_load(T0), _tag("t1", T0 + DAY)])
    list(topology.pass_time(T0 + 5000 * DAY))
    kept = [key for key, _ in rows["shops"].all_rows() if key != TASK_KEY]
    assert len(kept) == 4  # permissions of two shops, one description, one case; the submission is gone
    resumed = Topology(shipped(), rows=rows)
    resumed.open()
    assert _tag_statuses(resumed.feed(known([_tag("t2", T0 + 5000 * DAY)]))) == [("pending", None)]


def test_master_data_are_what_is_kept_without_end_on_the_broker() -> None:
    exempt = {kind for name in READS for kind in build(name, shipped(), 0).kinds.master_data}
    assert exempt == {stream.struct for stream in INPUTS.values() if stream.is_kept}


def test_a_request_to_forget_is_never_too_late() -> None:
    topology = Topology(shipped())
    topology.feed([OrderChanged("e1", T0 + 400 * DAY, "taobao", "o1", "b1", "s1", "placed")])
    topology.feed([ErasureRequested("e2", T0, "taobao", "b1")])
    later = OrderChanged("e3", T0 + 401 * DAY, "taobao", "o2", "b1", "s1", "placed")
    topology.feed([later])
    assert (topology.too_late, topology.refused) == ([], [later])
