"""The detector is held to everything cloudtag holds its own to."""

from cloudtag.detection.example import day, refunded
from cloudtag.testing import DetectorTests, Withdrawal

SECOND = {"refund_id": "r2", "shop_id": "s2"}


class TestAddressHopping(DetectorTests):
    detector = "address_hopping"
    withdrawals = (
        Withdrawal(
            name="called off, then asked for again",
            example="three doors in six weeks",
            by=(refunded("withdrawn", day(50), **SECOND),),
            restored_by=(refunded("modified", day(51), **SECOND),),
        ),
        Withdrawal(
            name="it came broken, then it had not come after all",
            example="three doors in six weeks",
            by=(refunded("modified", day(50), reason="damaged", **SECOND),),
            restored_by=(refunded("modified", day(51), reason="not_received", **SECOND),),
        ),
    )
