"""Whether records carry their own key field as Kafka key."""

from collections import Counter
from collections.abc import Iterator

from cloudtag.doctor.diagnosis import Diagnosis, graded, share
from cloudtag.doctor.look import Look
from cloudtag.doctor.reading import InputTopic, ReadRecord

OWN = "own"
"""The key is the record's own key field."""
NONE, EMPTY, JSON, FRAMED, OTHER = "none", "empty", "JSON", "framed", "something else"
_MOST_FRAME = 7
"""A registry frame before a text: a zero byte, four of the schema's id, and up to two of the text's length."""


def kind_of_key(reading: ReadRecord, field: str, own: str) -> str:
    """What the Kafka key of a record is: `OWN`, the name of another field of the record, or how else it differs."""
    key, raw = reading.record.key, own.encode()
    if key == raw:
        return OWN
    if not key:
        return NONE if key is None else EMPTY
    for name, value in (reading.fields or {}).items():
        if name != field and isinstance(value, str) and value.encode() == key:
            return name
    if key == b'"' + raw + b'"':
        return JSON
    if key[0] == 0 and key.endswith(raw) and len(key) - len(raw) <= _MOST_FRAME:
        return FRAMED
    return OTHER


def keys(topic: InputTopic, look: Look) -> Iterator[Diagnosis]:
    """One finding for each kind of wrong key, or that there is none."""
    field, total = topic.stream.key, len(topic.keyed)
    kinds: Counter[str] = Counter()
    harmful: Counter[str] = Counter()
    for reading, own in topic.keyed:
        kind = kind_of_key(reading, field, own)
        kinds[kind] += 1
        harmful[kind] += look.partition_of(own, topic.sample.partitions) != reading.record.partition
    if kinds[OWN] == total:
        if total:
            yield Diagnosis(check="key", severity="ok", topic=topic.name, text=f"every key is the record's {field}")
        return
    for kind, count in kinds.most_common():
        if kind == OWN:
            continue
        # A wrong key does no harm by itself where the producer chose the right partition all the same.
        severity = graded(harmful[kind], total)
        yield Diagnosis(
            check="key",
            severity="warn" if severity == "ok" else severity,
            topic=topic.name,
            text=f"{share(count, total)} {_told(kind)} instead of {field}",
            advice=_advice(kind, field),
            figures={"kind": kind, "records": count, "sampled": total},
        )


def _told(kind: str) -> str:
    return {
        NONE: "have no key",
        EMPTY: "have an empty key",
        JSON: "have a key written as JSON, with quotation marks,",
        FRAMED: "have a key in a schema registry's frame",
        OTHER: "have some other key, which is no field of the record,",
    }.get(kind, f"have {kind} as key")


def _advice(kind: str, field: str) -> str:
    if kind in (JSON, FRAMED):
        return (
            f"write the key with the plain string serializer (StringSerializer): the bytes of {field} and nothing else"
        )
    return f"set the record's key to {field}, as UTF-8 text without quotation marks"
