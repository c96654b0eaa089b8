"""All checks over one sample."""

from collections.abc import Iterator

from cloudtag.contract.streams import INPUTS, Stream
from cloudtag.doctor.checks.clock import clock
from cloudtag.doctor.checks.codec import codec
from cloudtag.doctor.checks.dead_letters import STREAM, dead_letters
from cloudtag.doctor.checks.event_id import event_id
from cloudtag.doctor.checks.feeds import feeds
from cloudtag.doctor.checks.framing import framing
from cloudtag.doctor.checks.keys import keys
from cloudtag.doctor.checks.partitioner import partitioner
from cloudtag.doctor.checks.platform import platform
from cloudtag.doctor.checks.topics import missing, topics
from cloudtag.doctor.diagnosis import Diagnosis
from cloudtag.doctor.look import Look
from cloudtag.doctor.reading import InputTopic, read
from cloudtag.doctor.sample import Sample, TopicSample

OF_INPUTS = (framing, keys, partitioner, clock, platform, event_id)
"""The checks of the records of one input topic."""


def diagnose(sample: Sample, look: Look) -> list[Diagnosis]:
    """Every finding about a sample, in the order of the checks."""
    return list(_findings(sample, look))


def _findings(sample: Sample, look: Look) -> Iterator[Diagnosis]:
    for wanted in sample.wanted:
        found = sample.found.get(wanted.name)
        yield from [missing(wanted)] if found is None else topics(wanted, found)
    for found in sample.found.values():
        yield from codec(found)
    inputs = [
        _input(stream, found, look)
        for stream in INPUTS.values()
        if (found := sample.found.get(look.topic_prefix + stream.name)) is not None
    ]
    for topic in inputs:
        for check in OF_INPUTS:
            yield from check(topic, look)
    letters = sample.found.get(look.topic_prefix + STREAM)
    if letters is not None:
        yield from dead_letters(letters, [topic.sample for topic in inputs], look)
    yield from feeds(inputs)


def _input(stream: Stream, found: TopicSample, look: Look) -> InputTopic:
    return InputTopic(stream, found, [read(stream.name, record, look.decoder) for record in found.records])
