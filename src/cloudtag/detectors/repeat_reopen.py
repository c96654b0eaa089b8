"""Refund opened again and again after a refusal.

What it finds: a buyer who goes on opening or amending the refund of one order after the shop has refused it (B25, T6).

Why it is abuse: every amendment starts the shop's clock afresh; one answer too late, and the money is paid.

How it decides: in one order, every `opened` or `modified` that follows a refusal is another try, if it is about goods
that were refused (a refund that lists no goods is about all of them). Amendments within `one_try_minutes` of a try,
with no refusal between, are the same try: forms get corrected. `reopenings` tries within `window_days` open the alert.
Alone it is low: insisting proves nothing. Beside another alert about a refund of the order, that a shop did not call
wrong, it has that alert's scenario and is medium, high from `high_reopenings` on. When the shop's last answer is that
it agreed, the buyer was right in the end; and where the shop itself was at fault (`shop_side`), insisting is no fault.

Known false positives: a shop that refuses by habit; escalating to the platform is never counted.

What would clear it: the shop's agreement after its last refusal.

What to do: answer once more before the deadline, with all the evidence, and ask the platform to close the refund.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated, NamedTuple

from msgspec import Meta, Struct

from cloudtag.contract.events import RefundChanged
from cloudtag.contract.records import Alert, Severity
from cloudtag.contract.scope import scoped
from cloudtag.detection.buyer_case import AlertedCase, accuses, is_about
from cloudtag.detection.example import day, inspected, ordered, refunded, scanned
from cloudtag.detection.finding import Finding, Timer, cite, unique
from cloudtag.detection.refund_view import RefundView
from cloudtag.detection.rule import Example, Rule
from cloudtag.detection.signals import REFUSAL
from cloudtag.detection.wording import counted

RULE = Rule(
    title="Refund opened again and again after a refusal",
    family="refund",
    scenario="false_return_info",
    scenario_zh="虚假退货信息",
    scope="alerted",
    signals=(REFUSAL,),
    needs=("refunds",),
    rules=("B25", "T6", "F8"),
    clears="The shop's agreement after its last refusal.",
    clears_zh="商家在最后一次拒绝之后同意退款。",
    recommendation="answer_before_deadline",
)
_DAY_MS = 86_400_000
_MINUTE_MS = 60_000


class Parameters(Struct, frozen=True, forbid_unknown_fields=True):
    """Tries that open the alert and that make it high, the days they must lie in, the minutes that make one try."""

    reopenings: Annotated[int, Meta(ge=1)] = 3
    high_reopenings: Annotated[int, Meta(ge=1)] = 5
    window_days: Annotated[int, Meta(ge=1)] = 180
    one_try_minutes: Annotated[int, Meta(ge=0)] = 10


_TYPE = {"type": "refund_only", "reason": "quality"}


def _tries(count: int, *, minutes: int = 1440, first: int = 5) -> tuple[dict[str, object], ...]:
    return tuple(refunded("modified", day(first, 1, minutes * n), **_TYPE) for n in range(count))


_REFUSED = (
    ordered("placed", 0),
    refunded("opened", day(4), **_TYPE),
    refunded("refused", day(5), type="refund_only"),
)


_HALF = (
    ordered("placed", 0),
    refunded("opened", day(4), type="return_refund", reason="quality"),
    inspected(day(8), {"dress": 1}),
    refunded("refused", day(9)),
)


def _again(refund_id: str) -> tuple[dict[str, object], ...]:
    """A refund that is refused, and opened three times more."""
    return (
        refunded("opened", day(4), refund_id=refund_id, **_TYPE),
        refunded("refused", day(5), refund_id=refund_id),
        *(refunded("modified", day(6 + n), refund_id=refund_id, **_TYPE) for n in range(3)),
    )


def _line(sku_id: str) -> dict[str, object]:
    return {"lines": [{"sku_id": sku_id, "quantity": 1}], "order_id": "o1", **_TYPE}


EXAMPLES = (
    Example(
        name="amended three times after one refusal",
        events=(*_REFUSED, *_tries(3)),
        fires=(
            {
                "severity": "low",
                "scenario": "false_return_info",
                "refund_ids": ["r1"],
                "facts": {"reopenings": "3/3"},
            },
        ),
    ),
    Example(
        name="refused and opened under a new number each time",
        events=(
            *_REFUSED,
            *(
                event
                for n in range(2, 5)
                for event in (
                    refunded("opened", day(5 + n), refund_id=f"r{n}", order_id="o1", **_TYPE),
                    refunded("refused", day(5 + n, 8), refund_id=f"r{n}", order_id="o1", type="refund_only"),
                )
            ),
        ),
        fires=({"refund_ids": ["r1", "r2", "r3", "r4"]},),
    ),
    Example(name="five times, and nothing else", events=(*_REFUSED, *_tries(5)), fires=({"severity": "low"},)),
    Example(
        name="beside a parcel with half of the goods",
        events=(*_HALF, *_tries(4, first=9)),
        fires=({"severity": "medium", "scenario": "short_return", "facts": {"beside": "short_return"}},),
    ),
    Example(
        name="five times beside a parcel with half of the goods",
        events=(*_HALF, *_tries(5, first=9)),
        fires=({"severity": "high", "scenario": "short_return"},),
    ),
    Example(
        name="beside an alert about another order",
        events=(*_HALF, ordered("placed", 0, refund_id="r2"), *_again("r2")),
        fires=({"severity": "low", "order_ids": ["o2"], "scenario": "false_return_info"},),
    ),
    Example(
        name="near miss: the shop's number went to a stranger, and the buyer insists",
        events=(
            *_REFUSED,
            *_tries(3),
            ordered("shipped", day(1), address_hash="home", waybill_no="OUT1"),
            scanned("OUT1", "signed", day(3), destination_hash="elsewhere", signer="recipient"),
        ),
    ),
    Example(name="near miss: twice", events=(*_REFUSED, *_tries(2))),
    Example(name="near miss: three corrections of one form", events=(*_REFUSED, *_tries(3, minutes=3))),
    Example(
        name="near miss: amended before any refusal",
        events=(*_REFUSED[:2], *_tries(4, minutes=240, first=4), refunded("refused", day(6), type="refund_only")),
    ),
    Example(
        name="near miss: other goods of the same order",
        events=(
            ordered("placed", 0),
            refunded("opened", day(4), **_line("dress")),
            refunded("refused", day(5), order_id="o1"),
            *(refunded("opened", day(5 + n), refund_id=f"r{n}", **_line(f"sku{n}")) for n in range(2, 6)),
        ),
    ),
    Example(
        name="near miss: refused three times, and right in the end",
        events=(*_REFUSED, *_tries(3), refunded("agreed", day(9), type="refund_only")),
    ),
    Example(
        name="near miss: asks the platform instead",
        events=(*_REFUSED, *(refunded("escalated", day(5 + n), type="refund_only") for n in range(1, 4))),
    ),
)


def detect(case: AlertedCase, parameters: Parameters) -> Iterator[Finding | Timer]:
    """One finding for each order whose refusal was not taken."""
    for order in case.orders:
        beside = [alert for alert in case.alerts if is_about(alert, order.shop_id, order.order_id)]
        if not any(alert.detector == "shop_side" for alert in beside):
            yield from _judged(order.refunds, beside, parameters)


class _Try(NamedTuple):
    """Opened or amended again, and the first refusal before it that was of the same goods."""

    refusal: RefundChanged
    change: RefundChanged


def _judged(refunds: Mapping[str, RefundView], beside: list[Alert], parameters: Parameters) -> Iterator[Finding]:
    changes = sorted((c for r in refunds.values() for c in r.changes), key=lambda c: (c.occurred_at, c.event_id))
    tries = _tried(changes, refunds, parameters.one_try_minutes * _MINUTE_MS)
    enough = _enough(tries, parameters)
    if enough is None:
        return
    involved = _refund_ids(tries)
    answers = [c.status for c in changes if c.refund_id in involved and c.status in ("agreed", "refused")]
    if answers[-1] != "agreed":
        grounds = [alert for alert in beside if alert.family == "refund" and accuses(alert)]
        first = min(grounds, key=lambda alert: (alert.decided_at, alert.alert_id), default=None)
        yield _finding(tries, enough, first, parameters)


def _tried(changes: list[RefundChanged], refunds: Mapping[str, RefundView], one_try_ms: int) -> list[_Try]:
    """The tries that came after a refusal of the same goods."""
    refusals: list[RefundChanged] = []
    tries: list[_Try] = []
    for change in changes:
        if change.status == "refused":
            refusals.append(change)
        if change.status not in ("opened", "modified"):
            continue
        before = [r for r in refusals if r.occurred_at < change.occurred_at and _is_same(r, change, refunds)]
        if not before:
            continue
        last = tries[-1].change.occurred_at if tries else 0
        if change.occurred_at - last > one_try_ms or before[-1].occurred_at >= last:
            tries.append(_Try(before[0], change))
    return tries


def _is_same(refusal: RefundChanged, change: RefundChanged, refunds: Mapping[str, RefundView]) -> bool:
    """Whether a change is about goods of which the refusal was."""
    refused = {goods.sku_id for goods in refunds[refusal.refund_id].lines}
    asked = {goods.sku_id for goods in refunds[change.refund_id].lines}
    return not refused or not asked or not refused.isdisjoint(asked)


def _enough(tries: list[_Try], parameters: Parameters) -> RefundChanged | None:
    """The try with which there were enough of them within the window, if there ever were."""
    count, reach_ms = parameters.reopenings, parameters.window_days * _DAY_MS
    for (_, first), (_, last) in zip(tries, tries[count - 1 :], strict=False):
        if last.occurred_at - first.occurred_at <= reach_ms:
            return last
    return None


def _refund_ids(tries: list[_Try]) -> set[str]:
    """The refunds that were refused, and those by which it was tried again."""
    return {event.refund_id for each in tries for event in each}


def _finding(tries: list[_Try], enough: RefundChanged, ground: Alert | None, parameters: Parameters) -> Finding:
    """`enough`: the try with which there were enough of them; `ground`: the alert beside."""
    refusal, again = tries[0].refusal, [each.change for each in tries]
    count, grave = len(tries), parameters.high_reopenings
    refund_ids = unique(_refund_ids(tries))
    rises: dict[Severity, int] = {}
    if ground is not None:
        rises["medium"] = max(enough.occurred_at, ground.decided_at)
        if count >= grave:
            rises["high"] = max(again[grave - 1].occurred_at, ground.decided_at)
    beside = {} if ground is None else {"beside": ground.detector}
    return Finding(
        anchor=scoped(refusal.shop_id, refusal.order_id),
        severity="high" if "high" in rises else "medium" if rises else "low",
        scenario=None if ground is None else ground.scenario,
        platform=refusal.platform,
        shop_id=refusal.shop_id,
        order_ids=(refusal.order_id,),
        refund_ids=refund_ids,
        decided_at=enough.occurred_at,
        rises=rises,
        evidence=cite(refusal, *again),
        facts={
            "reopenings": f"{count}/{parameters.reopenings}",
            "refunds": str(len(refund_ids)),
            "window_days": str(parameters.window_days),
            **beside,
        },
        explanation=(
            f"After the shop refused, the refund of order {refusal.order_id} was opened or amended "
            f"{counted(count, 'more time')}, {parameters.reopenings} being the limit."
        ),
        explanation_zh=(
            f"商家拒绝后，订单 {refusal.order_id} 的退款又被重新申请或修改 {count} 次"
            f"（上限 {parameters.reopenings} 次）。"
        ),
    )
