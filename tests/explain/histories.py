"""Events with known ends, and the alerts they give."""

import msgspec

from cloudtag.contract.records import Alert
from cloudtag.detection.example import day, inspected, ordered, refunded, scanned
from cloudtag.policy.load import shipped
from cloudtag.replay.driver import judge
from tests.detectors.judged import Raw, events_of


def short_then_corrected() -> list[Raw]:
    """Two pieces claimed, none found, then one, then both."""
    return [
        ordered("placed", 0),
        refunded("opened", day(5), type="return_refund", reason="no_reason"),
        refunded("waybill_filled", day(6), type="return_refund", waybill_no="RET1"),
        inspected(day(8), {"dress": 1}, waybill_no="RET1"),
        inspected(day(9), {}, waybill_no="RET1"),
        inspected(day(10), {"dress": 2}, waybill_no="RET1"),
    ]


def number_shared_by_two_buyers() -> list[Raw]:
    """One return number in the refunds of two buyers who share a phone."""
    told: list[Raw] = []
    for n in (11, 12):
        who = {"buyer_id": f"b{n}", "refund_id": f"r{n}"}
        told += [
            ordered("placed", day(0, n), **who, phone_hash="phone-of-both", buyer_note="quick please"),
            refunded(
                "opened",
                day(4, n),
                **who,
                type="return_refund",
                reason="quality",
                lines=[{"sku_id": "dress", "quantity": 1}],
            ),
            refunded("waybill_filled", day(5, n), **who, type="return_refund", waybill_no="RET9", carrier="sf"),
        ]
    return [
        *told,
        scanned("RET9", "accepted", day(5, 15), weight_grams=300),
        scanned("RET9", "signed", day(7), signer="station"),
    ]


def alerts_of(told: list[Raw], detector: str) -> list[Alert]:
    """The published revisions of the one alert of a detector (of the first, where there are several)."""
    found = [record for _, record in judge(events_of(told), None, shipped()) if isinstance(record, Alert)]
    found = [alert for alert in found if alert.detector == detector]
    return [alert for alert in found if alert.alert_id == found[0].alert_id]


def lines(told: list[Raw]) -> bytes:
    """The events as lines of a file."""
    return b"".join(msgspec.json.encode(event) + b"\n" for event in told)
