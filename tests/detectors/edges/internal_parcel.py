"""Edges of `internal_parcel`: which signature ends it, since when, and how it is told."""

from typing import Any

from cloudtag.detection.example import day, ordered, refunded, scanned
from cloudtag.detection.rule import Example
from tests.detectors.edges.building import Raw, at, cited, firing

_SAID: dict[str, Any] = {"type": "return_refund", "reason": "no_reason"}
_FILLED = refunded("waybill_filled", day(6), waybill_no="RET1", **_SAID)
_RETURN = (ordered("placed", 0), refunded("opened", day(5), **_SAID), _FILLED)


def _seen(kind: str, days: int, facility: str | None = "f1", **said: Any) -> Raw:
    return scanned("RET1", kind, day(days), facility=facility, **said)


_IN = _seen("accepted", 7)
_TURNED = firing("internal_parcel", "turned round on its way, and signed for where it was handed in")
_AT_STATION = _seen("signed", 8, "f2", signer="station")
_NOTE = _seen("exception", 10)

EDGES = (
    Example(
        name="in and out at one station: since it was signed for",
        events=(*_RETURN, _IN, _seen("signed", 8)),
        fires=(
            {
                "decided_at": at(8),
                "evidence": [*cited(_IN, _seen("signed", 8)), *cited(_FILLED)],
                "facts": {"first_facility": "f1", "last_facility": "f1"},
                "explanation": (
                    "Return parcel RET1 was signed for, but its last scan is where its first was, at facility f1."
                ),
                "explanation_zh": "退货包裹 RET1 已签收，但首末扫描均在同一网点 f1。",
            },
        ),
    ),
    Example(
        name="named once it had been signed for: since then",
        events=(*_RETURN[:2], _IN, _seen("signed", 8), {**_FILLED, "occurred_at": day(9)}),
        fires=({"decided_at": at(9)},),
    ),
    Example(
        name="signed for there, and noted once more: since the signature",
        events=(*_RETURN, _IN, _seen("signed", 8, signer="other"), _NOTE),
        fires=({"decided_at": at(8), "facts": {"last_facility": "f1"}},),
    ),
    Example(
        name="signed for at another station, and back at the first: since it is back",
        events=(*_RETURN, _IN, _AT_STATION, _NOTE),
        fires=(
            {
                "decided_at": at(10),
                "evidence": [*cited(_IN, _AT_STATION, _NOTE), *cited(_FILLED)],
                "facts": {"last_facility": "f1"},
            },
        ),
    ),
    Example(
        name="turned round, and signed for by the sender at a third station: since the signature",
        events=(*_RETURN, _IN, _seen("returned", 8, "f2"), _seen("signed", 9, "f3", signer="recipient"), _NOTE),
        fires=(
            {
                "decided_at": at(9),
                "facts": {"turned_round": "true", "first_facility": "f1", "last_facility": "f1"},
                "explanation": (
                    "Return parcel RET1 was turned round on its way though nobody had refused it, and was signed for "
                    "at the sender's end."
                ),
                "explanation_zh": "退货包裹 RET1 在无人拒收的情况下中途退回，并在寄件方签收。",
            },
        ),
    ),
    Example(
        name="near miss: it waited at the shop's station, the shop refused it, and it went home",
        events=(*_RETURN, _IN, _AT_STATION, _seen("refused", 9, "f2"), _seen("signed", 11, signer="recipient")),
    ),
)
