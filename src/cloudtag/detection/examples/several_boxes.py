"""What is made of a return in several boxes, some of which have not come (F7)."""

from __future__ import annotations

from cloudtag.detection.example import day, inspected, ordered, refunded, scanned
from cloudtag.detection.rule import Example

_ONE_BOX = (
    ordered("placed", 0),
    refunded("opened", day(5), type="return_refund", reason="no_reason", waybill_no="RET1"),
)
_BOXES = (
    *_ONE_BOX,
    refunded("waybill_filled", day(5, 2), type="return_refund", waybill_no="RET2"),
    inspected(day(7), {"dress": 1}, waybill_no="RET1"),
)
_AT_NEW_YEAR = tuple(
    {**event, "event_id": f"n{n}", "occurred_at": f"2026-02-{date:02}T02:00:00Z"}
    for n, (event, date) in enumerate(zip(_BOXES, (8, 12, 14, 15), strict=True))
)
"""The same around the Spring Festival of 2026, when couriers rest from 15 February on."""
SEVERAL_BOXES = (
    Example(
        name="near miss: a return in two boxes, one not here yet",
        events=(*_BOXES, scanned("RET2", "accepted", day(6))),
    ),
    Example(
        name="a return in two boxes, both here, one piece between them",
        events=(*_BOXES, scanned("RET2", "accepted", day(6)), scanned("RET2", "signed", day(8), signer="recipient")),
        fires=({"facts": {"expected": "2", "received": "1"}},),
    ),
    Example(
        name="near miss: a return in two boxes, both opened",
        events=(*_BOXES, inspected(day(9), {"dress": 1}, waybill_no="RET2")),
    ),
    Example(
        name="near miss: the second box has three days to be scanned, less a minute",
        events=_BOXES,
        until=day(8, 1, 59),
    ),
    Example(
        name="the second box was never scanned",
        events=_BOXES,
        until=day(8, 2),
        fires=({"facts": {"expected": "2", "received": "1"}},),
    ),
    Example(
        name="the platform took the second number back",
        events=(
            *_BOXES,
            refunded("modified", day(7, 1), type="return_refund", waybill_no="RET2", waybill_cleared=True),
        ),
        until=day(7, 2),
        fires=({"facts": {"expected": "2", "received": "1"}},),
    ),
    Example(
        name="near miss: the second number waits while couriers rest",
        events=_AT_NEW_YEAR,
        until="2026-02-20T00:00:00Z",
    ),
    Example(
        name="the second number waited long enough after the days of rest",
        events=_AT_NEW_YEAR,
        until="2026-02-27T00:00:00Z",
        fires=({"severity": "high", "facts": {"expected": "2", "received": "1"}},),
    ),
    Example(
        name="near miss: the shop refused the second box, and it travels home",
        events=(*_BOXES, scanned("RET2", "accepted", day(5, 3)), scanned("RET2", "refused", day(7))),
    ),
    Example(
        name="the second box was turned round on its way, though nobody had refused it",
        events=(*_BOXES, scanned("RET2", "accepted", day(5, 3)), scanned("RET2", "returned", day(7))),
        fires=({"facts": {"expected": "2", "received": "1"}},),
    ),
    Example(
        name="near miss: the shop refused the only box, signed for at home, and says that nothing came",
        events=(
            *_ONE_BOX,
            scanned("RET1", "accepted", day(6)),
            scanned("RET1", "refused", day(8)),
            scanned("RET1", "signed", day(9), signer="recipient"),
            inspected(day(10), {}, waybill_no="RET1", arrived=False),
        ),
    ),
    Example(
        name="nothing came of the second number either, which nobody ever scanned",
        events=(*_BOXES, inspected(day(8, 20), {}, waybill_no="RET2", arrived=False)),
        fires=({"severity": "high", "facts": {"expected": "2", "received": "1"}},),
    ),
)
