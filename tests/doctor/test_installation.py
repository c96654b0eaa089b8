"""Topics, codecs and dead letters: each fault of an installation with what to do, and no word of what is right."""

from dataclasses import replace
from typing import Any

import pytest

from cloudtag.config import Config
from cloudtag.contract.records import DeadLetter
from cloudtag.contract.streams import INPUTS
from cloudtag.doctor.checks.codec import codec
from cloudtag.doctor.checks.dead_letters import dead_letters
from cloudtag.doctor.checks.topics import topics
from cloudtag.doctor.diagnose import diagnose
from cloudtag.doctor.diagnosis import graded, worst
from cloudtag.doctor.sample import Sample, SampledBatch, SampledRecord, TopicSample
from cloudtag.wire import encode
from streams.kafka.topics import DAY_MS, Declared, declared
from tests.doctor.material import LOOK, NOW, orders, severities, topic

LONGER = str(365 * DAY_MS)


WANTED = next(t for t in declared(Config(replication=2)) if t.name == "orders")
KEPT = next(t for t in declared(Config(replication=2)) if t.name == "erasures")
COMPACTED = next(t for t in declared(Config(replication=2)) if t.name.endswith("-state-2"))


def found(wanted: Declared = WANTED, **changes: Any) -> TopicSample:
    made = TopicSample(name=wanted.name, partitions=8, replication=2, settings=dict(wanted.config))
    settings = {**wanted.config, **changes.pop("settings", {})}
    return replace(made, settings={k: v for k, v in settings.items() if v is not None}, **changes)


def test_a_topic_as_declared_is_no_fault() -> None:
    assert severities(list(topics(WANTED, found()))) == ["ok"]
    assert severities(list(topics(WANTED, found(replication=3, settings={"retention.ms": LONGER})))) == ["ok"]
    assert severities(list(topics(WANTED, found(settings={"retention.ms": "-1", "retention.bytes": "-1"})))) == ["ok"]
    assert severities(list(topics(COMPACTED, found(COMPACTED)))) == ["ok"]
    assert severities(list(topics(KEPT, found(KEPT)))) == ["ok"]
    assert severities(list(topics(KEPT, found(KEPT, settings={"retention.ms": LONGER})))) == ["warn"]


@pytest.mark.parametrize(
    ("changes", "severity", "told"),
    [
        ({"partitions": 6}, "bad", "has 6 partitions where 8 are configured"),
        ({"replication": 1}, "warn", "has 1 copies where 2 are configured"),
        ({"settings": {"message.timestamp.type": "CreateTime"}}, "bad", "producers' clocks decide"),
        ({"settings": {"retention.ms": str(30 * DAY_MS - 1)}}, "warn", "deleted sooner"),
        ({"settings": {"retention.bytes": "1000000"}}, "warn", "at most 1000000 bytes"),
        ({"settings": {"max.message.bytes": "1048588"}}, "warn", "cut or refused"),
        ({"settings": {"cleanup.policy": "compact"}}, "bad", "only the last record of each key"),
        ({"faults": ("partition 3: TopicAuthorizationFailedError",)}, "bad", "cannot be read: partition 3"),
    ],
)
def test_what_differs_from_the_declaration_is_told(changes: dict[str, Any], severity: str, told: str) -> None:
    (finding,) = topics(WANTED, found(**changes))
    assert finding.severity == severity
    assert told in finding.text
    assert finding.advice


@pytest.mark.parametrize("policy", ["delete", "compact,delete"])
def test_state_that_is_deleted_by_age_is_bad(policy: str) -> None:
    (finding,) = topics(COMPACTED, found(COMPACTED, settings={"cleanup.policy": policy}))
    assert finding.severity == "bad"
    assert "forgotten for good" in finding.text
    assert "cleanup.policy=compact" in (finding.advice or "")


def test_a_broker_that_leaves_settings_out_is_not_blamed() -> None:
    assert severities(list(topics(WANTED, found(settings=dict.fromkeys(WANTED.config))))) == ["ok"]
    silent = replace(found(), settings=None)
    (finding,) = topics(WANTED, silent)
    assert (finding.severity, finding.advice) == ("warn", "give this user DescribeConfigs on it")


def test_the_records_themselves_tell_whose_time_they_carry() -> None:
    of_producer = [SampledBatch("none", 2, False, 5)]
    (finding,) = topics(WANTED, found(batches=of_producer))
    assert finding.severity == "warn", "the setting is right: they may be older than it"
    (finding,) = topics(WANTED, found(batches=of_producer, settings={"message.timestamp.type": None}))
    assert finding.severity == "bad"
    assert severities(list(topics(WANTED, found(batches=[SampledBatch("none", 2, True, 5)])))) == ["ok"]


def test_a_batch_that_cannot_be_unpacked_is_bad_however_few() -> None:
    good, bad = SampledBatch("lz4", 2, True, 990), SampledBatch("zstd", 2, True, 10, "Libraries for zstd not found")
    read, unread = sorted(codec(found(batches=[good, bad])), key=lambda finding: finding.severity == "bad")
    assert (read.severity, unread.severity) == ("ok", "bad")
    assert "10 of 1,000 records (1.0 %) are packed with zstd" in unread.text
    assert "cramjam" in (unread.advice or "")
    assert severities(list(codec(found(batches=[good])))) == ["ok"]
    assert list(codec(found())) == []


def test_old_formats_are_told() -> None:
    findings = list(codec(found(batches=[SampledBatch("gzip", 1, True, 3), SampledBatch("none", 2, True, 1)])))
    assert severities(findings) == ["ok", "warn"]
    assert "gzip (format 1), none (format 2)" in findings[0].text


def letter(
    offset: int, reason: str = "truncated", name: str = "x-orders", error: str = "cut\x1b[2J", seen_at: int = NOW
) -> SampledRecord:
    made = DeadLetter(topic=name, partition=0, offset=offset, value=b"v", reason=reason, error=error, seen_at=seen_at)
    return SampledRecord(0, offset, b"k", encode("dead-letters", made), NOW)


def letters(*records: SampledRecord) -> TopicSample:
    return TopicSample(name="x-dead-letters", partitions=8, replication=1, records=records)


def test_dead_letters_are_counted_by_topic_and_reason_the_most_frequent_first() -> None:
    made = letters(*[letter(n) for n in range(3)], *[letter(n, "not_avro", "x-refunds") for n in range(5)], letter(0))
    findings = list(dead_letters(made, [], LOOK))
    assert [(f.topic, f.figures["reason"], f.figures["letters"]) for f in findings] == [
        ("x-refunds", "not_avro", 5),
        ("x-orders", "truncated", 3),
    ]
    assert "\x1b" not in findings[1].text
    assert "--reason truncated" in (findings[1].advice or "")


def test_only_letters_of_the_latest_records_say_that_it_goes_on() -> None:
    records = [SampledRecord(0, n, None, b"", NOW) for n in range(100, 300)]
    sampled = [TopicSample(name="x-orders", partitions=8, replication=1, records=records)]
    (old,) = dead_letters(letters(letter(99)), sampled, LOOK)
    assert (old.severity, old.figures["records"]) == ("warn", 0)
    (one,) = dead_letters(letters(letter(100)), sampled, LOOK)
    assert (one.severity, one.figures["records"], one.figures["sampled"]) == ("warn", 1, 200)
    (two,) = dead_letters(letters(letter(100), letter(101)), sampled, LOOK)
    assert two.severity == "bad"
    assert severities(list(dead_letters(letters(), sampled, LOOK))) == ["ok"]


def test_letters_that_cannot_be_read_are_no_reason_to_end() -> None:
    assert severities(list(dead_letters(letters(SampledRecord(0, 0, None, b"?", NOW)), [], LOOK))) == ["ok"]


def test_a_sound_installation_has_nothing_bad_and_a_missing_topic_is_bad() -> None:
    wanted = declared(Config(topic_prefix="x-", partitions=8))
    look = replace(LOOK, topic_prefix="x-")
    there = {t.name: TopicSample(name=t.name, partitions=8, replication=1, settings=t.config, held=0) for t in wanted}
    there["x-orders"] = replace(topic(orders(50)).sample, settings=there["x-orders"].settings)
    findings = diagnose(Sample(wanted, there), look)
    assert worst(findings) == "warn"
    assert {str(f.topic).removeprefix("x-") for f in findings if f.check == "feeds"} == INPUTS.keys() - {"orders"}
    del there["x-refunds"]
    (bad,) = [f for f in diagnose(Sample(wanted, there), look) if f.severity == "bad"]
    assert (bad.check, bad.topic) == ("topics", "x-refunds")
    assert "cloudtag topics create" in (bad.advice or "")


def test_grades() -> None:
    assert [graded(n, 1000) for n in (0, 1, 9, 10, 1000)] == ["ok", "warn", "warn", "bad", "bad"]
    assert worst([]) == "ok"
