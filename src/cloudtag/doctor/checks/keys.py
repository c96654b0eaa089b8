"""Whether records carry their own key field as Kafka key."""

from collections import Counter
from collections.abc import Iterator

from cloudtag.doctor.diagnosis import Diagnosis, graded, share
from cloudtag.doctor.look import Look
from cloudtag.doctor.reading import InputTopic, ReadRecord
from cloudtag.parcels.spelling import key_in_words

OWN = "own"
"""The key is the record's own key field."""
NONE, EMPTY, TYPED, JSON, FRAMED, OTHER = "none", "empty", "as typed", "JSON", "framed", "something else"
CANONICAL = "NFKC, upper case, without blanks, hyphens, dots and characters without width"
"""How a waybill number is written in canonical form."""
_MOST_FRAME = 7
"""A registry frame before a text: a zero byte, four of the schema's id, and up to two of the text's length."""


def kind_of_key(reading: ReadRecord, field: str, own: str) -> str:
    """What the Kafka key of a record is: `OWN`, the name of another field of the record, or how else it differs.

    `own`: the key the record belongs to. A number may stand in its field, and in the key, in another writing.
    """
    key, typed = reading.record.key, str((reading.fields or {}).get(field) or own).encode()
    if key == own.encode():
        return OWN
    if not key:
        return NONE if key is None else EMPTY
    if key == typed:
        return TYPED
    for name, value in (reading.fields or {}).items():
        if name != field and isinstance(value, str) and value.encode() == key:
            return name
    if key == b'"' + typed + b'"':
        return JSON
    if key[0] == 0 and key.endswith(typed) and len(key) - len(typed) <= _MOST_FRAME:
        return FRAMED
    return OTHER


def keys(topic: InputTopic, look: Look) -> Iterator[Diagnosis]:
    """One finding for each kind of wrong key, or that there is none."""
    field, total = topic.stream.key, len(topic.keyed)
    words = key_in_words(field)
    kinds: Counter[str] = Counter()
    harmful: Counter[str] = Counter()
    for reading, own in topic.keyed:
        kind = kind_of_key(reading, field, own)
        kinds[kind] += 1
        harmful[kind] += look.partition_of(own, topic.sample.partitions) != reading.record.partition
    if kinds[OWN] == total:
        if total:
            yield Diagnosis(check="key", severity="ok", topic=topic.name, text=f"every key is the record's {words}")
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
            text=f"{share(count, total)} {_told(kind, field)} instead of {words}",
            advice=_advice(kind, field),
            figures={"kind": kind, "records": count, "sampled": total},
        )


def _told(kind: str, field: str) -> str:
    return {
        NONE: "have no key",
        EMPTY: "have an empty key",
        TYPED: f"have {field} as it was typed as key",
        JSON: "have a key written as JSON, with quotation marks,",
        FRAMED: "have a key in a schema registry's frame",
        OTHER: "have some other key, which is no field of the record,",
    }.get(kind, f"have {kind} as key")


def _advice(kind: str, field: str) -> str:
    if kind in (JSON, FRAMED):
        return (
            "write the key with the plain string serializer (StringSerializer): "
            f"the bytes of {key_in_words(field)} and nothing else"
        )
    if kind == TYPED:
        return f"set the record's key to {key_in_words(field)}: {CANONICAL}"
    return f"set the record's key to {key_in_words(field)}, as UTF-8 text without quotation marks"
