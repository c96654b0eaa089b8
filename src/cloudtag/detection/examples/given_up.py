"""What the whole-site judgement makes of refunds that were given up before money moved (F6)."""

from __future__ import annotations

from cloudtag.detection.example import day, inspected, ordered, refunded, scanned
from cloudtag.detection.rule import Example

_DENIAL = {"refund_id": "r1", "type": "refund_only", "reason": "not_received"}
_SHORT = (
    ordered("completed", day(30), refund_id="r2"),
    refunded("opened", day(31), refund_id="r2", type="return_refund", reason="quality"),
    inspected(day(35), {"dress": 1}, refund_id="r2"),
)


def _denied(asked: int = 3, given_up: int = 5) -> tuple[dict[str, object], ...]:
    """Signed for on day 2, said not to have come, and the refund withdrawn again."""
    return (
        ordered("shipped", day(0), waybill_no="OUT1"),
        scanned("OUT1", "signed", day(2), signer="recipient"),
        refunded("opened", day(asked), **_DENIAL),
        refunded("withdrawn", day(given_up), **_DENIAL),
    )


def _unsent(given_up: str) -> tuple[dict[str, object], ...]:
    """A return number of a courier nobody knows, which no courier ever scanned, and the refund withdrawn again."""
    said = {"refund_id": "r1", "type": "return_refund", "reason": "no_reason"}
    return (
        ordered("completed", day(0)),
        refunded("waybill_filled", day(1), waybill_no="RET1", **said),
        refunded("withdrawn", given_up, **said),
    )


GIVEN_UP = (
    Example(
        name="one was given up, another stands",
        events=(*_denied(), *_SHORT),
        fires=(
            {
                "severity": "medium",
                "refund_ids": ["r1", "r2"],
                "facts": {"independent": "2/2", "alerts": "2", "given_up": "1"},
            },
        ),
    ),
    Example(
        name="a number was never scanned, and the return given up once the wait was over",
        events=(*_unsent(day(4)), *_SHORT),
        fires=({"severity": "medium", "facts": {"given_up": "1"}},),
    ),
    Example(name="near miss: a return given up before the wait was over", events=(*_unsent(day(3, 23, 59)), *_SHORT)),
    Example(name="near miss: one was given up, and nothing else is known", events=_denied()),
    Example(
        name="near miss: two of two kinds, both given up",
        events=(
            *_denied(),
            ordered("shipped", day(30), refund_id="r2", carrier="SF", waybill_no="OUT2", freight_insured=True),
            refunded("opened", day(30, 5), refund_id="r2", type="return_refund", claims_received=True),
            refunded("withdrawn", day(31), refund_id="r2", type="return_refund"),
        ),
    ),
    Example(
        name="near miss: asked before the parcel came, and given up",
        events=(*_denied(asked=1), *_SHORT),
    ),
    Example(
        name="near miss: given up, and the shop finds the goods that came back all the same",
        events=(*_denied(), inspected(day(9), {"dress": 2}), *_SHORT),
    ),
    Example(
        name="near miss: given up, and a later scan refutes the signature",
        events=(*_denied(), scanned("OUT1", "out_for_delivery", day(6)), *_SHORT),
    ),
)
