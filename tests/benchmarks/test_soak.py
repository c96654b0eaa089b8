"""The soak tells what grows from what stays, and its rounds lie behind one another in event time."""

from itertools import islice
from pathlib import Path
from statistics import median

import pytest
from msgspec import Struct

from benchmarks.soak.feed import DAY_MS, KEPT_WITHOUT_END, ROUND_DAYS, ROUNDS_KNOWN, SPARE_MS, of_others, rounds
from benchmarks.soak.measured import Sample, Trend, trends
from benchmarks.soak.months import months
from benchmarks.soak.report import write
from benchmarks.soak.stored import StoredRow, rows_in
from cloudtag.contract.events import OrderChanged
from cloudtag.contract.streams import STREAM_OF
from cloudtag.contract.types import LATEST_MS
from cloudtag.engine.rows import row_key
from cloudtag.engine.task_row import TASK_KEY
from cloudtag.simulate import Profile
from streams.state.rocksdb_store import RocksStore


class PictureHash(Struct):
    phash: str


def samples(*values: float, name: str = "worker RSS MiB") -> list[Sample]:
    return [Sample(5.0 * number, 100 * number, {name: value}) for number, value in enumerate(values)]


def test_the_first_third_is_warm_up_and_the_others_are_compared() -> None:
    (trend,) = trends(samples(1, 1, 1, 100, 100, 100, 104, 105, 106))
    assert trend == Trend("worker RSS MiB", 100, 105)


@pytest.mark.parametrize(
    ("name", "after", "is_flat"),
    [
        ("worker RSS MiB", 105.0, True),
        ("worker RSS MiB", 105.1, False),
        ("worker RSS MiB", 20.0, True),
        ("sink descriptors", 108.0, True),
        ("sink descriptors", 108.1, False),
    ],
)
def test_what_grows_by_more_than_a_twentieth_is_not_flat(name: str, after: float, is_flat: bool) -> None:
    assert Trend(name, 100.0, after).is_flat is is_flat


def test_rounds_follow_one_another_with_new_events_of_the_same_kinds() -> None:
    (first, first_end), (second, second_end) = islice(rounds(500), 2)
    assert second_end - first_end == ROUND_DAYS * DAY_MS
    assert {event.event_id for event in first}.isdisjoint({event.event_id for event in second})
    for found in (first, second):
        assert not KEPT_WITHOUT_END & {STREAM_OF[type(event)] for event in found}
    in_time = [event.occurred_at for event in second if type(event).__name__ == "OrderChanged"]
    # A few stories reach half a year back, as they do anywhere.
    assert median(in_time) > first_end


def test_other_people_buy_after_some_rounds_and_do_what_they_did() -> None:
    found = [batch for batch, _ in islice(rounds(500), ROUNDS_KNOWN + 1)]
    buyers = [{event.buyer_id for event in batch if isinstance(event, OrderChanged)} for batch in found]
    assert buyers[0] & buyers[ROUNDS_KNOWN - 1]
    assert not buyers[0] & buyers[ROUNDS_KNOWN]
    others = [of_others(event, 1) for event in found[0]]
    assert [type(event) for event in others] == [type(event) for event in found[0]]
    for name in ("buyer_id", "address_hash"):
        both = ((a, b) for a, b in zip(found[0], others, strict=True) if isinstance(a, OrderChanged))
        pairs = {(getattr(a, name), getattr(b, name)) for a, b in both}
        assert len(pairs) == len({before for before, _ in pairs}) == len({after for _, after in pairs})
        assert all(before is after is None or before != after for before, after in pairs)
    assert {event.event_id for event in others} == {event.event_id for event in found[0]}


def test_pictures_that_are_alike_stay_alike() -> None:
    alike = [PictureHash("00ff00ff00ff00ff"), PictureHash("00ff00ff00ff00f0")]
    first, second = (int(of_others(one, 7).phash, 16) for one in alike)
    assert (first ^ second).bit_count() == 4
    assert first != int(alike[0].phash, 16)


def test_a_run_is_written_as_page_table_and_picture(tmp_path: Path) -> None:
    taken = samples(1, 1, 1, 100, 100, 100, 104, 105, 106)
    write(tmp_path, taken, trends(taken), 0.75)
    assert "| worker RSS MiB | 100.0 | 105.0 | yes |" in (tmp_path / "soak.md").read_text()
    assert (tmp_path / "soak.csv").read_text().splitlines()[:2] == ["seconds,events,worker RSS MiB", "0,0,1.0"]
    assert (tmp_path / "soak.svg").read_text().count("<polyline") == 1


def test_what_the_engine_holds_is_told_by_kind_after_each_month() -> None:
    (first, sizes), (second, _) = months(2, 200)
    assert {"order", "tags", "parcel"} <= {kind for name, kind in first if name == "buyers"}
    assert first.keys() == sizes.keys()
    assert all(sizes[kind] > first[kind] for kind in first)
    # Shops and accounts are kept for good, and said once.
    assert first["shops", "description"] == second["shops", "description"] > 0


def test_the_rows_of_a_store_are_counted_while_it_is_open(tmp_path: Path) -> None:
    store = RocksStore(tmp_path, "soak")
    part = store.store_part("buyers", 1)
    part.apply({row_key("k", "o1"): b"v" * 20, row_key("k", "w"): b"v", TASK_KEY: b"own"}, 1, 0)
    part.apply({row_key("k", "o1"): b"v" * 30, row_key("k", "w"): None}, 2, 0)
    assert list(rows_in(tmp_path)) == [StoredRow("buyers", "o", len(row_key("k", "o1")) + 30)]
    store.close()


def test_rounds_end_before_the_last_year_that_can_be_dated() -> None:
    last = (LATEST_MS - SPARE_MS - Profile().starts_at) // (ROUND_DAYS * DAY_MS)
    (_, end_ms), *others = rounds(20, first=last)
    assert others == []
    assert LATEST_MS - SPARE_MS < end_ms + DAY_MS < LATEST_MS - SPARE_MS + ROUND_DAYS * DAY_MS
