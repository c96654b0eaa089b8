"""The glossary's example, run: one real event through reader, batch, task, state, sink and query."""

import re
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from clickhouse_connect.driver.client import Client
from faust.types import TP
from msgspec.structs import replace

from cloudtag.config import Config
from cloudtag.contract.parcels import ParcelReported
from cloudtag.contract.records import Alert
from cloudtag.contract.scope import scoped
from cloudtag.contract.streams import INPUTS, READS, STREAM_OF
from cloudtag.docs.glossary import handwritten
from cloudtag.engine.cache_budget import CacheBudget
from cloudtag.engine.judgement import Judgement
from cloudtag.engine.keyed_state import KeyedState
from cloudtag.engine.rows import RowCodec
from cloudtag.engine.state_cache import StateCache
from cloudtag.engine.task_result import Output
from cloudtag.policy.load import shipped
from cloudtag.processors import build
from cloudtag.replay.topology import Topology, memory_rows
from cloudtag.scenarios.read import shipped_scenarios
from cloudtag.warehouse.blocks import TABLES, InsertBatch
from cloudtag.warehouse.insert import Inserter
from cloudtag.warehouse.pseudonymizer import Pseudonymizer
from cloudtag.warehouse.queries import BY_NAME
from cloudtag.wire import Codec
from streams.sink.reader import Reader
from streams.transport.in_flight import Batch
from streams.transport.partition_buffers import PartitionBuffers
from streams.worker.platforms import Platforms
from streams.worker.record_reader import RecordReader
from streams.worker.worker_metrics import WorkerMetrics
from tests.servers.databases import migrated_database

BUYER = "mei-too"
CODEC = Codec()
EVENTS = [planned.event for planned in shipped_scenarios()["number_shared_by_two_accounts"].events]
ROW = "wRET1"
"""The row of the return number, where the pattern is found."""
FOLLOWED = 5
"""The place of the followed event: the second account fills in the number."""

HOUR_MS = 3_600_000


class KafkaRecord(NamedTuple):
    """A record as the broker gives it."""

    topic: str
    offset: int
    timestamp: int
    key: bytes | None
    value: bytes | None
    partition: int = 0


def said() -> dict[str, str]:
    """The page's table: words and what it says of them."""
    rows = re.findall(r"^\| ([a-z ]+) \| (.+) \| .+ \|$", handwritten(), re.MULTILINE)
    return dict(rows)


def quoted(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)


def record_of(event: Any, offset: int) -> KafkaRecord:
    """An event as its producer publishes it."""
    stream = STREAM_OF[type(event)]
    return KafkaRecord(stream, offset, event.occurred_at, event.buyer_id.encode(), CODEC.encode(stream, event))


class Journey:
    """The example as it runs: every part is the one that runs in production, but for Kafka between them."""

    def __init__(self) -> None:
        platforms = Platforms(("taobao",), WorkerMetrics())
        reader = RecordReader("buyers", ("orders", "refunds"), Config(partitions=1), CODEC, platforms)
        groups = dict.fromkeys(("orders", "refunds"), "buyers")
        self._buffers = PartitionBuffers(groups, {"buyers": reader.read}, batch_records=100)
        self.rows = memory_rows()
        self._topology = Topology(shipped(), rows=self.rows)
        for offset, event in enumerate(EVENTS[:FOLLOWED]):
            self.judge(record_of(event, offset))
        self.record = record_of(EVENTS[FOLLOWED], FOLLOWED)
        fact: Any = reader.read("refunds", self.record).fact
        self.fact = fact
        before = self._topology.internal_records
        self.batch, self.outputs = self.judge(self.record)
        self.internal_records = self._topology.internal_records - before
        processor = build("buyers", shipped(), 0)
        states = StateCache(
            processor, self.rows["buyers"], RowCodec(processor.kinds.fact_type, processor.kinds.identity), CacheBudget()
        )
        self.state: KeyedState = states.get(scoped("taobao", BUYER))
        self.judgement: Judgement = processor.kinds.judge(
            self.state, self.state.rows[ROW], shipped(), self.fact.occurred_at
        )

    def judge(self, record: KafkaRecord) -> tuple[Batch, list[Output]]:
        """One record by itself, as a batch."""
        self._buffers.add(TP(record.topic, 0), [record])
        batch = self._buffers.next_batch(("buyers", 0))
        return batch, self._topology.feed(batch.content.facts)


def stored(connect: Callable[[], Client], alert: Any) -> tuple[InsertBatch, list[dict[str, Any]]]:
    """What the sink makes of an alert, and what the question `explain` answers about it then."""
    log = KafkaRecord("alerts", 0, alert.decided_at, BUYER.encode(), CODEC.encode("alerts", alert))
    row = Reader().read("alerts", log).row
    assert row is not None
    batch = InsertBatch("alerts", "alerts", 0, 1000, (row,))
    with migrated_database(connect) as database, connect() as client:
        Inserter(client, database, Pseudonymizer(b"a secret of the test")).insert(batch)
        client.database = database
        answer = client.query(BY_NAME["explain"].sql, {"alert_id": alert.alert_id})
        names = answer.column_names
        return batch, [dict(zip(names, row, strict=True)) for row in answer.result_rows]


@pytest.fixture(scope="module")
def journey() -> Journey:
    return Journey()


def test_the_event_reaches_a_task(journey: Journey) -> None:
    event, page = EVENTS[FOLLOWED], said()
    assert (
        page["event"] == f"`{event.event_id}`: refund `{event.refund_id}` is `{event.status}` with `{event.waybill_no}`"
    )
    assert page["stream"] == f"`{STREAM_OF[type(event)]}`, key `{INPUTS['refunds'].key}` = `{event.buyer_id}`"
    assert page["record reader"] == "the Avro bytes become the struct again"
    assert journey.fact == event
    assert page["batch"] == f"{len(journey.batch.content.facts)} record, for `{journey.batch.group}`, partition 0"


def test_the_task_keeps_it_as_a_fact(journey: Journey) -> None:
    page, state = said(), journey.state
    reader = next(name for name, streams in READS.items() if "refunds" in streams)
    assert page["task"] == f"`{reader}` on partition 0"
    assert page["keyed state"] == f"buyer `{state.key}`, rows {quoted(sorted(state.rows))}"
    assert page["row"] == "`o9:tea-house/order-2`, the order with all that belongs to it"
    assert page["fact"] == f"the row's third: {quoted(state.rows['o9:tea-house/order-2'].facts)}"
    assert page["internal record"] == (
        f"{journey.internal_records}, among them the use of the number and the report of it to this buyer"
    )
    assert "waybill-uses" in {published.stream for published in state.rows["o9:tea-house/order-2"].published.values()}
    assert [type(fact) for fact in state.rows[ROW].facts.values()] == [ParcelReported]
    assert page["judgement"] == f"of the row `{ROW}`: {len(journey.judgement.conclusions)} conclusion"
    hours = (journey.judgement.timer_ms - journey.fact.occurred_at) // HOUR_MS
    expected = f"after {hours} hours, when the number ought to have been scanned, or its courier is asked for"
    assert page["timer"] == expected


def test_what_is_concluded_is_published(journey: Journey) -> None:
    page = said()
    ((alert_id, conclusion),) = journey.judgement.conclusions.items()
    (output,) = (output for output in journey.outputs if output.stream == "alerts")
    alert: Any = output.record
    assert page["conclusion"] == f"`{alert_id}`: {alert.explanation}"
    assert conclusion.record.explanation == alert.explanation
    assert page["revision"] == f"{alert.revision}, as nothing was published under that id before"
    assert journey.state.rows[ROW].published[alert_id].revision == alert.revision
    assert (
        page["output"]
        == f"to `{output.stream}`, key `{output.key}`: status `{alert.status}`, severity `{alert.severity}`"
    )


def test_it_is_stored_and_answered(journey: Journey, in_process: Callable[[], Client]) -> None:
    page = said()
    (alert,) = (output.record for output in journey.outputs if isinstance(output.record, Alert))
    batch, answer = stored(in_process, alert)
    assert page["sink"] == f"a batch under the token `{batch.token}`"
    assert page["table"] == f"`{TABLES['alerts'].name}`"
    rests_on = quoted(row["event_id"] for row in answer)
    assert page["query"] == f"`explain`: {answer[0]['explanation']} It rests on {rests_on}."


def test_a_corrected_number_takes_it_back(journey: Journey) -> None:
    corrected = replace(
        EVENTS[FOLLOWED], event_id="corrected", occurred_at=journey.fact.occurred_at + 1, waybill_no="RET-2"
    )
    _, outputs = journey.judge(record_of(corrected, FOLLOWED + 1))
    (alert,) = [each.record for each in outputs if each.stream == "alerts"]
    assert isinstance(alert, Alert)
    assert (
        said()["withdrawn"] == f"if the buyer corrects the number: revision {alert.revision}, status `{alert.status}`"
    )


def test_no_word_of_the_table_is_left_to_itself() -> None:
    asserted = set(re.findall(r"(?:page|said\(\))\[\"([a-z ]+)\"\]", Path(__file__).read_text(encoding="utf-8")))
    assert asserted == set(said())
