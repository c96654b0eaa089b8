"""The worker on a broker publishes what replay says, whatever happens to it on the way."""

import pytest

from cloudtag.contract.records import Consequence, Label, TagConfirmation, TagStatus
from cloudtag.contract.standing import record_id
from cloudtag.contract.streams import REVISED_OF
from cloudtag.policy.load import shipped
from cloudtag.replay.driver import judge
from cloudtag.simulate import Profile, simulate
from cloudtag.simulate.profile import DAY_MS
from tests.engine.standing import latest, standing
from tests.integration.installation import Installation

EVENTS = 12_000
HISTORIES = {
    TagStatus: "tag_statuses_history",
    TagConfirmation: "confirmations_history",
    Consequence: "consequences_history",
    Label: "labels_history",
}


@pytest.fixture(scope="module")
def week():
    """A simulated week as it is delivered, the moment time is moved on to, and what replay says of it."""
    events = list(simulate(Profile(events=EVENTS, seed=7)).events())
    until_ms = max(event.occurred_at for event in events) + 5 * DAY_MS
    said = standing(record for _, record in judge(list(events), until_ms, shipped()))
    assert len(said) > 50
    return events, until_ms, said


def published(installation):
    return [record for record in installation.watch.records if hasattr(record, "revision")]


@pytest.mark.parametrize("store", ["memory", "rocksdb"])
async def test_two_workers_and_a_rebalance_say_what_replay_says(broker, tmp_path, week, store):
    events, until_ms, said = week
    half = len(events) // 2
    async with Installation(broker, tmp_path, store=store) as place:
        first = place.start("worker")
        await place.send(events[:half])
        await place.until(lambda: place.watch.counts["waybill-uses"] > 100, "the first worker forwards")
        place.start("worker")
        await place.send(events[half:])
        await place.settled()
        place.stop(first)
        await place.pass_time(until_ms)
        await place.settled()
        assert standing(published(place)) == said


@pytest.mark.kafka
@pytest.mark.fault
async def test_kill_9_loses_and_doubles_nothing_up_to_the_warehouse(kafka_bootstrap, warehouse_url, tmp_path, week):
    events, until_ms, said = week
    third = len(events) // 3
    async with Installation(kafka_bootstrap, tmp_path, warehouse_url) as place:
        place.start_sink()
        for number in range(3):
            worker = place.start("worker")
            seen = place.watch.counts["parcel-reports"]
            await place.send(events[number * third : (number + 1) * third if number < 2 else None])
            await place.until(lambda seen=seen: place.watch.counts["parcel-reports"] > seen + 20, "it gets going")
            if number < 2:
                place.kill(worker)
        await place.settled()
        await place.pass_time(until_ms)
        await place.settled()
        assert standing(published(place)) == said
        _check_warehouse(place, events)
        _check_histories(place)


def _check_warehouse(place, events):
    alerts = {key[1]: record for key, record in latest(published(place)).items() if key[0].__name__ == "Alert"}
    stored = place.ask("SELECT alert_id, revision, status FROM alerts FINAL")
    assert sorted(stored) == sorted((a.alert_id, a.revision, a.status) for a in alerts.values())
    assert place.ask("SELECT sum(n) FROM (SELECT count() - uniqExact(alert_id, revision) AS n FROM alerts FINAL)") == [
        (0,)
    ]
    counted = place.ask("SELECT detector, uniqExactMerge(alerts) FROM daily_scenarios_states GROUP BY detector")
    expected = {}
    for alert in alerts.values():
        expected[alert.detector] = expected.get(alert.detector, 0) + 1
    assert dict(counted) == expected
    for stream in ("orders", "refunds", "logistics"):
        distinct = {e.event_id for e in events if _stream(e) == stream}
        assert place.ask(f"SELECT count() FROM {stream} FINAL") == [(len(distinct),)]


def _check_histories(place):
    told = {kind: set() for kind in HISTORIES}
    for record in published(place):
        if type(record) in told:
            told[type(record)].add((record_id(record), record.revision))
    assert told[TagStatus]
    assert told[Consequence]
    for kind, history in HISTORIES.items():
        rows = place.ask(f"SELECT {REVISED_OF[kind].id}, revision FROM {history}")
        assert sorted(rows) == sorted(told[kind]), history


def _stream(event):
    from cloudtag.contract.streams import STREAM_OF

    return STREAM_OF[type(event)]
