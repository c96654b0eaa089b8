"""Nina is confirmed by three shops, Pia until one of them is found to lie, Otto until the alert falls, Rosa stays."""

from typing import Any

from cloudtag.contract.records import ConfirmationStatus
from tests.warehouse.record_samples import confirmation, consequence, label, tag_status
from tests.warehouse.samples import alert
from tests.warehouse.stories.story import Answer, Entry, Story, key, moment

PIA: dict[str, Any] = {"platform": "tmall", "scenario": "worn_return"}
OTTO: dict[str, Any] = {"platform": "tmall", "scenario": "switched_goods"}
_C1 = ("t1/o1", "t2/o2", "t3/o3")
_C2 = ("t8/o8", "t9/o9", "t10/o10")


def _of_nina_and_rosa() -> list[Entry]:
    confirmed = [
        tag_status("t1/o1", "nina", "s1", "confirmed", 4, 1, distinct_shops=3),
        tag_status("t2/o2", "nina", "s2", "confirmed", 4, 1, distinct_shops=3),
        tag_status("t3/o3", "nina", "s3", "confirmed", 4, distinct_shops=3),
        tag_status("t20/o20", "rosa", "s1", "confirmed", 10.5, 1),
    ]
    pending = [
        tag_status("t1/o1", "nina", "s1", "pending", 0),
        tag_status("t2/o2", "nina", "s2", "pending", 1, distinct_shops=2),
        tag_status("t20/o20", "rosa", "s1", "pending", 10),
    ]
    evidence: dict[str, Any] = {"basis": "platform_evidence", "alert_ids": ("a20",), "shop_ids": ("s1",)}
    statuses: tuple[ConfirmationStatus, ...] = ("confirmed", "reversed", "confirmed")
    again = [
        confirmation("c1", "nina", _C1, 4, revision, status=status, shop_ids=("s1", "s2", "s3"))
        for revision, status in enumerate(statuses)
    ]
    return [
        *(("tag-statuses", status) for status in (*pending, *confirmed)),
        ("alerts", alert(20)),
        *(("tag-confirmations", one) for one in again),
        ("tag-confirmations", confirmation("c4", "rosa", ("t20/o20",), 10.5, **evidence)),
    ]


def _of_otto() -> list[Entry]:
    evidence: dict[str, Any] = {**OTTO, "basis": "platform_evidence", "alert_ids": ("a7",)}
    statuses = [
        tag_status("t4/o4", "otto", "s1", "pending", 2),
        tag_status("t4/o4", "otto", "s1", "expired", 182, 1, reason="threshold_not_met"),
        tag_status("t5/o5", "otto", "s1", "rejected", 2, reason="contact_first", distinct_shops=0),
        tag_status("t6/o6", "otto", "s1", "rejected", 2, reason="contact_first", distinct_shops=0),
        tag_status("t7/o7", "otto", "s2", "rejected", 2, reason="duplicate_order", distinct_shops=0),
        tag_status("t11/o11", "otto", "s4", "confirmed", 7, **OTTO),
        tag_status("t11/o11", "otto", "s4", "pending", 7, 1, **OTTO),
    ]
    return [
        *(("tag-statuses", status) for status in statuses),
        ("alerts", alert(7)),
        ("alerts", alert(7, 1, status="withdrawn")),
        ("tag-confirmations", confirmation("c3", "otto", ("t11/o11",), 7, **evidence)),
        ("tag-confirmations", confirmation("c3", "otto", ("t11/o11",), 7, 1, status="reversed", **evidence)),
        ("tag-confirmations", confirmation("c5", "otto", (), 8)),
        ("tag-confirmations", confirmation("c5", "otto", (), 8, 1, status="reversed")),
    ]


def _of_pia() -> list[Entry]:
    lie: dict[str, Any] = {**PIA, "reason": "false_report", "distinct_shops": 0}
    return [
        ("tag-statuses", tag_status("t8/o8", "pia", "s4", "pending", 3, **PIA)),
        ("tag-statuses", tag_status("t9/o9", "pia", "s5", "pending", 5, distinct_shops=2, **PIA)),
        ("tag-statuses", tag_status("t8/o8", "pia", "s4", "confirmed", 6, 1, distinct_shops=3, **PIA)),
        ("tag-statuses", tag_status("t9/o9", "pia", "s5", "confirmed", 6, 1, distinct_shops=3, **PIA)),
        ("tag-statuses", tag_status("t10/o10", "pia", "s6", "confirmed", 6, distinct_shops=3, **PIA)),
        ("tag-confirmations", confirmation("c2", "pia", _C2, 6, **PIA)),
        ("consequences", consequence("sanction", "buyer", "pia", 6, platform="tmall", details={"sanction": "warn"})),
        ("labels", label("a8", "pia", "true_positive", 6.5, platform="tmall")),
        ("tag-statuses", tag_status("t8/o8", "pia", "s4", "voided", 3, 2, **lie)),
        ("tag-statuses", tag_status("t9/o9", "pia", "s5", "pending", 5, 2, distinct_shops=2, **PIA)),
        ("tag-statuses", tag_status("t10/o10", "pia", "s6", "pending", 6, 1, distinct_shops=2, **PIA)),
        ("tag-confirmations", confirmation("c2", "pia", _C2, 6, 1, status="reversed", **PIA)),
        (
            "consequences",
            consequence(
                "sanction", "buyer", "pia", 6, 1, platform="tmall", status="reversed", details={"sanction": "warn"}
            ),
        ),
        ("tag-statuses", tag_status("t12/o12", "pia", "s4", "voided", 9, **lie)),
        ("tag-statuses", tag_status("t13/o13", "quin", "s5", "pending", 9, distinct_shops=2, **PIA)),
    ]


def _told(
    record: str, name: str, revision: int, status: str, about: str, detail: str, day: float
) -> tuple[object, ...]:
    return (record, name, revision, status, about, detail, moment(day), "p1")


HISTORY_OF_PIA = [
    _told("tag", "t8/o8", 0, "pending", "worn_return", "", 3),
    _told("tag", "t9/o9", 0, "pending", "worn_return", "", 5),
    _told("tag", "t8/o8", 1, "confirmed", "worn_return", "", 6),
    _told("tag", "t9/o9", 1, "confirmed", "worn_return", "", 6),
    _told("tag", "t10/o10", 0, "confirmed", "worn_return", "", 6),
    _told("confirmation", "c2", 0, "confirmed", "worn_return", "shops", 6),
    _told("consequence", "sanction-pia-", 0, "active", "sanction", "{'sanction':'warn'}", 6),
    _told("label", "label-a8", 0, "standing", "short_return", "true_positive", 6.5),
    _told("tag", "t8/o8", 2, "voided", "worn_return", "false_report", 3),
    _told("tag", "t9/o9", 2, "pending", "worn_return", "", 5),
    _told("tag", "t10/o10", 1, "pending", "worn_return", "", 6),
    _told("confirmation", "c2", 1, "reversed", "worn_return", "shops", 6),
    _told("consequence", "sanction-pia-", 1, "reversed", "sanction", "{'sanction':'warn'}", 6),
    _told("tag", "t12/o12", 0, "voided", "worn_return", "false_report", 9),
]
ANSWERS = {
    "tags": Answer(
        [
            ("short_return", "confirmed", "", 4, 3),
            ("short_return", "expired", "threshold_not_met", 1, 1),
            ("short_return", "rejected", "contact_first", 2, 1),
            ("short_return", "rejected", "duplicate_order", 1, 1),
            ("switched_goods", "pending", "", 1, 1),
            ("worn_return", "pending", "", 3, 2),
            ("worn_return", "voided", "false_report", 2, 1),
        ]
    ),
    "tag_funnel": Answer(
        [
            ("jd", "short_return", 8, 3, 0, 4, 1, 0, {"contact_first": 2, "duplicate_order": 1}),
            ("tmall", "switched_goods", 1, 0, 1, 0, 0, 0, {}),
            ("tmall", "worn_return", 5, 0, 3, 0, 0, 2, {}),
        ]
    ),
    "time_to_confirmation": Answer(
        [("jd", "short_return", "platform_evidence", 1, 12, 12), ("jd", "short_return", "shops", 1, 96, 96)]
    ),
    "doubtful_shops": Answer([("s4", 3, 2, 1, 1.0), ("s1", 3, 0, 1, 0.333)]),
    "confirmed": Answer(
        [
            (key("rosa"), "short_return", "platform_evidence", 1, 1, moment(10.5)),
            (key("nina"), "short_return", "shops", 3, 3, moment(4)),
        ]
    ),
    "reversed": Answer(
        [
            ("jd", "short_return", "shops", "not said", 1),
            ("tmall", "switched_goods", "platform_evidence", "alert withdrawn", 1),
            ("tmall", "worn_return", "shops", "tag voided: false_report", 1),
        ]
    ),
    "buyer_history": Answer(HISTORY_OF_PIA, {"buyer_key": key("pia", "tmall")}, skipped=1),
}
TAG_STORY = Story("Tags and confirmations", [*_of_nina_and_rosa(), *_of_otto(), *_of_pia()], ANSWERS)
