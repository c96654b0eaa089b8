"""What stands about honest buyers: one shard of a crowd is played, judged and counted."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from operator import attrgetter

from cloudtag.contract.events import Event
from cloudtag.contract.records import Alert
from cloudtag.contract.standing import is_taken_back, latest
from cloudtag.detectors.registry import all_detectors
from cloudtag.engine.task_result import Output
from cloudtag.evaluate.retold import retold
from cloudtag.evaluate.tally import SEVERITIES, CrowdTally, ExampleHistory, FalseAlert, best_of_each, gravest
from cloudtag.gc_tuning import uncollected
from cloudtag.policy.load import shipped
from cloudtag.replay.topology import Topology
from cloudtag.simulate.mess import Crowd, CrowdProfile, Mark
from cloudtag.simulate.profile import DAY_MS

QUIET_DAYS = 5
"""So much event time passes after the last event: longer than any detector waits."""
UNTOUCHED = "none"
"""In place of a kind: what an alert is about met no mess."""

MetKinds = tuple[dict[str, set[str]], dict[str, set[str]]]
"""The kinds of mess that each order met, and those that each buyer met as a whole."""


def judge_crowd(profile: CrowdProfile, *, keeps_examples: bool = False) -> CrowdTally:
    """Let one shard of a crowd live, judge it as replay does, and count who is accused."""
    crowd = Crowd(profile)
    with uncollected():
        events = list(crowd.events())
        standing = accusing(events)
    tally = tally_of(profile, len(events), crowd.marks, standing)
    if keeps_examples:
        tally.examples = _examples(events, standing, tally_alerts(profile.seed, standing, met_by(crowd.marks)))
    return tally


def accusing(events: list[Event]) -> list[Alert]:
    """The alerts that stand at the end of a stream and say something against a buyer. `events` is sorted in place.

    Only the end matters, so whole days are judged in one go: what stands then is what replay, moment by moment, ends
    with.
    """
    events.sort(key=attrgetter("occurred_at"))
    topology, alerts = Topology(shipped()), list[Alert]()
    for _, day in groupby(events, lambda event: event.occurred_at // DAY_MS):
        alerts += _alerts(topology.feed(day))
    alerts += _alerts(topology.pass_time(events[-1].occurred_at + QUIET_DAYS * DAY_MS))
    final, known = latest(alerts).values(), all_detectors()
    return [x for x in final if isinstance(x, Alert) and not is_taken_back(x) and known[x.detector].rule.accuses]


def _alerts(outputs: Iterable[Output]) -> Iterator[Alert]:
    return (output.record for output in outputs if isinstance(output.record, Alert))


def tally_of(profile: CrowdProfile, events: int, marks: Sequence[Mark], standing: Iterable[Alert]) -> CrowdTally:
    """The tally of the alerts that stand about a shard's buyers."""
    alerts = tally_alerts(profile.seed, standing, met_by(marks))
    grave = {(alert.buyer_id, kind) for alert in alerts if alert.severity != "low" for kind in alert.kinds}
    return CrowdTally(
        buyers=profile.buyers,
        events=events,
        accused=Counter(_gravest_by_buyer(alerts).values()),
        touched=Counter(kind for _, kind in {(mark.buyer_id, mark.kind) for mark in marks}),
        accused_by_kind=Counter(kind for _, kind in grave),
        pairs=Counter((alert.detector, kind) for alert in alerts for kind in alert.kinds),
        alerts=gravest(alerts),
    )


def met_by(marks: Iterable[Mark]) -> MetKinds:
    """Marks by what they are about."""
    orders: dict[str, set[str]] = defaultdict(set)
    buyers: dict[str, set[str]] = defaultdict(set)
    for mark in marks:
        for order_id in mark.order_ids:
            orders[order_id].add(mark.kind)
        if not mark.order_ids:
            buyers[mark.buyer_id].add(mark.kind)
    return orders, buyers


def kinds_of(alert: Alert, met: MetKinds) -> tuple[str, ...]:
    """The kinds of mess that met the orders an alert names, or, if none did, the buyer; `none` if nothing did."""
    orders, buyers = met
    near = {kind for order_id in alert.order_ids for kind in orders.get(order_id, ())}
    return tuple(sorted(near or buyers.get(alert.buyer_id) or {UNTOUCHED}))


def tally_alerts(seed: int, standing: Iterable[Alert], met: MetKinds) -> list[FalseAlert]:
    """Each alert with the kinds of mess it is about."""
    return [
        FalseAlert(
            seed=seed,
            detector=alert.detector,
            severity=alert.severity,
            buyer_id=alert.buyer_id,
            alert_id=alert.alert_id,
            kinds=kinds_of(alert, met),
            explanation=alert.explanation,
        )
        for alert in standing
    ]


def _gravest_by_buyer(alerts: Iterable[FalseAlert]) -> dict[str, str]:
    found: dict[str, str] = {}
    for alert in alerts:
        found[alert.buyer_id] = max(found.get(alert.buyer_id, "low"), alert.severity, key=SEVERITIES.index)
    return found


def _examples(
    events: Iterable[Event], standing: Iterable[Alert], alerts: Iterable[FalseAlert]
) -> tuple[ExampleHistory, ...]:
    """One history of each pair, that of the alert with the fewest kinds: what it shows is then the kind's doing."""
    bare = [
        ExampleHistory(detector=alert.detector, kind=kind, alert=alert, lines=())
        for alert in alerts
        for kind in alert.kinds
    ]
    chosen = best_of_each(bare)
    wanted = {example.alert.alert_id for example in chosen}
    lines = retold(events, [alert for alert in standing if alert.alert_id in wanted])
    return tuple(
        ExampleHistory(detector=x.detector, kind=x.kind, alert=x.alert, lines=lines[x.alert.alert_id]) for x in chosen
    )
