"""Simulate, judge as replay does, and compare with the labels."""

from __future__ import annotations

from msgspec import Struct

from cloudtag.contract.events import RefundChanged
from cloudtag.contract.records import Alert, TagConfirmation, TagStatus
from cloudtag.detectors.registry import all_detectors
from cloudtag.evaluate.attackers import attackers, silences, undercover
from cloudtag.evaluate.crowd import QUIET_DAYS
from cloudtag.evaluate.figures import OTHERS, Evaluation, accused, figures_of
from cloudtag.gc_tuning import uncollected
from cloudtag.replay.driver import ShowProgress, judge
from cloudtag.simulate import Profile, Score, Simulation, score, simulate
from cloudtag.simulate.profile import DAY_MS


def evaluate(profile: Profile, watch: ShowProgress = iter) -> Evaluation:
    """Play a profile's simulation through the engine, without Kafka, and reckon the figures of every detector.

    `watch` sees every event as it is simulated.
    """
    simulation = simulate(profile)
    with uncollected():
        return _evaluated(simulation, watch)


def _evaluated(simulation: Simulation, watch: ShowProgress) -> Evaluation:
    events = list(watch(simulation.events()))
    buyers = {event.refund_id: event.buyer_id for event in events if type(event) is RefundChanged}
    until_ms = max(event.occurred_at for event in events) + QUIET_DAYS * DAY_MS
    wanted = (Alert, TagStatus, TagConfirmation)
    records = [record for _, record in judge(events, until_ms) if isinstance(record, wanted)]
    return _reckon(simulation, len(events), buyers, score(simulation.labels, records))


def _reckon(
    simulation: Simulation, events: int, refund_buyers: dict[str, str], tallies: dict[str, Score]
) -> Evaluation:
    fraudsters = accused(simulation.labels)
    hidden = undercover(simulation.labels)
    for tally in tallies.values():
        tally.false = [x for x in tally.false if getattr(x, "buyer_id", None) not in hidden]
    found = {name: figures_of(name, tallies.get(name, Score())) for name in (*all_detectors(), *OTHERS)}
    missed = tuple(label for tally in tallies.values() for label in tally.missed)
    false: tuple[Struct, ...] = tuple(record for tally in tallies.values() for record in tally.false)
    return Evaluation(
        events=events,
        refunds=len(refund_buyers),
        fraudulent_refunds=sum(buyer in fraudsters for buyer in refund_buyers.values()),
        detectors=tuple(figures for name, figures in found.items() if name not in OTHERS),
        others=tuple(found[name] for name in OTHERS),
        missed=missed,
        false=false,
        attackers=attackers(simulation.labels, tallies),
        silences=silences(simulation.labels),
    )
