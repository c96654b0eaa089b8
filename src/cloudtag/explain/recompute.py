"""An alert computed anew from a set of events, by the engine that published it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import Any, NamedTuple

from cloudtag.contract.records import Alert
from cloudtag.contract.scope import NETWORKS
from cloudtag.contract.streams import STREAM_OF
from cloudtag.engine.task_result import Output
from cloudtag.policy.model import Policies
from cloudtag.replay.topology import Topology

_FEW = 3
"""So many events of one moment are all named as the cause when none of them names the alert's subject."""


class Recomputed(NamedTuple):
    """One revision: the alert, the event time at which it was said, and the events that came just then.

    A recomputed one without events came of time alone; of one read back from a store the causes are not known.
    """

    alert: Alert
    at_ms: int
    causes: tuple[Any, ...] = ()
    is_recomputed: bool = True


def recompute(
    events: list[Any],
    alert_id: str,
    policies: Policies,
    until_ms: int | None = None,
    live_since_ms: int | None = None,
) -> list[Recomputed]:
    """Every revision of one alert, in order of event time; empty when the events give no such alert.

    Each event is taken at its event time: what came late in life comes in time here, so there may be fewer revisions
    than were published. `until_ms` moves event time on past the last event; `live_since_ms`: what was
    decided before is historical.
    """
    topology = Topology(policies, live_since_ms=live_since_ms)
    found: list[Recomputed] = []
    ordered = sorted(events, key=lambda e: (e.occurred_at, STREAM_OF[type(e)], e.event_id))
    for now_ms, batch in groupby(ordered, key=lambda e: e.occurred_at):
        found += _told(topology.fire_before(now_ms), alert_id, None, ())
        together = tuple(batch)
        found += _told(topology.feed(together), alert_id, now_ms, together)
    if until_ms is not None:
        found += _told(topology.pass_time(until_ms), alert_id, None, ())
    return found


def _told(outputs: Iterable[Output], alert_id: str, at_ms: int | None, batch: tuple[Any, ...]) -> Iterator[Recomputed]:
    for output in outputs:
        alert = output.record
        if isinstance(alert, Alert) and alert.alert_id == alert_id:
            yield Recomputed(alert, alert.decided_at if at_ms is None else at_ms, _causes(alert, batch))


def _causes(alert: Alert, batch: tuple[Any, ...]) -> tuple[Any, ...]:
    """Of the events of one moment, those about the alert's buyers, parcels or the alert itself."""
    about = tuple(event for event in batch if _is_about(event, alert))
    return about or (batch if len(batch) <= _FEW else ())


def is_of_party(event: Any, alert: Alert) -> bool:
    """Whether an event's buyer is one of the alert's: a namesake in another network is somebody else (F1)."""
    buyer_id = getattr(event, "buyer_id", None)
    if buyer_id == alert.buyer_id and NETWORKS[event.platform] == NETWORKS[alert.platform]:
        return True
    return buyer_id in alert.linked_buyer_ids


def _is_about(event: Any, alert: Alert) -> bool:
    return is_of_party(event, alert) or (
        getattr(event, "waybill_no", None) in alert.waybill_nos
        or (not hasattr(event, "buyer_id") and getattr(event, "order_id", None) in alert.order_ids)
    )
