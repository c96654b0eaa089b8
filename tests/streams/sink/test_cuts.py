"""Cuts belong to the log: whoever reads it, from whatever cut, finds the same ones."""

from hypothesis import given
from hypothesis import strategies as st

from streams.sink.batch_boundaries import BatchBoundaries, BoundaryFinder

RULE = BatchBoundaries(size=10, bucket_ms=100, max_bytes=500)
Entry = tuple[int, int, int]
"""Offset, broker time, bytes."""


@st.composite
def logs(draw: st.DrawFn) -> list[Entry]:
    """Logs with gaps in their offsets, clocks that step back, and a record now and then larger than a batch."""
    entries, offset, at_ms = [], draw(st.integers(0, 30)), 1000
    for _ in range(draw(st.integers(1, 80))):
        entries.append((offset, at_ms, draw(st.sampled_from([5, 20, 120, 700]))))
        offset += draw(st.sampled_from([1, 1, 1, 2, 7]))
        at_ms = max(0, at_ms + draw(st.sampled_from([-60, 0, 1, 10, 150])))
    return entries


def _cuts(entries: list[Entry]) -> list[int]:
    """The offsets a cut stands before, the first record's among them."""
    cutter = BoundaryFinder(RULE)
    return [entries[0][0], *(entry[0] for entry in entries if cutter.cuts_before(*entry))]


@given(logs())
def test_reading_again_from_any_cut_finds_the_same_cuts(entries: list[Entry]) -> None:
    cuts = _cuts(entries)
    for number, next_batch in enumerate(cuts):
        assert _cuts([entry for entry in entries if entry[0] >= next_batch]) == cuts[number:]


@given(logs())
def test_no_batch_is_longer_or_heavier_than_the_rule(entries: list[Entry]) -> None:
    cuts = _cuts(entries)
    for begin, end in zip(cuts, [*cuts[1:], 10**9], strict=True):
        batch = [entry for entry in entries if begin <= entry[0] < end]
        assert len(batch) <= RULE.size
        assert len(batch) == 1 or sum(entry[2] for entry in batch) <= RULE.max_bytes


def test_a_cut_stands_where_the_offset_or_the_time_enters_another_slot() -> None:
    assert _cuts([(8, 0, 1), (9, 0, 1), (10, 0, 1), (11, 0, 1)]) == [8, 10]
    assert _cuts([(0, 0, 1), (1, 99, 1), (2, 100, 1), (3, 199, 1), (4, 200, 1)]) == [0, 2, 4]


def test_clocks_that_disagree_do_not_cut_a_log_into_single_records() -> None:
    rule = BatchBoundaries(size=1000, bucket_ms=100)
    cutter = BoundaryFinder(rule)
    assert sum(cutter.cuts_before(offset, 95 + 10 * (offset % 2), 1) for offset in range(100)) == 1


def test_a_bucket_is_over_when_its_time_and_the_grace_have_passed() -> None:
    cutter = BoundaryFinder(RULE)
    cutter.cuts_before(0, 150, 1)
    assert not cutter.is_over(229, grace_ms=30)
    assert cutter.is_over(230, grace_ms=30)
