"""Streams and fields that never come, and the detectors that are blind without them."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from msgspec import Struct

from cloudtag.doctor.blind import Loss, without_field, without_stream
from cloudtag.doctor.diagnosis import Diagnosis
from cloudtag.doctor.limits import FILLED_RECORDS
from cloudtag.doctor.reading import InputTopic
from cloudtag.doctor.unfilled import nothing_by_field
from cloudtag.wire.shape import shape_of

_WITHOUT = {
    "contacts": "tags that need the buyer to be contacted first are rejected",
    "insurance": "nothing follows for freight insurance",
    "tags": "no shop tags an order",
    "verdicts": "no alert is answered, and there are no labels",
    "accounts": "no account may tag: every tag is rejected",
    "violations": "no seller is penalized",
    "erasures": "no buyer is forgotten",
    "chargebacks": "nothing is known of money charged back",
    "order-limits": "no shop bars a buyer",
    "appeals": "no buyer objects to anything",
    "abuses": "no permission is taken back for misuse",
}
"""What is lost without a stream that no detector rests on."""


def feeds(topics: Sequence[InputTopic]) -> Iterator[Diagnosis]:
    """One finding for each empty stream, and one for each stream with fields nobody fills."""
    coming = [topic for topic in topics if topic.sample.held]
    if topics and not coming:
        yield Diagnosis(
            check="feeds",
            severity="bad",
            text="no input topic holds a single record",
            advice="start the producers; check KAFKA and CLOUDTAG_TOPIC_PREFIX: is this the installation you mean?",
        )
        return
    for topic in topics:
        if topic.sample.held:
            yield from _unfilled(topic)
        elif not topic.sample.faults:
            yield _empty(topic)


def never_filled(topic: InputTopic) -> list[str]:
    """The optional fields that no record of the sample fills, if it is large enough to say so.

    A flag that is never set is not among them: it may well say `no` every time.
    """
    records = [reading.fields for reading in topic.values if reading.fields is not None]
    if len(records) < FILLED_RECORDS:
        return []
    found = list(_empty_fields(topic.stream.struct, records))
    for name, item in shape_of(topic.stream.struct).nested.items():
        items = [each for record in records for each in record[name]]
        if len(items) >= FILLED_RECORDS:
            found += [f"{name}.{field}" for field in _empty_fields(item.struct, items)]
    return found


def _empty_fields(struct: type[Struct], records: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    for name, nothing in nothing_by_field(struct).items():
        if all(record[name] in nothing for record in records):
            yield name


def _empty(topic: InputTopic) -> Diagnosis:
    was = "holds no record any more: what came was deleted by age" if topic.sample.written else "never had a record"
    loss = without_stream(topic.stream.name)
    return Diagnosis(
        check="feeds",
        severity="warn" if loss else "ok",
        topic=topic.name,
        text=f"{was}{_told(loss)}" if loss else f"{was}; {_WITHOUT.get(topic.stream.name, 'no detector rests on it')}",
        advice=f"publish {topic.stream.name}, or do without these" if loss else None,
        figures={"blind": ", ".join(loss.blind), "weaker": ", ".join(loss.weaker)},
    )


def _unfilled(topic: InputTopic) -> Iterator[Diagnosis]:
    """One finding of all fields that nobody fills and some detector rests on, a line each."""
    losses = {path: without_field(topic.stream.name, path) for path in never_filled(topic)}
    lines = [f"{path}{_told(loss)}" for path, loss in losses.items() if loss]
    if lines:
        blind = sorted({name for loss in losses.values() for name in loss.blind})
        yield Diagnosis(
            check="feeds",
            severity="warn",
            topic=topic.name,
            text="\n".join((f"filled in none of {len(topic.values):,} records:", *lines)),
            advice="fill them in the producer, or do without these detectors",
            figures={"fields": ", ".join(p for p, loss in losses.items() if loss), "blind": ", ".join(blind)},
        )


def _told(loss: Loss) -> str:
    blind = f"; blind without it: {', '.join(loss.blind)}" if loss.blind else ""
    return blind + (f"; weaker without it: {', '.join(loss.weaker)}" if loss.weaker else "")
