"""What a runner reads of records that lie in the wrong partition, and where their headers say they are from."""

from collections.abc import Iterable
from typing import Any

import pytest
from aiokafka.structs import ConsumerRecord
from msgspec import Struct
from msgspec.structs import replace

from cloudtag.config import Config
from cloudtag.contract.events import AccountChanged
from cloudtag.contract.internal import WatermarkRecord
from cloudtag.contract.records import DeadLetter
from cloudtag.contract.types import PLATFORMS
from cloudtag.wire import Codec
from streams.kafka.partitioner import Misplaced, MisplacementCause, partition_of
from streams.kafka.topics import internal, watermarks
from streams.transport.decoded import DecodedRecord
from streams.worker.misplaced import LONGEST_KEY_BYTES, MOST_HOPS, headers_of, origin_of, warn
from streams.worker.platforms import Platforms
from streams.worker.record_reader import RecordReader
from streams.worker.runner import Runner
from streams.worker.tasks import Tasks
from streams.worker.tools import Tools
from streams.worker.worker_metrics import WorkerMetrics

CONFIG = Config(topic_prefix="x-", partitions=8)
SHOP = "shop-1"
HOME = partition_of(SHOP, 8)
ELSEWHERE = (HOME + 1) % 8
AT_MS = 1_772_409_600_000
EVENT = AccountChanged("e1", AT_MS, "jd", SHOP, "main", "exam_passed")
VALUE = Codec().encode("accounts", EVENT)
STREAMS = ("tags", "accounts", "shop-questions")
DAY_MS = 86_400_000


def reader_of(config: Config = CONFIG) -> RecordReader:
    own = [config.topic(stream) for stream in (*STREAMS, *internal("shops"))]
    return RecordReader("shops", own, config, Codec(), Platforms(PLATFORMS, WorkerMetrics()))


def record(
    stream: str = "accounts",
    partition: int = ELSEWHERE,
    key: bytes | None = SHOP.encode(),
    value: bytes | None = VALUE,
    headers: Iterable[tuple[str, bytes | None]] = (),
    timestamp: int = AT_MS + 5,
) -> Any:
    size = (len(key or b""), len(value or b""))
    return ConsumerRecord(f"x-{stream}", partition, 17, timestamp, 1, key, value, None, *size, tuple(headers))


def read(found: Any, config: Config = CONFIG) -> tuple[int | None, Struct]:
    """The record's event time, and the one thing that it is."""
    decoded = reader_of(config).read(found.topic, found)
    (what,) = (each for each in (decoded.fact, decoded.letter, decoded.misplaced) if each is not None)
    return decoded.at_ms, what


def passed_on(found: Any) -> Any:
    """The record that is written for a misplaced one, as it is read again where it belongs."""
    at_ms, fact = read(found)
    assert at_ms is None, "it must not move the clock of a task that it does not belong to"
    assert isinstance(fact, Misplaced)
    source = origin_of(found) if found.topic == "x-misplaced-shops" else found
    # The broker's time of the copy is much later than that of the record.
    return record(
        "misplaced-shops", fact.partition, fact.key.encode(), found.value, headers_of(source, fact), AT_MS * 2
    )


@pytest.mark.parametrize(
    ("key", "cause"),
    [
        (SHOP.encode(), "partitioner"),
        (b"shop-2", "key"),
        (b"\x00\x00\x00\x00\x07shop-1", "key"),
        (b'"shop-1"', "key"),
        (b"\xff\xfe", "key"),
        (None, "null_key"),
        (b"", "null_key"),
    ],
)
def test_a_record_in_the_wrong_partition_is_known_by_its_own_field(key: bytes | None, cause: MisplacementCause) -> None:
    assert read(record(key=key)) == (None, Misplaced("accounts", SHOP, HOME, cause, 1))


@pytest.mark.parametrize("key", [SHOP.encode(), b"shop-2", None])
def test_where_it_belongs_any_key_will_do(key: bytes | None) -> None:
    assert read(record(key=key, partition=HOME)) == (AT_MS, EVENT)


def test_it_is_judged_where_it_was_passed_on_to() -> None:
    moved = passed_on(record(key=b"other"))
    assert (moved.partition, moved.key) == (HOME, SHOP.encode())
    assert read(moved) == (AT_MS, EVENT)
    origin = origin_of(moved)
    assert (origin.topic, origin.partition, origin.offset) == ("x-accounts", ELSEWHERE, 17)
    assert (origin.timestamp, origin.key, origin.value) == (AT_MS + 5, b"other", VALUE)


@pytest.mark.parametrize("key", [None, b"", b"k" * LONGEST_KEY_BYTES, b"k" * (LONGEST_KEY_BYTES + 1)])
def test_the_key_of_a_record_is_kept_unless_it_is_huge(key: bytes | None) -> None:
    kept = origin_of(passed_on(record(key=key))).key
    assert kept == (key if key is None or len(key) <= LONGEST_KEY_BYTES else None)


def test_a_record_goes_on_once_more_when_partitions_were_added_and_never_for_ever() -> None:
    moved = passed_on(record(key=b"other"))
    for hop in range(2, MOST_HOPS + 1):
        moved = passed_on(_at(moved, ELSEWHERE))
        assert (origin_of(moved).hops, origin_of(moved).cause) == (hop, "key")
        assert read(moved) == (AT_MS, EVENT)
    at_ms, letter = read(_at(moved, ELSEWHERE))
    assert isinstance(letter, DeadLetter)
    assert (at_ms, letter.reason, letter.topic, letter.partition) == (None, "misplaced", "x-accounts", ELSEWHERE)
    assert (letter.offset, letter.key, letter.value) == (17, b"other", VALUE)


def _at(found: Any, partition: int) -> Any:
    return record("misplaced-shops", partition, found.key, found.value, found.headers, found.timestamp)


def test_the_future_is_measured_by_when_the_broker_first_had_it() -> None:
    soon = replace(EVENT, occurred_at=AT_MS + 2 * DAY_MS)
    value = Codec().encode("accounts", soon)
    assert _reason(read(record(value=value))) == "from_the_future"
    moved = passed_on(record())
    # As if the setting had become stricter on the way: the copy's own time would let it pass.
    at_ms, letter = read(record("misplaced-shops", HOME, moved.key, value, moved.headers, AT_MS * 2))
    assert _reason((at_ms, letter)) == "from_the_future"
    assert (letter.topic, letter.seen_at) == ("x-accounts", AT_MS + 5)  # type: ignore[attr-defined]


def test_what_cannot_be_read_is_a_dead_letter_wherever_it_lies() -> None:
    assert _reason(read(record(value=VALUE[:-1]))) == "truncated"
    assert _reason(read(record("tags", value=None))) == "empty"
    assert reader_of().read("x-accounts", record(value=None)) == DecodedRecord(), "a tombstone"


def test_records_of_other_processors_are_not_looked_at() -> None:
    watermark = Codec().encode(watermarks("shops"), WatermarkRecord(AT_MS))
    found = record(watermarks("shops"), key=None, value=watermark)
    assert reader_of().read(found.topic, found) == DecodedRecord(AT_MS, is_watermark=True)


@pytest.mark.parametrize(
    "change",
    [
        {"stream": None},
        {"offset": None},
        {"offset": b"many"},
        {"offset": b"\xff"},
        {"partition": b""},
        {"partition": b"2147483648"},
        {"timestamp": b"9223372036854775808"},
        {"topic": b"t" * 250},
        {"hops": b"-1000000"},
        {"cause": b"boredom"},
        {"stream": b"logistics"},
        {"stream": b"alerts"},
        {"stream": b"shop-questions"},
    ],
    ids=str,
)
def test_whoever_writes_there_without_saying_where_it_is_from_gets_a_dead_letter(
    change: dict[str, bytes | None],
) -> None:
    headers = {**dict(passed_on(record()).headers), **{f"cloudtag-{name}": value for name, value in change.items()}}
    at_ms, letter = read(record("misplaced-shops", HOME, headers=headers.items()))
    assert (at_ms, _reason((at_ms, letter))) == (None, "no_origin")
    left_out = [(name, value) for name, value in headers.items() if name.removeprefix("cloudtag-") not in change]
    assert _reason(read(record("misplaced-shops", HOME, headers=left_out))) == "no_origin"


def test_headers_that_look_like_ours_mean_nothing_on_an_input_topic() -> None:
    moved = passed_on(record())
    assert read(record(partition=HOME, headers=moved.headers)) == (AT_MS, EVENT)


def test_what_may_be_counted_is_there_at_zero() -> None:
    metrics, reader = WorkerMetrics(), reader_of()
    tools = Tools(CONFIG, Codec(), None, metrics, Platforms(PLATFORMS, metrics), lambda batch: None)  # type: ignore[arg-type]
    Runner(Tasks("shops", None, None), [], reader, tools)  # type: ignore[arg-type]
    samples = next(iter(metrics.names["misplaced"].collect())).samples
    told = {tuple(sample.labels.values()) for sample in samples if sample.name == "cloudtag_misplaced_total"}
    assert told == {
        ("shops", stream, cause) for stream in ("tags", "accounts") for cause in ("key", "null_key", "partitioner")
    }


def _reason(found: tuple[int | None, Struct]) -> str:
    letter = found[1]
    assert isinstance(letter, DeadLetter), letter
    return letter.reason


@pytest.mark.parametrize(
    ("stream", "told"),
    [("logistics", "set the key to waybill_no in canonical form"), ("orders", "set the key to buyer_id")],
)
def test_the_warning_says_what_the_key_must_be(stream: str, told: str, caplog: pytest.LogCaptureFixture) -> None:
    warn([Misplaced(stream, "k", 1, "key", 1)])
    assert f"{told} (1)" in caplog.text
