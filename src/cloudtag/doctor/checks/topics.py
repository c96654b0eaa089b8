"""Whether every topic is there and set as it should be."""

from collections.abc import Iterator

from cloudtag.doctor.diagnosis import Diagnosis, Grade
from cloudtag.doctor.sample import TopicSample, WantedTopic

UNLIMITED = -1
_TIME = "message.timestamp.type"
_POLICY = "cleanup.policy"
_AT_LEAST: dict[str, str] = {
    "retention.ms": "records are deleted sooner than they may be needed again",
    "delete.retention.ms": "a worker that was away for long may miss deletions",
    "max.message.bytes": "a large record, or the dead letter of one, is cut or refused",
}
"""Settings that may be larger than declared, and what happens when they are smaller."""


def missing(topic: WantedTopic) -> Diagnosis:
    """A topic that is not there."""
    return Diagnosis(
        check="topics",
        severity="bad",
        topic=topic.name,
        text="does not exist, or this user may not see it",
        advice="run `cloudtag topics create`; check CLOUDTAG_TOPIC_PREFIX, and the user's right to Describe",
    )


def topics(wanted: WantedTopic, found: TopicSample) -> Iterator[Diagnosis]:
    """What of a topic is not as declared, or that all of it is."""
    faults = [*_shape(wanted, found), *_settings(wanted, found), *_time(wanted, found), *_unread(found)]
    yield from faults
    if not faults:
        told = "as declared" if found.settings else "there, with the right number of partitions"
        yield Diagnosis(check="topics", severity="ok", topic=found.name, text=told)


def _shape(wanted: WantedTopic, found: TopicSample) -> Iterator[Diagnosis]:
    if found.partitions != wanted.partitions:
        yield _diagnosis(
            found,
            "bad",
            f"has {found.partitions} partitions where {wanted.partitions} are configured: workers refuse to start",
            "set CLOUDTAG_PARTITIONS to what the topics have, or make the topic anew: the number is never changed",
        )
    if found.replication < wanted.replication:
        yield _diagnosis(
            found,
            "warn",
            f"has {found.replication} copies where {wanted.replication} are configured",
            "raise it with kafka-reassign-partitions",
        )


def _settings(wanted: WantedTopic, found: TopicSample) -> Iterator[Diagnosis]:
    if found.settings is None:
        yield _diagnosis(found, "warn", "the broker does not tell its settings", "give this user DescribeConfigs on it")
        return
    policy = found.settings.get(_POLICY)
    if policy is not None and policy != wanted.config.get(_POLICY, policy):
        is_losing = "delete" in policy and wanted.config[_POLICY] == "compact"
        told = "what is older is forgotten for good" if is_losing else "only the last record of each key is kept"
        yield _setting(found, "bad", _POLICY, wanted, told)
    for name, harm in _AT_LEAST.items():
        if name in found.settings and name in wanted.config and _is_less(found.settings[name], wanted.config[name]):
            yield _setting(found, "warn", name, wanted, harm)
    if "retention.ms" in wanted.config and found.settings.get("retention.bytes", str(UNLIMITED)) != str(UNLIMITED):
        yield _diagnosis(
            found,
            "warn",
            f"keeps at most {found.settings['retention.bytes']} bytes of a partition, whatever their age",
            f"kafka-configs --alter --entity-type topics --entity-name {found.name} --delete-config retention.bytes",
        )


def _time(wanted: WantedTopic, found: TopicSample) -> Iterator[Diagnosis]:
    """Whether timestamps are the broker's: by the setting, and by what the records themselves say."""
    if _TIME not in wanted.config:
        return
    told = (found.settings or {}).get(_TIME)
    of_producers = sum(batch.records for batch in found.batches if not batch.is_broker_time)
    harm = "the producers' clocks decide what counts as the future"
    if told not in (None, wanted.config[_TIME]):
        yield _setting(found, "bad", _TIME, wanted, harm)
    elif of_producers and told is None:
        yield _diagnosis(found, "bad", f"records carry the producers' time: {harm}", _alter(found, _TIME, wanted))
    elif of_producers:
        yield _diagnosis(
            found,
            "warn",
            f"records carry the producers' time although {_TIME} is {told}",
            "they are older than the setting, or the broker does not know it (as the embedded one): "
            "nothing to do with Apache Kafka once newer records have come",
        )


def _unread(found: TopicSample) -> Iterator[Diagnosis]:
    if found.faults:
        yield _diagnosis(
            found,
            "bad",
            f"cannot be read: {', '.join(found.faults)}",
            "AuthorizationFailed: give this user Read; no leader: see to the brokers, then run this again",
        )


def _is_less(found: str, wanted: str) -> bool:
    try:
        has, needs = int(found), int(wanted)
    except ValueError:
        return False
    return has != UNLIMITED and (needs == UNLIMITED or has < needs)


def _setting(found: TopicSample, severity: Grade, name: str, wanted: WantedTopic, harm: str) -> Diagnosis:
    told = (found.settings or {}).get(name)
    text = f"{name} is {told} and should be {wanted.config[name]}: {harm}"
    return _diagnosis(found, severity, text, _alter(found, name, wanted))


def _alter(found: TopicSample, name: str, wanted: WantedTopic) -> str:
    setting = f"{name}={wanted.config[name]}"
    return f"kafka-configs --alter --entity-type topics --entity-name {found.name} --add-config {setting}"


def _diagnosis(found: TopicSample, severity: Grade, text: str, advice: str) -> Diagnosis:
    return Diagnosis(check="topics", severity=severity, topic=found.name, text=text, advice=advice)
