"""Signals from the whole site, weighed together.

What it finds: buyers about whom alerts of several kinds stand that confirm each other within `window_days` (A1, B26).
One signal alone is a watch and no more: its own alert says so (fact `by_itself`), and nothing is published here.

Why it is abuse: each shop sees its own order only, and each order has an excuse; the excuses do not add up.

How it decides: counted are signals that are independent of each other: of different scenarios, and not resting on the
same events (the same refund, inspection, scan, complaint or review; the same orders where there is nothing else). Nor
are two of one family about the very same orders (a courier who scans nothing gives rise to several such alerts at
once), unless both are high or critical. Fewer than `independent`: silent. From `independent` on: medium. From `many`
on: high. An alert that a shop answered with `normal` is no signal, nor is one that only protects the shop
(`shipping_exemption`). What a refund that was given up before money moved would have stood for goes on weighing as a
weak signal beside alerts that stand, and never by itself (F6).

Known false positives: two different mishaps of one buyer within half a year.

What would clear it: a shop's verdict `normal` on an alert, or that the alert is withdrawn.

What to do: look at the buyer as a whole before paying the next refund.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated, NamedTuple

from msgspec import Meta, Struct

from cloudtag.contract.ids import alert_id as make_alert_id
from cloudtag.contract.records import Alert, Severity
from cloudtag.contract.scope import scoped
from cloudtag.detection.buyer_case import RiskCase
from cloudtag.detection.example import complained, day, event, inspected, ordered, refunded, reviewed, scanned
from cloudtag.detection.examples.given_up import GIVEN_UP
from cloudtag.detection.finding import MOST_EVIDENCE, Finding, unique
from cloudtag.detection.independence import GroundedAlert, Window, events_of
from cloudtag.detection.names import called
from cloudtag.detection.rule import Example, Rule
from cloudtag.detection.windows import DAY_MS
from cloudtag.detection.wording import counted

RULE = Rule(
    title="Signals from the whole site, weighed together",
    family="buyer",
    scenario="buyer_risk",
    scenario_zh="买家风险",
    scope="risk",
    needs=(),
    rules=("A1", "B26", "F6"),
    clears="A shop's verdict `normal` on one of the alerts, or the withdrawal of one.",
    clears_zh="店铺将其中一条预警判定为正常，或该预警被撤回。",
    recommendation="review_buyer",
    own_fields=(),
)


class Parameters(Struct, frozen=True, forbid_unknown_fields=True):
    """How many independent signals within how long are more than a watch, and how many are much more."""

    independent: Annotated[int, Meta(ge=2)] = 2
    many: Annotated[int, Meta(ge=2)] = 3
    window_days: Annotated[int, Meta(ge=1)] = 180


def _denied(n: int, at: int) -> tuple[dict[str, object], ...]:
    said = {"refund_id": f"r{n}", "type": "refund_only", "reason": "not_received"}
    return (
        ordered("shipped", day(at), refund_id=f"r{n}", waybill_no=f"OUT{n}"),
        scanned(f"OUT{n}", "signed", day(at + 2), signer="recipient"),
        refunded("opened", day(at + 3), **said),
    )


def _short(n: int, at: int) -> tuple[dict[str, object], ...]:
    return (
        ordered("completed", day(at), refund_id=f"r{n}"),
        refunded("opened", day(at + 1), refund_id=f"r{n}", type="return_refund", reason="quality"),
        inspected(day(at + 5), {"dress": 1}, refund_id=f"r{n}"),
    )


def _insured(n: int, at: int) -> tuple[dict[str, object], ...]:
    said = {"refund_id": f"r{n}", "type": "return_refund", "reason": "quality"}
    return (
        ordered("shipped", day(at), refund_id=f"r{n}", carrier="SF", waybill_no=f"OUT{n}", freight_insured=True),
        refunded("opened", day(at + 1), claims_received=True, **said),
        refunded("waybill_filled", day(at + 1, 2), waybill_no=f"RET{n}", **said),
    )


def _normal(n: int, at: int, shop_id: str = "s1") -> dict[str, object]:
    alert_id = make_alert_id("received_refund_only", "taobao", "b1", scoped("s1", f"o{n}"), f"r{n}")
    said = {"alert_id": alert_id, "buyer_id": "b1", "account_id": "main", "verdict": "normal"}
    return event("verdicts", day(at), shop_id=shop_id, **said)


EXAMPLES = (
    Example(
        name="a second one of another kind",
        events=(*_denied(1, 0), *_short(2, 30)),
        fires=({"severity": "medium", "status": "open", "order_ids": ["o1", "o2"]},),
    ),
    Example(
        name="three kinds, three orders",
        events=(*_denied(1, 0), *_short(2, 30), *_insured(3, 60), scanned("RET3", "accepted", day(62))),
        fires=({"severity": "high", "facts": {"independent": "3/2", "alerts": "3"}},),
    ),
    Example(
        name="only the shop itself may answer",
        events=(*_denied(1, 0), *_short(2, 30), _normal(1, 40, "s2")),
        fires=({"severity": "medium"},),
    ),
    Example(
        name="two shops with one order number sold two orders",
        events=(*_denied(1, 0), *(told | {"shop_id": "s2", "order_id": "o1"} for told in _short(2, 30))),
        fires=({"severity": "medium"},),
    ),
    Example(
        name="near miss: two of one order",
        events=(*_denied(1, 0), *(told | {"order_id": "o1"} for told in _short(2, 30))),
    ),
    Example(name="near miss: one signal is a watch", events=_denied(1, 0)),
    Example(
        name="near miss: one refund without return that presses a demand is one matter",
        events=(*_denied(1, 0), complained("opened", day(4), type="other", demands_money=True)),
    ),
    Example(
        name="the demand presses with a review of its own",
        events=(
            *_denied(1, 0),
            ordered("completed", day(20), refund_id="r2"),
            reviewed(day(21), 1, refund_id="r2", demands_money=True),
        ),
        fires=({"severity": "medium", "facts": {"scenarios": "extortion,received_refund_only"}},),
    ),
    Example(
        name="on the hundred and eightieth day",
        events=(*_denied(1, 0), *_short(2, 178)),
        fires=({"severity": "medium"},),
    ),
    Example(name="near miss: the same thing twice", events=(*_denied(1, 0), *_denied(2, 30))),
    Example(name="near miss: a courier who scans nothing", events=_insured(1, 0), until=day(9)),
    Example(name="near miss: half a year and a day apart", events=(*_denied(1, 0), *_short(2, 179))),
    Example(
        name="near miss: the shop calls one of two normal", events=(*_denied(1, 0), *_short(2, 30), _normal(1, 40))
    ),
    Example(
        name="near miss: one of two is withdrawn",
        events=(*_denied(1, 0), *_short(2, 30), inspected(day(39), {"dress": 2}, refund_id="r2")),
    ),
    Example(
        name="near miss: an order that need not be shipped",
        events=(ordered("paid", 0, address_valid=False), ordered("paid", day(1), refund_id="r2", region="HK")),
    ),
    Example(
        name="near miss: two honest refunds",
        events=tuple(
            e for n in (1, 2) for e in (*_short(n, n)[:2], inspected(day(9), {"dress": 2}, refund_id=f"r{n}"))
        ),
    ),
    *GIVEN_UP,
)


class _Weight(NamedTuple):
    signals: int
    decided_at: int
    alerts: Sequence[Alert]


def detect(case: RiskCase, parameters: Parameters) -> Iterator[Finding]:
    """One finding for the buyer while enough independent signals stand."""
    told = sorted((*case.alerts, *case.attempts), key=lambda alert: (alert.decided_at, alert.alert_id))
    signals = [a for a in told if a.facts.get("verdict") != "normal" and a.detector not in case.protective]
    # Those of one scenario count once.
    if len({signal.scenario for signal in signals}) < parameters.independent:
        return
    weight = _weigh(signals, parameters)
    attempts = {attempt.alert_id for attempt in case.attempts}
    given_up = sum(alert.alert_id in attempts for alert in weight.alerts)
    if weight.signals >= parameters.independent and given_up < len(weight.alerts):
        yield _finding(weight, parameters, case.scenarios_zh, given_up)


def _weigh(signals: Sequence[Alert], parameters: Parameters) -> _Weight:
    """The weightiest window: most independent signals, then most alerts, then the earliest."""
    best, best_first, first = _Weight(0, 0, ()), 0, 0
    scenarios: Counter[str] = Counter()
    told = [GroundedAlert(alert, events_of(alert)) for alert in signals]
    made = Window(told, 0)
    for last, alert in enumerate(signals):
        scenarios[alert.scenario] += 1
        while alert.decided_at - signals[first].decided_at > parameters.window_days * DAY_MS:
            scenarios -= Counter([signals[first].scenario])
            first += 1
        if (len(scenarios), last + 1 - first) <= (best.signals, len(best.alerts)):
            continue
        if len(scenarios) == best.signals and first <= best_first:
            count = best.signals
        else:
            made = made if made.first == first else Window(told, first)
            count = made.independent(last + 1)
        size = last + 1 - first
        if (count, size) > (best.signals, len(best.alerts)):
            best_first = first
            decided_at = alert.decided_at if best.signals < parameters.independent else best.decided_at
            best = _Weight(count, decided_at, signals[first : last + 1])
    return best


def _severity(count: int, parameters: Parameters) -> Severity:
    return "high" if count >= parameters.many else "medium"


def _finding(weight: _Weight, parameters: Parameters, called_zh: Mapping[str, str], given_up: int) -> Finding:
    count, alerts, days = weight.signals, weight.alerts, parameters.window_days
    scenarios = unique(alert.scenario for alert in alerts)
    evidence = sorted({(r.occurred_at, r.stream, r.event_id): r for a in alerts for r in a.evidence}.items())
    names, names_zh = ", ".join(map(called, scenarios)), "、".join(called_zh.get(s, called(s)) for s in scenarios)
    return Finding(
        anchor="",
        severity=_severity(count, parameters),
        platform=alerts[-1].platform,
        shop_id=None,
        order_ids=unique(o for alert in alerts for o in alert.order_ids)[:MOST_EVIDENCE],
        refund_ids=unique(r for alert in alerts for r in alert.refund_ids)[:MOST_EVIDENCE],
        waybill_nos=unique(w for alert in alerts for w in alert.waybill_nos)[:MOST_EVIDENCE],
        linked_buyer_ids=unique(b for alert in alerts for b in alert.linked_buyer_ids)[:MOST_EVIDENCE],
        decided_at=weight.decided_at,
        evidence=tuple(reference for _, reference in evidence)[:MOST_EVIDENCE],
        facts={
            "independent": f"{count}/{parameters.independent}",
            "alerts": str(len(alerts)),
            "families": ",".join(unique(alert.family for alert in alerts)),
            "scenarios": ",".join(scenarios),
            "window_days": str(days),
            **({"given_up": str(given_up)} if given_up else {}),
        },
        explanation=(
            f"This buyer gave cause for complaint {len(alerts)} times within {counted(days, 'day')}, in {count} ways "
            f"that have nothing to do with each other ({names}): one may be a mishap, together they are a pattern."
        ),
        explanation_zh=(
            f"{days} 天内该买家的订单出现 {len(alerts)} 次异常，其中 {count} 种互不相关（{names_zh}）："
            "单独一次可能是意外，合在一起就是规律。"
        ),
    )
