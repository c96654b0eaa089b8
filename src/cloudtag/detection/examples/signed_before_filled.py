"""What `signed_before_filled` finds, and what it must not."""

from __future__ import annotations

from cloudtag.detection.example import cited, day, in_ms, inspected, ordered, refunded, scanned
from cloudtag.detection.examples.missent import missent
from cloudtag.detection.rule import Example


def _opened(n: int = 1, reason: str = "no_reason") -> tuple[dict[str, object], ...]:
    return (
        ordered("placed", day(0, n), refund_id=f"r{n}"),
        refunded("opened", day(5, n), refund_id=f"r{n}", type="return_refund", reason=reason),
    )


def _filled(at: str, n: int = 1, **fields: object) -> dict[str, object]:
    filled = {"type": "return_refund", "waybill_no": "RET1", **fields}
    return refunded("waybill_filled", at, refund_id=f"r{n}", **filled)


def _delivered(days: int) -> tuple[dict[str, object], ...]:
    return (scanned("RET1", "accepted", day(days)), scanned("RET1", "signed", day(days + 1, 5), signer="other"))


def _signed_first(reason: str) -> tuple[dict[str, object], ...]:
    """Delivered two days before the number is filled in."""
    return *_opened(reason=reason), *_delivered(6), _filled(day(9, 5), reason=reason)


def _at(shop_id: str, *events: dict[str, object]) -> tuple[dict[str, object], ...]:
    return tuple({**event, "shop_id": shop_id} for event in events)


_LATE = "after the refund was opened"

EXAMPLES = (
    Example(
        name="somebody else's parcel, delivered before the refund was opened",
        events=(*_delivered(2), *_opened(), _filled(day(6))),
        fires=({"severity": "high", "waybill_nos": ["RET1"], "facts": {"signed": "before the refund was opened"}},),
    ),
    Example(
        name="delivered between opening and filling in",
        events=(*_opened(), *_delivered(6), _filled(day(9, 5))),
        fires=({"severity": "medium", "facts": {"hours_since_signature": "48.0/0.2", "signed": _LATE}},),
    ),
    Example(name="near miss: filled in, then delivered", events=(*_opened(), _filled(day(6)), *_delivered(6))),
    Example(
        name="near miss: sent first, filled in when asked, and the goods are there",
        events=(*_opened(), *_delivered(6), _filled(day(9)), inspected(day(10), {"dress": 2}, waybill_no="RET1")),
    ),
    Example(
        name="near miss: told by phone, written down by the shop afterwards",
        events=(*_opened(), *_delivered(6), _filled(day(9), offline=True)),
    ),
    Example(
        name="near miss: a second refund in a parcel that had been announced",
        events=(*_opened(1), *_opened(2), _filled(day(6)), *_delivered(6), _filled(day(9), 2)),
    ),
    Example(
        name="near miss: mistyped, then set back to the number given first",
        events=(
            *_opened(),
            _filled(day(6)),
            _filled(day(6, 1), waybill_no="RET2"),
            *_delivered(6),
            scanned("RET2", "accepted", day(6, 8)),
            refunded("modified", day(8), type="return_refund", waybill_no="RET1"),
        ),
    ),
    Example(
        name="near miss: the courier uses the number again",
        events=(
            *_delivered(0),
            ordered("placed", day(200)),
            refunded("opened", day(205), type="return_refund"),
            _filled(day(206)),
            scanned("RET1", "accepted", day(206, 5)),
        ),
    ),
    Example(
        name="near miss: refused at the door, so it is the order's own parcel",
        events=(
            ordered("placed", 0),
            ordered("shipped", day(1), waybill_no="RET1"),
            scanned("RET1", "refused", day(2)),
            scanned("RET1", "signed", day(4)),
            refunded("opened", day(5), type="return_refund"),
            _filled(day(6)),
        ),
    ),
    Example(
        name="ten minutes between signature and filling in",
        events=(*_opened(), *_delivered(6), _filled(day(7, 5, 10))),
        fires=({"severity": "medium", "facts": {"hours_since_signature": "0.2/0.2"}},),
    ),
    Example(
        name="near miss: nine minutes, by two clocks",
        events=(*_opened(), *_delivered(6), _filled(day(7, 5, 9))),
    ),
    Example(
        name="near miss: filled in at the very moment of the signature",
        events=(*_opened(), *_delivered(6), _filled(day(7, 5))),
    ),
    Example(
        name="opened nine minutes after the signature, which may have been before",
        events=(
            ordered("placed", 0),
            *_delivered(4),
            refunded("opened", day(5, 5, 9), type="return_refund"),
            _filled(day(6)),
        ),
        fires=({"severity": "medium"},),
    ),
    Example(
        name="opened ten minutes after the signature",
        events=(
            ordered("placed", 0),
            *_delivered(4),
            refunded("opened", day(5, 5, 10), type="return_refund"),
            _filled(day(6)),
        ),
        fires=({"severity": "high"},),
    ),
    Example(
        name="signed for exactly 180 days before",
        events=(
            scanned("RET1", "accepted", day(-175)),
            scanned("RET1", "signed", day(-174), signer="other"),
            *_opened(),
            _filled(day(6)),
        ),
        fires=({"severity": "high"},),
    ),
    Example(
        name="near miss: signed for a minute longer ago, as a number that is used again",
        events=(
            scanned("RET1", "accepted", day(-175)),
            scanned("RET1", "signed", day(-174), signer="other"),
            *_opened(),
            _filled(day(6, 0, 1)),
        ),
    ),
    Example(
        name="near miss: another parcel's signature of last year, and the new parcel begins hours later",
        events=(
            scanned("RET1", "accepted", day(-80), destination_hash="stranger"),
            scanned("RET1", "signed", day(-78), signer="recipient"),
            *_opened(),
            _filled(day(6)),
            scanned("RET1", "accepted", day(6, 5), destination_hash="warehouse"),
        ),
    ),
    Example(
        name="near miss: a signature that the travelling parcel refutes",
        events=(*_opened(), *_delivered(6), scanned("RET1", "departed", day(7, 9)), _filled(day(9))),
    ),
    Example(
        name="a courier that stamps local time, half a day before",
        events=(
            *_opened(),
            scanned("RET1", "accepted", day(5, 2), time_is_local=True),
            scanned("RET1", "signed", day(6), signer="other", time_is_local=True),
            _filled(day(6, 14, 10)),
        ),
        fires=({"severity": "medium"},),
    ),
    Example(
        name="near miss: a courier that stamps local time, a minute less",
        events=(
            *_opened(),
            scanned("RET1", "accepted", day(5, 2), time_is_local=True),
            scanned("RET1", "signed", day(6), signer="other", time_is_local=True),
            _filled(day(6, 14, 9)),
        ),
    ),
    Example(
        name="a local time long before the refund was opened supports no more than medium",
        events=(
            scanned("RET1", "accepted", day(1), time_is_local=True),
            scanned("RET1", "signed", day(2), signer="other", time_is_local=True),
            *_opened(),
            _filled(day(6)),
        ),
        fires=({"severity": "medium"},),
    ),
    Example(
        name="half of the goods are there",
        events=(*_opened(), *_delivered(6), _filled(day(9)), inspected(day(10), {"dress": 1}, waybill_no="RET1")),
        fires=({"severity": "medium"},),
    ),
    Example(
        name="near miss: withdrawn before money moved",
        events=(
            *_opened(),
            *_delivered(6),
            _filled(day(9)),
            refunded("withdrawn", day(10), type="return_refund"),
        ),
    ),
    Example(
        name="near miss: a claim for the postage, with the number of a parcel that has arrived",
        events=(
            ordered("placed", 0),
            refunded("opened", day(5), type="postage", reason="other"),
            *_delivered(6),
            _filled(day(9), type="postage"),
        ),
    ),
    Example(
        name="one shop's return had named it in time, another's only after it was delivered",
        events=(*_opened(1), *_at("s2", *_opened(2)), _filled(day(6)), *_delivered(6), *_at("s2", _filled(day(9), 2))),
        fires=({"shop_id": "s2", "order_ids": ["o2"], "refund_ids": ["r2"]},),
    ),
    Example(
        name="of two shops' returns in a parcel that had been delivered one has all its goods",
        events=(
            *_opened(1),
            *_at("s2", *_opened(2)),
            *_delivered(6),
            _filled(day(9)),
            *_at("s2", _filled(day(9), 2)),
            inspected(day(10), {"dress": 2}, waybill_no="RET1"),
        ),
        fires=({"shop_id": "s2", "order_ids": ["o2"]},),
    ),
    Example(
        name="two refunds of one shop: the first word on either counts",
        events=(
            *_opened(1),
            ordered("placed", 0, refund_id="r2"),
            *_delivered(6),
            refunded("opened", day(8), refund_id="r2", type="return_refund"),
            _filled(day(9)),
            _filled(day(10), 2),
        ),
        fires=(
            {
                "severity": "medium",
                "refund_ids": ["r1", "r2"],
                "decided_at": in_ms(day(9)),
                "evidence": cited(_delivered(6)[1], _opened(1)[1], _filled(day(9)), _filled(day(10), 2)),
            },
        ),
    ),
    *missent(_signed_first, ({"severity": "medium"},)),
)
