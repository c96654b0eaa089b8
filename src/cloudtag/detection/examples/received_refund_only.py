"""What `received_refund_only` finds, and what it must not."""

from __future__ import annotations

from cloudtag.detection.example import day, inspected, ordered, refunded, scanned
from cloudtag.detection.examples.broken_feed import DENIED
from cloudtag.detection.examples.denied_sets import DENIED_SETS
from cloudtag.detection.examples.denied_words import DENIED_WORDS
from cloudtag.detection.examples.partly_sent import DENIED_PARTS
from cloudtag.detection.rule import Example

_SENT = (ordered("placed", 0), ordered("shipped", day(1), waybill_no="OUT1"), scanned("OUT1", "accepted", day(1, 2)))
_SIGNED = scanned("OUT1", "signed", day(2), signer="recipient")
_NOT_RECEIVED = {"type": "refund_only", "reason": "not_received"}
_SKIRT = [{"sku_id": "skirt", "quantity": 1}]
_DRESS = [{"sku_id": "dress", "quantity": 1}]
_SPLIT = (
    ordered("placed", 0),
    ordered(
        "shipped",
        day(1),
        parcels=[{"waybill_no": "OUT1", "lines": _DRESS}, {"waybill_no": "OUT2", "lines": _SKIRT}],
    ),
)
_OTHER = scanned("OUT2", "signed", day(2), signer="recipient")


def _denied(status: str, at: str, **fields: object) -> dict[str, object]:
    return refunded(status, at, **{**_NOT_RECEIVED, **fields})


def _signed(signer: str | None) -> dict[str, object]:
    return scanned("OUT1", "signed", day(2), **({"signer": signer} if signer else {}))


EXAMPLES = (
    Example(
        name="signed for, then never received",
        events=(*_SENT, _SIGNED, refunded("opened", day(3), **_NOT_RECEIVED)),
        fires=(
            {
                "severity": "medium",
                "order_ids": ["o1"],
                "facts": {"signer": "recipient", "courier_silent": None},
                "explanation": "Refund r1 says the goods were not received, 24 hours after the recipient signed for "
                "parcel OUT1, and was never amended.",
            },
        ),
    ),
    Example(
        name="amended twice",
        events=(
            *_SENT,
            _SIGNED,
            refunded("opened", day(3), **_NOT_RECEIVED),
            refunded("modified", day(3, 5), **_NOT_RECEIVED),
            refunded("modified", day(4), **_NOT_RECEIVED),
        ),
        fires=(
            {
                "severity": "critical",
                "facts": {"high_since": day(3, 5), "critical_since": day(4)},
                "explanation": "Refund r1 says the goods were not received, 24 hours after the recipient signed for "
                "parcel OUT1, and was amended 2 times.",
            },
        ),
    ),
    Example(
        name="near miss: claimed before the parcel came, then left alone",
        events=(*_SENT, refunded("opened", day(1, 12), **_NOT_RECEIVED), _SIGNED),
    ),
    Example(
        name="near miss: a locker signed",
        events=(
            *_SENT,
            scanned("OUT1", "signed", day(2), signer="locker"),
            refunded("opened", day(3), **_NOT_RECEIVED),
        ),
    ),
    Example(
        name="near miss: received but damaged",
        events=(*_SENT, _SIGNED, refunded("opened", day(3), type="refund_only", reason="damaged")),
    ),
    Example(
        name="amended once",
        events=(*_SENT, _SIGNED, _denied("opened", day(3)), _denied("modified", day(4))),
        fires=({"severity": "high", "facts": {"modified": "1/2"}},),
    ),
    Example(
        name="collected from the locker, then never received",
        events=(*_SENT, _signed("locker"), scanned("OUT1", "collected", day(2, 5)), _denied("opened", day(3))),
        fires=({"severity": "medium", "facts": {"signer": "collected"}},),
    ),
    Example(
        name="denied ten minutes after the signature",
        events=(*_SENT, _SIGNED, _denied("opened", day(2, 0, 10))),
        fires=({"severity": "medium"},),
    ),
    Example(
        name="near miss: denied nine minutes after the signature, by two clocks",
        events=(*_SENT, _SIGNED, _denied("opened", day(2, 0, 9))),
    ),
    Example(
        name="still denied after the parcel came",
        events=(*_SENT, _denied("opened", day(1, 12)), _SIGNED, _denied("modified", day(3))),
        fires=({"severity": "high", "facts": {"modified": "1/2"}},),
    ),
    Example(
        name="amended before the parcel came does not count",
        events=(
            *_SENT,
            _denied("opened", day(1, 12)),
            _denied("modified", day(1, 13)),
            _SIGNED,
            _denied("escalated", day(3)),
        ),
        fires=({"severity": "medium", "facts": {"modified": "0/2"}},),
    ),
    Example(name="near miss: the household signed", events=(*_SENT, _signed("household"), _denied("opened", day(3)))),
    Example(name="near miss: somebody else signed", events=(*_SENT, _signed("other"), _denied("opened", day(3)))),
    Example(name="near miss: nobody is named", events=(*_SENT, _signed(None), _denied("opened", day(3)))),
    Example(
        name="near miss: a return for goods that were not received",
        events=(*_SENT, _SIGNED, _denied("opened", day(3), type="return_refund")),
    ),
    Example(
        name="near miss: signed for at the depot by mistake, and still carried about",
        events=(*_SENT, _SIGNED, scanned("OUT1", "out_for_delivery", day(4)), _denied("opened", day(3))),
    ),
    Example(
        name="near miss: denied between a false signature and the true one",
        events=(
            *_SENT,
            _SIGNED,
            scanned("OUT1", "out_for_delivery", day(4)),
            _denied("opened", day(3)),
            scanned("OUT1", "signed", day(4, 5), signer="recipient"),
        ),
    ),
    Example(
        name="near miss: refused, and signed for by the shop",
        events=(
            *_SENT,
            scanned("OUT1", "refused", day(2)),
            scanned("OUT1", "signed", day(5), signer="recipient"),
            _denied("opened", day(6)),
        ),
    ),
    Example(
        name="near miss: signed for at another address",
        events=(
            *_SENT,
            ordered("paid", day(0, 1), address_hash="home"),
            scanned("OUT1", "signed", day(2), signer="recipient", destination_hash="stranger"),
            _denied("opened", day(3)),
        ),
    ),
    Example(
        name="near miss: the number is of another order's parcel",
        events=(
            *_SENT,
            scanned("OUT1", "signed", day(2), signer="recipient", order_id="o9"),
            _denied("opened", day(3)),
        ),
    ),
    Example(
        name="two orders of the buyer's in one parcel, scanned under the other",
        events=(
            *_SENT,
            ordered("placed", 0, refund_id="r2"),
            ordered("shipped", day(1), refund_id="r2", waybill_no="OUT1"),
            scanned("OUT1", "signed", day(2), signer="recipient", order_id="o2"),
            _denied("opened", day(3)),
        ),
        fires=({"severity": "medium", "order_ids": ["o1"]},),
    ),
    Example(
        name="near miss: one of two parcels has not come",
        events=(*_SENT, ordered("shipped", day(1, 1), waybill_no="OUT2"), _SIGNED, _denied("opened", day(3))),
    ),
    Example(
        name="both of two parcels came",
        events=(
            *_SENT,
            ordered("shipped", day(1, 1), waybill_no="OUT2"),
            _SIGNED,
            scanned("OUT2", "signed", day(2, 5), signer="recipient"),
            _denied("opened", day(3)),
        ),
        fires=({"waybill_nos": ["OUT1", "OUT2"], "facts": {"hours_after_signature": "19.0"}},),
    ),
    Example(
        name="the parcel that holds the skirt came, and the skirt is denied",
        events=(
            *_SPLIT,
            scanned("OUT2", "signed", day(2), signer="recipient"),
            _denied("opened", day(3), lines=_SKIRT),
        ),
        fires=({"waybill_nos": ["OUT2"]},),
    ),
    Example(
        name="near miss: the parcel that holds the dress has not come, and the dress is denied",
        events=(
            *_SPLIT,
            scanned("OUT2", "signed", day(2), signer="recipient"),
            _denied("opened", day(3), lines=_DRESS),
        ),
    ),
    Example(
        name="local time, half a day before, supports no more than medium",
        events=(
            *_SENT,
            scanned("OUT1", "signed", day(2), signer="recipient", time_is_local=True),
            _denied("opened", day(2, 14, 10)),
            _denied("modified", day(4)),
        ),
        fires=({"severity": "medium"},),
    ),
    Example(
        name="near miss: local time, a minute less",
        events=(
            *_SENT,
            scanned("OUT1", "signed", day(2), signer="recipient", time_is_local=True),
            _denied("opened", day(2, 14, 9)),
        ),
    ),
    Example(
        name="near miss: given up before any money moved",
        events=(*_SENT, _SIGNED, _denied("opened", day(3)), _denied("withdrawn", day(4))),
    ),
    Example(
        name="near miss: an old signature under a number that is used again",
        events=(
            scanned("OUT1", "accepted", day(-40)),
            scanned("OUT1", "signed", day(-38), signer="recipient"),
            *_SENT[:2],
            _denied("opened", day(3)),
        ),
    ),
    Example(
        name="near miss: the goods came back all the same",
        events=(*_SENT, _SIGNED, _denied("opened", day(3)), inspected(day(8), {"dress": 2}, waybill_no="RET1")),
    ),
    Example(
        name="half of the goods came back",
        events=(*_SENT, _SIGNED, _denied("opened", day(3)), inspected(day(8), {"dress": 1})),
        fires=({"severity": "medium"},),
    ),
    *DENIED,
    *DENIED_WORDS,
    Example(
        name="another reason once the money was paid",
        events=(
            *_SENT,
            _SIGNED,
            _denied("opened", day(3)),
            _denied("completed", day(4)),
            _denied("modified", day(5), reason="quality"),
        ),
        fires=({"severity": "high"},),
    ),
    Example(
        name="near miss: another reason before any money was paid",
        events=(
            *_SENT,
            _SIGNED,
            _denied("opened", day(3)),
            _denied("modified", day(4), reason="quality"),
            _denied("completed", day(5), reason="quality"),
        ),
    ),
    *DENIED_SETS,
    *DENIED_PARTS,
)
