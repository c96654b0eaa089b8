"""Which codecs the batches of a topic are packed with, and whether they can be read here."""

from collections import Counter
from collections.abc import Iterator

from cloudtag.doctor.diagnosis import Diagnosis, share
from cloudtag.doctor.sample import TopicSample

CURRENT_FORMAT = 2
TOO_LARGE = "unpacks to more than"
"""What the fault of a batch says that would have filled the memory."""
_ADVICE = (
    "a worker stops at such a batch, at every start again: install cloudtag with all its dependencies "
    "(cramjam reads snappy, lz4 and zstd), or set compression.type of the producer to gzip"
)
_ADVICE_TOO_LARGE = (
    "a worker passes over such a batch and leaves a dead letter of it (batch_too_large): set a smaller batch.size "
    "of the producer; if its records are honest, a larger CLOUDTAG_UNPACKED_BATCH_BYTES of workers and sink"
)


def codec(topic: TopicSample) -> Iterator[Diagnosis]:
    """One finding of what can be read, and one for each codec that cannot."""
    records: Counter[tuple[str, int]] = Counter()
    unread: Counter[tuple[str, str]] = Counter()
    for batch in topic.batches:
        records[batch.codec, batch.format_version] += batch.records
        if batch.fault:
            unread[batch.codec, batch.fault] += batch.records
    total = records.total()
    for (name, fault), count in unread.most_common():
        yield Diagnosis(
            check="codec",
            severity="bad",
            topic=topic.name,
            text=f"{share(count, total)} are packed with {name}, which this installation cannot read: {fault}",
            advice=_ADVICE_TOO_LARGE if TOO_LARGE in fault else _ADVICE,
            figures={"codec": name, "records": count, "sampled": total},
        )
    if total > unread.total():
        told = ", ".join(f"{name} (format {version})" for name, version in sorted(records))
        yield Diagnosis(
            check="codec", severity="ok", topic=topic.name, text=f"packed with: {told}", figures=_shares(records)
        )
    old = sum(count for (_, version), count in records.items() if version < CURRENT_FORMAT)
    if old:
        yield Diagnosis(
            check="codec",
            severity="warn",
            topic=topic.name,
            text=f"{share(old, total)} have a message format older than {CURRENT_FORMAT}",
            advice="update the producer's client library; Apache Kafka 4 takes no new records of these formats",
            figures={"records": old, "sampled": total},
        )


def _shares(records: Counter[tuple[str, int]]) -> dict[str, float | str]:
    return {f"{name}, format {version}": count for (name, version), count in sorted(records.items())}
