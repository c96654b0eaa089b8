"""A batch sorts what was read of its records into fields; each kind keeps its order."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from cloudtag.contract.events import AbuseFound
from cloudtag.contract.records import DeadLetter
from streams.kafka.partitioner import Misplaced
from streams.transport.decoded import DecodedBatch, DecodedRecord


def _fact(number: int) -> DecodedRecord:
    return DecodedRecord(number, AbuseFound(f"e{number}", number, "jd", "s1"))


def _letter(number: int) -> DecodedRecord:
    return DecodedRecord(letter=DeadLetter(topic="t", partition=0, offset=number, reason="empty", error="", seen_at=1))


def _misplaced(number: int) -> DecodedRecord:
    return DecodedRecord(misplaced=Misplaced("abuses", f"s{number}", 1, "key", 1))


def _watermark(number: int) -> DecodedRecord:
    return DecodedRecord(number, is_watermark=True)


def _tombstone(_: int) -> DecodedRecord:
    return DecodedRecord()


KINDS: dict[str, Any] = {kind.__name__: kind for kind in (_fact, _letter, _misplaced, _watermark, _tombstone)}


@given(st.lists(st.tuples(st.sampled_from(sorted(KINDS)), st.integers(1, 100))))
def test_every_record_is_in_the_field_of_its_kind_and_in_no_other(told: list[tuple[str, int]]) -> None:
    batch, read = DecodedBatch(), [(place, name, KINDS[name](number)) for place, (name, number) in enumerate(told)]
    for place, _, decoded in read:
        batch.add(place, decoded)
    of = {name: [(place, decoded) for place, kind, decoded in read if kind == name] for name in KINDS}
    assert batch.facts == [decoded.fact for _, decoded in of["_fact"]]
    assert batch.sources == [place for place, _ in of["_fact"]]
    assert batch.letters == [decoded.letter for _, decoded in of["_letter"]]
    assert batch.misplaced == [(place, decoded.misplaced) for place, decoded in of["_misplaced"]]
    assert batch.reached_ms == max((decoded.at_ms or 0 for _, decoded in of["_watermark"]), default=0)
