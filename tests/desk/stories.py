"""What happened in the tests' marketplace."""

from typing import Any

from cloudtag.detection.example import day, event, inspected, ordered, refunded, scanned
from tests.detectors.judged import events_of
from tests.explain.histories import number_shared_by_two_buyers, short_then_corrected


def empty_parcel(n: int, shop: str, price: int, **fields: Any) -> list[dict[str, Any]]:
    """Buyer `b<n>` sends an empty parcel back for order `o<n>`."""
    who = {"buyer_id": f"b{n}", "order_id": f"o{n}", "refund_id": f"r{n}", "shop_id": shop}
    lines = [{"sku_id": "dress", "quantity": 2, "unit_price_minor": price}]
    returned = {"type": "return_refund", "reason": "no_reason", **fields}
    return [
        ordered("placed", day(0, n % 24), **who, lines=lines, currency="CNY"),
        refunded("opened", day(5, n % 24), **who, **returned),
        refunded("waybill_filled", day(6, n % 24), **who, type="return_refund", waybill_no=f"RET{n}", carrier="sf"),
        scanned(f"RET{n}", "accepted", day(6, 23), carrier="sf", weight_grams=300),
        scanned(f"RET{n}", "signed", day(7, 12), carrier="sf", signer="station"),
        inspected(day(8, n % 24), {}, waybill_no=f"RET{n}", **who),
    ]


def story() -> list[Any]:
    """Empty parcels at two shops, one of them dear and soon due; one that was made good; one number of two buyers."""
    told: list[dict[str, Any]] = []
    told += [event("accounts", day(0), shop_id="s1", account_id="acc-1", status="exam_passed")]
    told += empty_parcel(31, "s1", 19900)
    told += empty_parcel(32, "s1", 990000, deadline_at=day(12))
    told += empty_parcel(33, "s2", 5000)
    told += empty_parcel(34, "s1", 19900)
    told += empty_parcel(35, "s1", 9900)
    told += short_then_corrected()
    told += number_shared_by_two_buyers()
    return events_of(told)
