"""Any number of records come back in order, each once, however few of them fit into memory."""

from pathlib import Path
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from cloudtag.backfill.ordered import HistoryRecord, OrderedHistory

records = st.builds(
    HistoryRecord,
    st.integers(0, 5),
    st.sampled_from(("orders", "refunds")),
    st.sampled_from(("e1", "e2", "e3")),
    st.just("b1"),
    st.sampled_from((b"one", b"two")),
)


@given(st.lists(records, max_size=30), st.integers(1, 7))
@settings(deadline=None)
def test_what_is_given_in_any_order_comes_in_one(given_: list[HistoryRecord], run_records: int) -> None:
    with OrderedHistory(run_records) as history:
        for record in given_:
            history.add(record)
        assert list(history) == sorted(set(given_))
        assert history.repeats == len(given_) - len(set(given_))
        assert list(history) == sorted(set(given_)), "a second pass gives the same"


def test_of_two_events_under_one_id_both_are_kept() -> None:
    with OrderedHistory() as history:
        for value in (b"two", b"one", b"two"):
            history.add(HistoryRecord(1, "orders", "e1", "b1", value))
        assert [record.value for record in history] == [b"one", b"two"]
        assert history.repeats == 1


def test_its_files_end_with_it(tmp_path: Path, monkeypatch: object) -> None:
    made = [HistoryRecord(n, "orders", f"e{n}", "b1", b"x") for n in range(10)]
    Random(1).shuffle(made)
    with OrderedHistory(3) as history:
        for record in made:
            history.add(record)
        directory = history._directory
        assert directory is not None
        place = Path(directory.name)
        assert len(list(place.iterdir())) == 3
        assert [record.at_ms for record in history] == list(range(10))
    assert not place.exists()
