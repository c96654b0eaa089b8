"""Which of the words about a refund deny that the goods came, and after which of several parcels (T6, F4, F7)."""

from __future__ import annotations

from cloudtag.detection.example import cited, day, in_ms, ordered, refunded, scanned
from cloudtag.detection.rule import Example


def _sent(number: str, signed_at: str, **fields: object) -> tuple[dict[str, object], ...]:
    """Shipped on the first day, and signed for by the recipient."""
    return (
        ordered("shipped", day(1, int(number[-1])), waybill_no=number),
        scanned(number, "accepted", day(1, 5), carrier=fields.get("carrier", "sf")),
        scanned(number, "signed", signed_at, **{"signer": "recipient", **fields}),
    )


def _said(status: str, at: str, **fields: object) -> dict[str, object]:
    return refunded(status, at, **{"type": "refund_only", "reason": "not_received", **fields})


_PLACED = ordered("placed", 0)
_EARLY = _said("opened", day(1, 12))
_FIRST, _SECOND = _sent("OUT1", day(2)), _sent("OUT2", day(3))

DENIED_WORDS = (
    Example(
        name="near miss: the shop refuses it once the parcel came, and the buyer says no more",
        events=(_PLACED, *_FIRST, _EARLY, refunded("refused", day(3))),
    ),
    Example(
        name="another reason after the signature, then the first again",
        events=(_PLACED, *_FIRST, _EARLY, _said("modified", day(3), reason="quality"), _said("modified", day(4))),
        fires=({"severity": "critical", "decided_at": in_ms(day(4)), "facts": {"high_since": None}},),
    ),
    Example(
        name="near miss: denied between the signatures for two parcels",
        events=(_PLACED, *_FIRST, *_SECOND, _said("opened", day(2, 12))),
    ),
    Example(
        name="denied after both, the last of which was fetched from a locker",
        events=(
            _PLACED,
            *_FIRST,
            *_sent("OUT2", day(3), signer="locker"),
            scanned("OUT2", "collected", day(3, 5)),
            _said("opened", day(4)),
        ),
        fires=(
            {
                "severity": "medium",
                "facts": {"signer": "collected", "hours_after_signature": "19.0"},
                "evidence": cited(_FIRST[2], scanned("OUT2", "collected", day(3, 5)), _said("opened", day(4))),
            },
        ),
    ),
    Example(
        name="one of two signatures is stamped with a local time: no more than medium",
        events=(
            _PLACED,
            *_FIRST,
            *_sent("OUT2", day(2), time_is_local=True),
            _said("opened", day(4)),
            _said("modified", day(5)),
        ),
        fires=({"severity": "medium", "facts": {"high_since": None, "modified": "1/2"}},),
    ),
    Example(
        name="signed for, by a courier that is not known here",
        events=(_PLACED, *_sent("OUT1", day(2), carrier="our own van"), _said("opened", day(3))),
        fires=({"severity": "medium", "facts": {"courier_silent": None}},),
    ),
)
