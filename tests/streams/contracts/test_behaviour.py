"""Behaviour of Faust and aiokafka that no source digest shows by itself: the transport rests on it."""

import asyncio
from typing import Any

import faust
import pytest
from aiokafka.cluster import ClusterMetadata
from aiokafka.protocol.fetch import FetchRequest
from aiokafka.protocol.metadata import MetadataRequest
from aiokafka.protocol.offset import OffsetRequest
from faust.transport.drivers import by_url
from mode import Service, Signal
from mode.supervisors import CrashingSupervisor

import streams.transport
from cloudtag.config import Config
from cloudtag.wire import Codec
from streams.transport.driver import Transport
from streams.transport.stream import BatchStream
from streams.worker.app import build
from streams.worker.rebalance import NotTogetherError, together
from tests.streams import toy

TOPICS = ("orders", "refunds", "watermarks-buyers", "logistics", "watermarks-parcels")


def app() -> faust.App:
    return build(Config(app_id="contract"), toy.READS, toy.CountingTask, Codec(), ()).app


def test_the_scheme_selects_the_transport() -> None:
    assert by_url(f"{streams.transport.SCHEME}://localhost:9092") is Transport


def test_building_an_app_touches_no_loop_and_no_connection() -> None:
    built = app()
    assert built._producer is None
    assert built._consumer is None
    stream: Any = built.conf.Stream
    assert stream is BatchStream
    assert built.conf.topic_disable_leader


async def test_a_signal_awaits_its_receivers_and_lets_their_errors_through() -> None:
    """`on_rebalance_complete` holds the flow back until we have taken over, and fails loudly."""

    class Sender:
        ready: Signal[Any] = Signal()

    seen: list[str] = []

    async def receiver(*_: Any, **__: Any) -> None:
        await asyncio.sleep(0)
        seen.append("done")
        raise RuntimeError("taken over badly")

    sender = Sender()
    sender.ready.connect(receiver, weak=False)
    with pytest.raises(RuntimeError, match="badly"):
        await sender.ready.send(sender)
    assert seen == ["done"]


async def test_a_crash_passes_a_crashing_supervisor() -> None:
    class Failing(Service):
        pass

    service = Failing()
    supervisor = CrashingSupervisor(service)
    supervisor.add(Failing())
    assert all(one.supervisor is None for one in supervisor._services)


def cluster(partitions: int) -> ClusterMetadata:
    metadata = ClusterMetadata()
    metadata._partitions = {topic: dict.fromkeys(range(partitions)) for topic in TOPICS}
    return metadata


@pytest.mark.parametrize("workers", [1, 2, 3, 5])
def test_faust_assigns_equal_partitions_of_all_topics_to_one_worker(workers: int) -> None:
    assignor: Any = app().assignor
    members = {f"worker-{n}": assignor.metadata(set(TOPICS)) for n in range(workers)}
    given = assignor.assign(cluster(8), members)
    owners: dict[int, set[str]] = {}
    for member, assignment in given.items():
        shares = [set(partitions) for _, partitions in assignment.assignment]
        assert {name for name, _ in assignment.assignment} == set(TOPICS)
        assert all(share == shares[0] for share in shares), "a task was torn apart"
        assert abs(len(shares[0]) - 8 / workers) < 1
        for partition in shares[0]:
            owners.setdefault(partition, set()).add(member)
    assert sorted(owners) == list(range(8))
    assert all(len(owner) == 1 for owner in owners.values())


def test_a_lane_that_was_torn_apart_is_noticed() -> None:
    assigned = {("a", 0), ("a", 1), ("b", 0), ("b", 1)}
    assert together(["a", "b"], assigned) == {0, 1}
    assert together(["a", "b"], set()) == set()
    with pytest.raises(NotTogetherError, match="of b"):
        together(["a", "b"], assigned - {("b", 1)})


def _answered(request: Any) -> tuple[str, ...]:
    """What a response says of a partition, in order."""
    schema = request.RESPONSE_TYPE.SCHEMA
    topic = schema.fields[schema.names.index("topics")].array_of
    names: tuple[str, ...] = topic.fields[topic.names.index("partitions")].array_of.names
    return names


@pytest.mark.parametrize("request_", FetchRequest._CLASSES, ids=lambda request: request.__name__)
def test_every_fetch_answers_the_end_first_and_the_records_last(request_: Any) -> None:
    names = _answered(request_)
    assert names[:3] == ("partition", "error_code", "highwater_offset")
    assert names[-1] == "message_set"


@pytest.mark.parametrize("request_", OffsetRequest._CLASSES[1:], ids=lambda request: request.__name__)
def test_every_question_for_an_offset_answers_it_last(request_: Any) -> None:
    names = _answered(request_)
    assert (names[:2], names[-1]) == (("partition", "error_code"), "offset")


def test_asking_for_all_topics_names_none() -> None:
    versions = {MetadataRequest.API_KEY: (0, 5)}
    assert MetadataRequest(None).prepare(versions).topics is None
    assert list(MetadataRequest([]).prepare(versions).topics) == []
