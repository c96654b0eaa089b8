"""What happened in the tests' marketplace."""

from typing import Any

from cloudtag.detection.example import day, event, inspected, ordered, refunded, scanned
from tests.detectors.judged import events_of
from tests.explain.histories import number_shared_by_two_buyers, short_then_corrected

SANCTIONED = (41, 42, 43)
"""Buyers with a sanction."""


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
    """Empty parcels at two shops, one of them dear and soon due; one that was made good; one number of two buyers;
    buyers whom three shops have tagged."""
    told: list[dict[str, Any]] = []
    for n in SANCTIONED:
        told += sanctioned(n)
    told += [event("accounts", day(0), shop_id="s1", account_id="acc-1", status="exam_passed")]
    told += empty_parcel(31, "s1", 19900)
    told += empty_parcel(32, "s1", 990000, deadline_at=day(12))
    told += empty_parcel(33, "s2", 5000)
    told += empty_parcel(34, "s1", 19900)
    told += empty_parcel(35, "s1", 9900)
    told += short_then_corrected()
    told += number_shared_by_two_buyers()
    return events_of(told)


def ring_of_two(n: int, shop: str) -> list[dict[str, Any]]:
    """Buyers `b<n>` and `b<n+1>`, of one phone, both send empty parcels back, and give one number for two more."""
    told = empty_parcel(n, shop, 19900) + empty_parcel(n + 1, shop, 9900)
    for k in (n, n + 1):
        who = {"buyer_id": f"b{k}", "order_id": f"o{k}x", "refund_id": f"r{k}x", "shop_id": shop}
        returned = {"type": "return_refund", "reason": "quality"}
        told += [
            ordered("placed", day(0, k % 20), **who, phone_hash=f"phone-{n}"),
            refunded("opened", day(4, k % 20), **who, **returned, lines=[{"sku_id": "dress", "quantity": 1}]),
            refunded("waybill_filled", day(5, 1 + k % 20), **who, **returned, waybill_no=f"RING{n}", carrier="sf"),
        ]
    return [
        *told,
        scanned(f"RING{n}", "accepted", day(5, 22), weight_grams=300),
        scanned(f"RING{n}", "signed", day(7), signer="station"),
    ]


def sanctioned(n: int) -> list[dict[str, Any]]:
    """Buyer `b<n>` sends empty parcels back to three shops, which tag the buyer: a sanction follows."""
    told: list[dict[str, Any]] = []
    for k, shop in enumerate(("s1", "s8", "s9"), 1):
        who = {"buyer_id": f"b{n}", "order_id": f"o{n}-{k}", "refund_id": f"r{n}-{k}", "shop_id": shop}
        account = {"shop_id": shop, "account_id": f"acc-{k}"}
        tagged = [{"order_id": who["order_id"], "buyer_id": who["buyer_id"]}]
        returned = {"type": "return_refund", "reason": "no_reason"}
        told += [
            event("accounts", day(0), **account, status="exam_passed"),
            ordered("placed", day(0, k), **who),
            refunded("opened", day(5, k), **who, **returned),
            refunded("waybill_filled", day(6, k), **who, **returned, waybill_no=f"RET{n}-{k}", carrier="sf"),
            inspected(day(8, k), {}, waybill_no=f"RET{n}-{k}", **who),
            event(
                "tags",
                day(9, k),
                **account,
                event_id=f"tag-{n}-{k}",
                submission_id=f"t{n}-{k}",
                scenarios=["worn_return"],
                orders=tagged,
            ),
        ]
    return told
