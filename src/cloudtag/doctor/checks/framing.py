"""How records are framed, and why some of them cannot be read."""

from collections import Counter
from collections.abc import Iterator

from cloudtag.doctor.diagnosis import Diagnosis, graded, share, shown
from cloudtag.doctor.look import Look
from cloudtag.doctor.reading import NO_REGISTRY, Framing, InputTopic, ReadRecord
from cloudtag.wire import schemas

_ADVICE = {
    "too_large": "send less in one record: at most 1 MiB is read",
    "wrong_stream": "the producer sends to the wrong topic: send each kind of record to the topic of its stream",
    "truncated": "the bytes end too early: look for a buffer or a proxy that cuts records",
    "trailing_bytes": "something is appended to the record: send the header and the Avro body alone",
    "incompatible_schema": "the writer's schema cannot be read as the stream's: write with schemas/{stream}.avsc",
    "invalid_value": "a field is outside of its bounds: see schemas/README.md for what each may hold",
}


def framing(topic: InputTopic, look: Look) -> Iterator[Diagnosis]:
    """One finding of what can be read, and one for each way of not being readable."""
    total = len(topic.values)
    good: Counter[str] = Counter(_described(topic, r) for r in topic.values if r.reason is None)
    if good:
        told = ", ".join(f"{what}: {count:,}" for what, count in good.most_common())
        text = f"all readable ({', '.join(sorted(good))})" if good.total() == total else f"readable: {told}"
        yield Diagnosis(check="framing", severity="ok", topic=topic.name, text=text, figures=dict(good))
    refused: dict[tuple[Framing, str], list[ReadRecord]] = {}
    for reading in topic.values:
        if reading.reason is not None:
            refused.setdefault((reading.framing, reading.reason), []).append(reading)
    for (frame, reason), readings in sorted(refused.items(), key=lambda item: -len(item[1])):
        last = readings[-1]
        yield Diagnosis(
            check="framing",
            severity="bad" if reason == NO_REGISTRY else graded(len(readings), total),
            topic=topic.name,
            text=f"{share(len(readings), total)} cannot be read ({reason}, {frame}): "
            f"{shown(last.error)}, at {last.place}",
            advice=_advice(topic.stream.name, frame, reason, look),
            figures={"framing": frame, "reason": reason, "records": len(readings), "sampled": total},
        )


def _described(topic: InputTopic, reading: ReadRecord) -> str:
    value = reading.record.value or b""
    if reading.framing == "registry frame":
        return f"registry frame, schema id {int.from_bytes(value[1:5], 'big')}"
    is_current = value[2:10] == schemas.current(topic.stream.name).fingerprint
    return f"single-object, {'current schema' if is_current else 'an earlier schema'}"


def _advice(stream: str, frame: Framing, reason: str, look: Look) -> str:
    if reason == NO_REGISTRY:
        return "bring the schema registry back, or correct CLOUDTAG_SCHEMA_REGISTRY_URL: workers wait for it"
    if frame == "registry frame" and reason == "unknown_schema":
        if not look.has_registry:
            return "set CLOUDTAG_SCHEMA_REGISTRY_URL to the producers' registry, or write single-object encoding"
        return "these producers use another schema registry, or their schema was deleted from it"
    if reason == "unknown_schema":
        return (
            f"the producer writes with a schema this version does not know: take schemas/{stream}.avsc as it is, "
            "or update cloudtag"
        )
    if frame == "JSON":
        return f"write Avro (single-object, schemas/{stream}.avsc); JSON lines are for `cloudtag produce`"
    if reason in ("not_avro", "empty"):
        return f"write Avro: single-object encoding of schemas/{stream}.avsc, or a schema registry's frame"
    return _ADVICE[reason].format(stream=stream)
