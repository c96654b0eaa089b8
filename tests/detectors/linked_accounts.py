"""What linked accounts do, each a little: claims, ratings, claims on the insurance."""

from cloudtag.detection.example import day, event, ordered, refunded, reviewed
from tests.detectors.judged import Raw


def asks(n: int, buyer: int) -> tuple[Raw, ...]:
    who = {"refund_id": f"r{n}", "buyer_id": f"b{buyer}"}
    return (
        ordered("shipped", day(n), waybill_no=f"OUT{n}", device_hash="d1", **who),
        refunded("opened", day(n + 4), type="refund_only", reason="damaged", **who),
    )


def rates(n: int, buyer: int) -> tuple[Raw, ...]:
    who = {"refund_id": f"r{n}", "buyer_id": f"b{buyer}"}
    return (
        ordered("completed", day(4), payment_hash="y1", **who),
        reviewed(day(6, n), 1, review_id=f"v{n}", **who),
    )


def paid(n: int, buyer: int) -> tuple[Raw, ...]:
    order = ordered("placed", day(n), freight_insured=True, phone_hash="p1", refund_id=f"r{n}", buyer_id=f"b{buyer}")
    who = {"claim_id": f"k{n}", "order_id": f"o{n}", "buyer_id": f"b{buyer}", "shop_id": "s1"}
    return order, event("insurance", day(n + 5), status="paid", **who)
