"""The risk of the whole buyer, which follows from all alerts, and rings from links between those who have some."""

from __future__ import annotations

from functools import partial

from cloudtag.contract.records import Alert, Label
from cloudtag.detection.buyer_case import RiskCase
from cloudtag.engine.judgement import Judgement
from cloudtag.engine.keyed_state import KeyedState
from cloudtag.engine.row_kind import Reads, RowKind
from cloudtag.engine.rows import Row
from cloudtag.policy.model import Policies
from cloudtag.processors.buyers.attempts import Judges, attempts_of
from cloudtag.processors.buyers.published import alerts_of, is_alerted
from cloudtag.processors.buyers.reading import links, orders, passes
from cloudtag.processors.buyers.run_detectors import askable, protective, run_detectors, scenarios_zh


def _judge(judges: Judges, state: KeyedState, row: Row, policies: Policies, now_ms: int) -> Judgement:
    del row
    judgement = Judgement()
    alerts = alerts_of(state)
    if not alerts:
        return judgement
    policy = policies.at(alerts[-1].platform, alerts[-1].decided_at)
    attempts, judgement.timer_ms = attempts_of(judges, state, alerts, policies, now_ms)
    case = RiskCase(
        *(state.id, alerts, links(state), now_ms, orders(state), protective(), scenarios_zh(), passes(state)),
        attempts=attempts,
    )
    run_detectors(askable("risk", frozenset(), policy), case, policy, state, judgement)
    return judgement


def _is_alerted(state: KeyedState, name: str) -> bool:
    del name
    return is_alerted(state)


def risk_kind(judges: Judges) -> RowKind:
    """The kind, given what judges the rows in which a refund may have been given up."""
    return RowKind(
        name="risk",
        letter="r",
        judge=partial(_judge, judges),
        tells=(Alert, Label),
        reads=(
            Reads("links", when=_is_alerted),
            Reads("passes", when=_is_alerted),
            # What is at stake follows from the orders of the alerts, how far apart two used what they share from all.
            Reads("order", when=_is_alerted),
            # What was given up is judged as it was, by what its detectors read.
            Reads("parcel", when=_is_alerted),
            Reads("shops", when=_is_alerted),
        ),
        follows=(Alert,),
        stays_with=("order", "buyer", "tags"),
    )
