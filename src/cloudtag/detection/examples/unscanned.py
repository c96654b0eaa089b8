"""Numbers that nobody scans: when the wait ends, for whom, and what the shop says of it."""

from __future__ import annotations

from typing import Any

from cloudtag.detection.example import day, inspected, ordered, refunded, scanned
from cloudtag.detection.rule import Example

_BUSY = tuple(scanned("BUSY", "arrived", day(6, hour, 30), carrier="YTO") for hour in range(110))
_NAMED = ["refunds", "refunds-2026-03-08T00:00:00Z-r1-o1-RET1-s1-waybill_filled", 1_772_928_000_000]
_NINE = 1_773_187_200_000
_SINCE_FIVE = {"medium_since": "2026-03-11T05:00:00Z"}


def _return(n: int = 1, at: str = day(6), carrier: str | None = "YTO", **fields: Any) -> tuple[dict[str, object], ...]:
    who = {"refund_id": f"r{n}", "type": "return_refund", **fields}
    return (
        ordered("placed", 0, refund_id=f"r{n}"),
        refunded("opened", day(5), reason="no_reason", **who),
        refunded("waybill_filled", at, carrier=carrier, waybill_no="RET1", **who),
    )


def _says(status: str, at: str, **fields: object) -> dict[str, object]:
    return refunded(status, at, type="return_refund", **fields)


def _nothing(at: str, **fields: object) -> dict[str, object]:
    return inspected(at, {}, **{"arrived": False, "waybill_no": "RET1", **fields})


_UNKNOWN = _return(carrier=None)
_TRAVELS = (
    scanned("RET1", "accepted", day(6, 3), carrier="ZTO"),
    scanned("RET1", "signed", day(8), carrier="ZTO", signer="station"),
)


def _case(name: str, *events: dict[str, object], until: str = day(12), **alert: object) -> Example:
    """One alert that says so; with nothing to say, none."""
    return Example(name=name, events=events, until=until, fires=(alert,) if alert else ())


UNSCANNED = (
    _case(
        "two refunds under one number wait since the first",
        *_return(), *_return(2, day(7, 12)), *_BUSY, until=day(9),
        refund_ids=["r1", "r2"], decided_at=_NINE, severity="medium",
        explanation="Return number RET1 has no courier scan 72 hours after it was filled in.",
        explanation_zh="退货单号 RET1 填写 72 小时后仍无任何物流扫描。",
    ),
    _case(
        "near miss: refused before the wait was over, and taken up again afterwards",
        *_return(), *_BUSY, _says("refused", day(8)), _says("modified", day(9, 1)),
    ),
    _case(
        "near miss: what nobody knows the meaning of does not take a refusal back",
        *_return(), *_BUSY, _says("refused", day(8)), _says("unknown", day(8, 12)), _says("modified", day(9, 1)),
    ),
    _case(
        "a number that was named by a word of unknown meaning",
        ordered("placed", 0), _says("unknown", day(6), carrier="YTO", waybill_no="RET1"), *_BUSY,
        severity="medium", decided_at=_NINE,
    ),
    _case(
        "near miss: the platform took the number back as the wait ended",
        *_return(), *_BUSY, _says("modified", day(9), waybill_no="RET1", waybill_cleared=True),
    ),
    _case(
        "of two refunds one was refused in time",
        *_return(), *_return(2), *_BUSY, _says("refused", day(8)),
        refund_ids=["r2"], decided_at=_NINE,
    ),
    _case(
        "of two refunds the later was refused in time",
        *_return(), *_return(2, day(7)), *_BUSY, _says("refused", day(8), refund_id="r2"),
        refund_ids=["r1"], decided_at=_NINE,
    ),
    _case(
        "refunds of two shops under one number: it is told of the one that named it first",
        *_return(), *_return(2, day(7), shop_id="s2", platform="tmall"), *_BUSY,
        shop_id="s1", platform="taobao", refund_ids=["r1", "r2"],
    ),
    _case(
        "the shop says that nothing came, once the wait is over: nobody doubted it",
        *_return(), *_BUSY, _nothing(day(9, 5)), severity="medium", decided_at=_NINE,
        facts={"medium_since": None}, evidence=[_NAMED],
    ),
    _case(
        "a courier that nobody knows, and the shop says later that nothing came",
        *_UNKNOWN, _nothing(day(9, 5)), severity="medium", decided_at=_NINE, facts=_SINCE_FIVE,
        evidence=[_NAMED, ["inspections", "inspections-2026-03-11T05:00:00Z-r1-o1-RET1-s1", 1_773_205_200_000]],
    ),
    _case(
        "the shop says so twice: it counts since it said so first",
        *_UNKNOWN, _nothing(day(9, 5)), _nothing(day(9, 8)), severity="medium", facts=_SINCE_FIVE,
    ),
    _case(
        "the shop had said so before the wait was over, and says so again",
        *_UNKNOWN, _nothing(day(8)), _nothing(day(9, 5)), severity="medium", decided_at=_NINE,
    ),
    _case(
        "the shop found a part, and says then that nothing came",
        *_UNKNOWN, inspected(day(9, 2), {"dress": 1}, waybill_no="RET1"), _nothing(day(9, 5)),
        severity="medium", decided_at=_NINE, facts=_SINCE_FIVE,
    ),
    _case(
        "the shop says so without naming a number",
        *_UNKNOWN, _nothing(day(9, 5), waybill_no=None), severity="medium",
    ),
    _case(
        "the shop says so of another number",
        *_UNKNOWN, _nothing(day(9, 5), waybill_no="RET2"), severity="low",
    ),
    _case(
        "the shop says so of another refund of the order",
        *_UNKNOWN, _nothing(day(9, 5), refund_id="r2", order_id="o1"), severity="low",
    ),
    _case(
        "another courier's parcel was handed in too late for one of two refunds",
        *_return(), *_return(2, day(7)), *_BUSY, scanned("RET1", "accepted", day(9, 12), carrier="ZTO"),
        severity="medium", refund_ids=["r1", "r2"],
    ),
    _case(
        "another courier has a parcel that both may have meant",
        *_return(), *_return(2, day(7)), *_BUSY, *_TRAVELS,
        severity="low", facts={"other_courier": "zto"},
        explanation=(
            "Return number RET1 has no courier scan 72 hours after it was filled in, though courier zto has a parcel "
            "of that number."
        ),
        explanation_zh="退货单号 RET1 填写 72 小时后仍无任何物流扫描，但承运商 zto 有同号包裹。",
    ),
)  # fmt: skip
