"""Ask the detectors that could have an answer, and collect what they say."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache, lru_cache
from typing import Any

from cloudtag.contract.events import AlertAnswered
from cloudtag.contract.records import Alert, ShopOrder
from cloudtag.contract.streams import STREAM_OF
from cloudtag.decisions.alerts import alert_of
from cloudtag.decisions.routes import settled
from cloudtag.decisions.verdicts import answered, label_of, last_word
from cloudtag.detection.finding import Timer
from cloudtag.detection.order_view import OrderView
from cloudtag.detection.rule import Scope
from cloudtag.detection.signals import Signal
from cloudtag.detectors.registry import Detector, all_detectors, of_scope
from cloudtag.engine.judgement import Judgement
from cloudtag.engine.keyed_state import KeyedState
from cloudtag.engine.revise import Conclusion
from cloudtag.engine.rows import Row, earliest
from cloudtag.policy.model import Policy

OF_BUYER: tuple[Scope, ...] = ("buyer", "alerted", "risk")
"""The scopes that look at the whole buyer."""
_UNPAID_MS = 30 * 60_000
"""How long an order may stay unpaid before it is told of, where no detector in force counts unpaid orders."""


def kinds_of(rows: Iterable[Row]) -> frozenset[type[Any]]:
    """The kinds of facts the rows hold."""
    kinds = {row.kinds for row in rows}
    return kinds.pop() if len(kinds) == 1 else frozenset[type[Any]]().union(*kinds)


Asked = Sequence[tuple[Detector, Any]]
"""Detectors, each with the parameters in force."""
_askable: dict[tuple[Any, ...], tuple[Policy, Asked]] = {}
_Concerning = Sequence[tuple[Callable[[Any, Any], bool] | None, tuple[Detector, Any]]]
"""Detectors that look at one order, each behind what tells of an order whether it is of any interest to them."""
_concerning: dict[tuple[Any, ...], tuple[Policy, _Concerning]] = {}
_MOST_ASKABLE = 4096


def askable(
    scope: Scope, kinds: frozenset[type[Any]], policy: Policy, signals: frozenset[Signal] = frozenset()
) -> Asked:
    """The detectors in force that could have an answer, given the kinds of facts there are and the signals seen."""
    # A policy has no hash: it is known by being the very one.
    key = id(policy), scope, kinds, signals
    held = _askable.get(key)
    if held is not None and held[0] is policy:
        return held[1]
    if len(_askable) >= _MOST_ASKABLE:
        _askable.clear()
    streams = {STREAM_OF[kind] for kind in kinds}
    asked = tuple(
        (detector, policy.detectors[detector.name])
        for detector in of_scope(scope)
        if detector.name in policy.detectors
        and streams.issuperset(detector.rule.needs)
        and _is_called_for(detector, signals)
    )
    _askable[key] = policy, asked
    return asked


def concerned(order: OrderView, kinds: frozenset[type[Any]], policy: Policy) -> Asked:
    """The detectors of scope `order` that could find something about an order."""
    key = id(policy), kinds
    held = _concerning.get(key)
    if held is None or held[0] is not policy:
        if len(_concerning) >= _MOST_ASKABLE:
            _concerning.clear()
        asked = askable("order", kinds, policy)
        held = _concerning[key] = policy, [(detector.rule.concerns, (detector, params)) for detector, params in asked]
    return [one for concerns, one in held[1] if concerns is None or concerns(order, one[1])]


@lru_cache(maxsize=4096)
def may_run(scope: Scope, signals: frozenset[Signal]) -> bool:
    """Whether any detector of that scope could have an answer where those signals were seen."""
    return any(_is_called_for(detector, signals) for detector in of_scope(scope))


@cache
def protective() -> frozenset[str]:
    """The names of the detectors that accuse nobody."""
    return frozenset(name for name, detector in all_detectors().items() if not detector.rule.accuses)


@cache
def scenarios_zh() -> dict[str, str]:
    """What each scenario is called in Chinese; of several detectors of one scenario the first that says it."""
    told = (detector.rule for detector in reversed(all_detectors().values()))
    return {rule.scenario: rule.scenario_zh for rule in told if rule.scenario_zh}


def unpaid_ms(policy: Policy) -> int:
    """After how long linked buyers are told of an unpaid order: as soon as any detector in force counts it."""
    told = (tell(policy.detectors[name]) for name, tell in _unpaid_counters() if name in policy.detectors)
    return min(told, default=_UNPAID_MS)


@cache
def _unpaid_counters() -> tuple[tuple[str, Callable[[Any], int]], ...]:
    return tuple((n, d.rule.unpaid_ms) for n, d in all_detectors().items() if d.rule.unpaid_ms is not None)


def _is_called_for(detector: Detector, signals: frozenset[Signal]) -> bool:
    """By any of its signals; one that names none always is."""
    return not detector.rule.signals or not signals.isdisjoint(detector.rule.signals)


def run_detectors(
    asked: Asked,
    case: Any,
    policy: Policy,
    state: KeyedState,
    judgement: Judgement,
    *,
    abnormal: Callable[[], frozenset[ShopOrder]] = frozenset,
) -> None:
    """Add to a judgement what detectors of one scope find in a case, and when they want to be asked again.

    All of them are asked, whatever scenario a shop has tagged the order with (A7); of a state that is judged for the
    alert of one detector (`KeyedState.question`) that one alone.
    An alert's id names the buyer's state and the case's subject, so no two rows ever publish under one id. The state
    has the shops' answers by alert (A21 to A24); `abnormal` are the orders that other alerts accuse the buyer of.
    """
    verdicts: Mapping[str, Sequence[AlertAnswered]] = state.index.verdicts
    only = state.question
    for detector, parameters in asked if only is None else [one for one in asked if one[0].name == only]:
        for answer in detector.detect(case, parameters):
            if isinstance(answer, Timer):
                judgement.timer_ms = earliest((judgement.timer_ms, answer.at_ms))
                continue
            alert = settled(alert_of(detector, answer, state.network, case, policy), policy, abnormal)
            verdict = last_word(alert, verdicts.get(alert.alert_id, ()))
            since_ms = min(alert.first_event_at, answer.since_at or alert.first_event_at)
            for record in (answered(alert, verdict), label_of(alert, verdict)):
                if record is not None:
                    record_id = record.alert_id if isinstance(record, Alert) else record.label_id
                    judgement.conclusions[record_id] = Conclusion(
                        record_id, case.buyer_id, since_ms, record, is_rolling=detector.rule.scope in OF_BUYER
                    )
