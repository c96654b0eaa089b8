"""Edges of `envelope_return`: how a parcel came, how its goods had been sent, and what is told of it."""

from typing import Any

from cloudtag.detection.example import day, inspected, ordered, refunded, scanned
from cloudtag.detection.rule import Example
from tests.detectors.edges.building import Events, Raw, at, cited

_SAID: dict[str, Any] = {"type": "return_refund", "reason": "no_reason"}
_FILLED = refunded("waybill_filled", day(6), waybill_no="RET1", **_SAID)
_RETURN = (ordered("placed", 0), refunded("opened", day(5), **_SAID), _FILLED)
_NOTED = inspected(day(8), {}, package="envelope")


def _scan(**parcel: Any) -> Raw:
    return scanned("RET1", "accepted", day(6, 5), **parcel)


def _sent(**parcel: Any) -> Events:
    return (*_RETURN, _scan(**parcel))


def _out(n: int, **parcel: Any) -> Events:
    """The order is sent in another parcel."""
    return (
        ordered("shipped", day(1, n), carrier="SF", waybill_no=f"OUT{n}"),
        scanned(f"OUT{n}", "accepted", day(1, n + 1), **parcel),
        scanned(f"OUT{n}", "signed", day(3), signer="recipient"),
    )


def _also(n: int, days: int, platform: str = "taobao") -> Events:
    """Another order goes back in the same parcel."""
    who = {"refund_id": f"r{n}", "platform": platform}
    return ordered("placed", 0, **who), refunded("waybill_filled", day(days), waybill_no="RET1", **who, **_SAID)


def _told(how: str, least: str) -> str:
    return f"Return parcel RET1 is {how}, where {least} g or more."


_GOODS, _FULL = "goods weigh 50", "a full one weighs 500"

EDGES = (
    Example(
        name="near miss: an envelope under the number the order had been sent under, which is another matter",
        events=(
            *_out(1),
            refunded("waybill_filled", day(6), waybill_no="OUT1", carrier="SF", **_SAID),
            inspected(day(8), {}, package="envelope", waybill_no="OUT1"),
        ),
    ),
    Example(
        name="the shop notes an envelope, of which no courier said anything",
        events=(*_RETURN, _NOTED),
        fires=({"decided_at": at(8), "evidence": cited(_FILLED, _NOTED), "recommendation": "refund_received_only"},),
    ),
    Example(
        name="the shop notes an envelope, and the courier did not say what it carried",
        events=(*_sent(), _NOTED),
        fires=({"decided_at": at(8), "evidence": cited(_FILLED, _NOTED)},),
    ),
    Example(
        name="the courier sees an envelope first, and the shop too",
        events=(*_sent(package="envelope"), _NOTED),
        fires=({"decided_at": at(6, 5), "evidence": [*cited(_scan()), *cited(_FILLED, _NOTED)]},),
    ),
    Example(
        name="light, and nobody says what it is",
        events=_sent(weight_grams=20),
        fires=(
            {
                "decided_at": at(6, 5),
                "evidence": [*cited(_scan()), *cited(_FILLED)],
                "facts": {"package": "unknown/envelope"},
                "explanation": _told("in unknown packaging and of 20 g", _GOODS),
                "explanation_zh": "退货包裹 RET1 的包装未知，重量 20 克，而商品应不少于 50 克。",
            },
        ),
    ),
    Example(
        name="a light bag, which the shop has opened: what was in it is to be paid",
        events=(*_sent(package="bag", weight_grams=20), inspected(day(8), {"dress": 1}, package="bag")),
        fires=(
            {
                "recommendation": "refund_received_only",
                "facts": {"package": "bag/envelope"},
                "evidence": [*cited(_scan()), *cited(_FILLED)],
            },
        ),
    ),
    Example(
        name="an envelope that nobody weighed",
        events=_sent(package="envelope"),
        fires=(
            {
                "explanation": _told("an envelope of unknown weight", _GOODS),
                "explanation_zh": "退货包裹 RET1 的包装为信封，重量未知，而商品应不少于 50 克。",
            },
        ),
    ),
    Example(
        name="an envelope of 49 grams",
        events=_sent(package="envelope", weight_grams=49),
        fires=({"explanation": _told("an envelope of 49 g", _GOODS)},),
    ),
    Example(
        name="an envelope of 50 grams, which is no full one",
        events=_sent(package="envelope", weight_grams=50),
        fires=({"explanation": _told("an envelope of 50 g", _FULL)},),
    ),
    Example(
        name="near miss: they came in an envelope of 30 grams, and nobody weighs the one they go back in",
        events=(*_out(1, package="envelope", weight_grams=30), *_sent(package="envelope")),
    ),
    Example(
        name="they came in two envelopes, of which one was weighed, and go back at another weight",
        events=(
            *_out(1, package="envelope", weight_grams=40),
            *_out(2, package="envelope"),
            *_sent(package="envelope", weight_grams=20),
        ),
        fires=({"facts": {"weight_grams": "20/50"}},),
    ),
    Example(
        name="they came in an envelope and in a box, which nobody weighed",
        events=(*_out(1, package="envelope"), *_out(2, package="box"), *_sent(package="envelope")),
        fires=({"severity": "medium"},),
    ),
    Example(
        name="two orders in one envelope: told since the first named it",
        events=(*_sent(package="envelope"), *_also(2, 8, "tmall")),
        fires=({"platform": "taobao", "decided_at": at(6, 5), "refund_ids": ["r1", "r2"]},),
    ),
    Example(
        name="a box that arrived, and an envelope a month later under the number, to another house of the shop's",
        events=(
            *_sent(package="box", destination_hash="warehouse"),
            scanned("RET1", "signed", day(8), signer="recipient"),
            *_also(2, 40),
            scanned("RET1", "accepted", day(40, 5), package="envelope", destination_hash="office"),
        ),
        fires=({"order_ids": ["o2"], "refund_ids": ["r2"]},),
    ),
    Example(
        name="a box last year, and an envelope under the number since it was given out again",
        events=(
            *_sent(package="box"),
            scanned("RET1", "signed", day(8), signer="recipient"),
            *_also(2, 250),
            scanned("RET1", "accepted", day(250, 5), package="envelope"),
        ),
        fires=({"refund_ids": ["r2"]},),
    ),
)
