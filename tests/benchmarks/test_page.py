"""The page says what the figures say: nothing is left out in silence, and no goal is called reached that is not."""

from pathlib import Path
from xml.etree import ElementTree

import msgspec
import pytest
from msgspec.structs import replace

from benchmarks.page.found import Found, Machine
from benchmarks.page.goals import ENGINE, all_hops, goals
from benchmarks.page.svg import Bar, bars, lines
from benchmarks.page.write import page, write
from benchmarks.peers.measure import PeersFound, PeerSummary
from benchmarks.peers.run import PeerResult
from benchmarks.pipeline.growth import Grown, GrowthFound
from benchmarks.pipeline.histogram import of
from benchmarks.pipeline.lag import Tried
from benchmarks.pipeline.measure import PipelineFound
from benchmarks.pipeline.open_loop import OpenLoop
from benchmarks.ratios import Ratio
from benchmarks.stores.order import ALONE_INSIDE, BESIDE, FROM_MEMORY, FROM_ROCKSDB, INSIDE, Rate, StoresFound
from cloudtag.native.choice import Way


def line(peer: str, cpu_us: float) -> PeerSummary:
    ratio = Ratio(1.0, 0.9, 1.1)
    return PeerSummary(
        peer=peer, rate=1000, cpu_us=cpu_us, peak_rss_mb=1, changelog_bytes=10, start_seconds=1, rate_ratio=ratio,
        cpu_ratio=ratio,
    )  # fmt: skip


def run(alerts: str) -> PeerResult:
    return PeerResult(
        peer="Quix Streams", records=10, seconds=1, cpu_seconds=1, broker_cpu_seconds=1, start_seconds=1, peak_rss_mb=1,
        changelog_bytes=1, alerts=alerts, expected="1:a",
    )  # fmt: skip


def opened(rate: float, ms: float) -> OpenLoop:
    return OpenLoop(
        rate=rate, events=1000, workers=1, looks=[(0.0, 0), (1.0, 5)], cpu_seconds=1, peak_rss_mb=1, ready_seconds=2,
        worst_delay_seconds=0, by_hops={0: of([ms] * 100), 2: of([2 * ms] * 100)}, idle_rss_mb=-9, buyers=1000,
        changelog_bytes=200_000,
    )  # fmt: skip


def read(name: str, rows: int) -> Rate:
    return Rate(name=name, rows=rows, seconds=1, cpu_seconds=0.5, peak_rss_mb=100)


@pytest.fixture
def found() -> Found:
    job = PeersFound(
        shape={"records": 10, "buyers": 2, "hot_share": 0.1}, input="abc", expected="1:a", passes=[[run("1:a")]],
        left_out={"Flink, heap": "`mvn` is not installed"},
        summary=[line("plain aiokafka loop", 8.0), line(ENGINE, 10.0), line("naive Faust", 301.0)],
    )  # fmt: skip
    whole = PipelineFound(
        seconds=10, tried={1: [Tried(1000, 0, True, 95.0), Tried(2000, 900, False)], 2: [Tried(1500, 0, True, 100.0)]},
        sustained={1: 1000.0, 2: 1500.0},
        runs=[opened(100, 10), opened(500, 200)],
    )  # fmt: skip
    growth = GrowthFound(
        state=[Grown(10, 20.0), Grown(1_000_000, 29.0, 9_765.0)], history=[Grown(10, 20.0), Grown(100_000, 30.0)]
    )
    machine = Machine(cpus=2, processor="x", python="3", revision="0123456789", is_shared=False)
    stores = StoresFound(
        recovery=[read(FROM_MEMORY, 300_000), read(FROM_ROCKSDB, 5)],
        sink=[read(INSIDE, 75_000), read(ALONE_INSIDE, 9), read(BESIDE, 39_999)],
    )
    return Found(
        profile="short", machine=machine, job=job, hot=job, pattern=job, pipeline=whole, growth=growth, stores=stores
    )


def reached(found: Found) -> dict[str, bool | None]:
    return {goal.measure: goal.is_met for goal in goals(found)}


def test_goals_are_reached_at_the_bound_and_not_below(found: Found) -> None:
    by_name = reached(found)
    assert by_name["job, engine: records per CPU, ÷ plain aiokafka loop"] is True
    assert by_name["job, engine: records per CPU, ÷ naive Faust"] is True
    assert by_name["job, engine: records per CPU, ÷ Quix Streams"] is None
    assert by_name["event → alert, p99 ms at 100 events/s"] is True
    assert by_name["event → alert, p99 ms at 50 % of that"] is False
    assert by_name["event → alert, p99 ms at 80 % of that"] is None
    assert by_name["recovery: rows/s"] is True
    assert by_name["sink: alert rows/s, warehouse in the same process"] is True
    assert by_name["sink: alert rows/s, over HTTP"] is False
    assert by_name["CPU of an event beside 1,000,000 buyers, ÷ that beside few"] is True
    assert by_name["memory per buyer of 1,000,000 with one order, engine alone, KiB"] is True
    assert by_name["whole pipeline: changelog, bytes per event"] is True
    assert by_name["whole pipeline: memory per buyer, KiB"] is False
    assert by_name["events per CPU with two workers, ÷ with one, each at what it sustains"] is True
    assert by_name["CPU of an event beside 100,000 facts of one buyer, ÷ that beside few"] is False


@pytest.mark.parametrize(("records", "says"), [(499_999, None), (500_000, True)])
def test_of_a_jvm_that_is_cold_nothing_is_concluded(found: Found, records: int, says: bool | None) -> None:
    assert found.job is not None
    summary = [*found.job.summary, line("Kafka Streams, 1 thread", 10.0)]
    job = replace(found.job, shape={**found.job.shape, "records": records}, summary=summary)
    assert reached(replace(found, job=job))["job, engine: records per CPU, ÷ Kafka Streams, 1 thread"] is says


def test_of_few_alerts_nothing_is_concluded(found: Found) -> None:
    assert found.pipeline is not None
    few = replace(opened(500, 200), by_hops={0: of([200] * 199)})
    whole = replace(found.pipeline, runs=[few])
    assert reached(replace(found, pipeline=whole))["event → alert, p99 ms at 50 % of that"] is None


def test_on_a_shared_machine_the_clock_concludes_nothing(found: Found) -> None:
    shared = reached(replace(found, machine=replace(found.machine, is_shared=True)))
    assert shared["event → alert, p99 ms at 50 % of that"] is None
    assert shared["job, engine: records per CPU, ÷ plain aiokafka loop"] is True


@pytest.mark.parametrize(("way", "said"), [("pure", "by the pure code"), ("native", "with the native part")])
def test_it_is_said_how_records_were_read(found: Found, way: Way, said: str) -> None:
    text = page(replace(found, machine=replace(found.machine, way=way)), "raw.json")
    assert f"Cloudtag read and wrote records {said}." in text


def test_the_page_says_how_fast_the_machine_was_where_that_was_asked(found: Found) -> None:
    asked = page(replace(found, pace_seconds=[0.31, 0.94, 0.4]), "raw")
    assert "took 0.31 to 0.94 s on the machine (asked 3 times," in asked
    assert "median 0.40)" in asked
    assert "additions" not in page(found, "raw"), "older figures do not have it"


def test_figures_of_before_there_was_a_native_part_are_of_the_pure_code(found: Found) -> None:
    told = msgspec.to_builtins(found)
    del told["machine"]["way"]
    assert msgspec.convert(told, Found).machine.way == "pure"


def test_a_small_state_says_nothing_of_a_large_one(found: Found) -> None:
    assert found.growth is not None
    small = replace(found.growth, state=[Grown(10, 20.0), Grown(999_999, 20.0, 1.0)])
    by_name = reached(replace(found, growth=small))
    assert by_name["memory per buyer of 1,000,000 with one order, engine alone, KiB"] is None
    assert by_name["CPU of an event beside 1,000,000 buyers, ÷ that beside few"] is None


def test_every_miss_is_explained_and_nothing_else_is(found: Found) -> None:
    assert all(bool(goal.why_missed) == (goal.is_met is False) for goal in goals(found))


def test_a_slower_engine_misses(found: Found) -> None:
    assert found.job is not None
    slower = replace(found.job, summary=[line("plain aiokafka loop", 7.9), line(ENGINE, 10.0)])
    assert reached(replace(found, job=slower))["job, engine: records per CPU, ÷ plain aiokafka loop"] is False


def test_the_page_names_who_was_left_out_and_who_was_wrong(found: Found, tmp_path: Path) -> None:
    assert found.job is not None
    shared = replace(found.machine, is_shared=True)
    wrong = replace(found, job=replace(found.job, passes=[[run("1:b")]]), machine=shared)
    assert found.is_right
    assert not wrong.is_right
    write(wrong, Path("raw.json"), tmp_path)
    page = (tmp_path / "speed.md").read_text()
    assert "Flink, heap did not run: `mvn` is not installed" in page
    assert "Quix Streams is void: it told 1:b, not 1:a" in page
    assert "only ratios" in page
    for picture in tmp_path.glob("*.svg"):
        ElementTree.fromstring(picture.read_text())
        assert f"({picture.name})" in page
    assert len(list(tmp_path.glob("*.svg"))) == 3


def test_a_page_can_be_made_of_the_job_alone_and_again_of_what_was_kept(found: Found, tmp_path: Path) -> None:
    alone = replace(found, hot=None, pattern=None, pipeline=None, growth=None, stores=None)
    kept = msgspec.json.decode(msgspec.json.encode(alone), type=Found)
    for number, one in enumerate((alone, kept)):
        write(one, Path("raw.json"), tmp_path / str(number))
    assert (tmp_path / "0" / "speed.md").read_text() == (tmp_path / "1" / "speed.md").read_text()
    assert msgspec.json.decode(msgspec.json.encode(found), type=Found) == found


def test_bars_are_as_long_as_their_values_and_labels_are_text() -> None:
    picture = bars("a < b", [Bar("half", 1.0, 0.5, 1.0), Bar("whole & all", 2.0, 2.0, 2.0, is_marked=True)])
    root = ElementTree.fromstring(picture)
    widths = [float(r.attrib["width"]) for r in root.iter("{http://www.w3.org/2000/svg}rect")][1:]
    assert widths[1] == pytest.approx(2 * widths[0])
    assert "whole & all" in [text.text for text in root.iter("{http://www.w3.org/2000/svg}text")]


def test_lines_have_one_place_for_each_point() -> None:
    root = ElementTree.fromstring(lines("t", {"a": [(0, 0), (1, 2), (2, 4)], "b": [(2, 1)]}, "ms", "%"))
    drawn = [line.attrib["points"].split() for line in root.iter("{http://www.w3.org/2000/svg}polyline")]
    assert [len(points) for points in drawn] == [3, 1]


def test_what_was_not_measured_says_nothing(found: Found) -> None:
    nothing = Found(profile="short", machine=found.machine)
    assert nothing.is_right
    assert set(reached(nothing).values()) == {None}
    assert set(reached(nothing)) == set(reached(found))


def test_a_miss_names_what_a_client_comes_to_that_only_passes_on(found: Found, tmp_path: Path) -> None:
    assert found.pipeline is not None
    assert found.stores is not None
    missed = replace(found.pipeline, runs=[opened(100, 300), opened(500, 300)])
    beside = replace(missed, least={"aiokafka": [opened(100, 20), opened(500, 50)], "librdkafka": [opened(100, 30)]})
    why = {
        goal.measure: goal.why_missed
        for whole in (missed, beside)
        for goal in goals(replace(found, pipeline=whole))
        if goal.is_met is False
    }
    first = {goal.measure: goal.why_missed for goal in goals(replace(found, pipeline=missed))}
    at_100, at_500 = "event → alert, p99 ms at 100 events/s", "event → alert, p99 ms at 50 % of that"
    ms = {rate: all_hops(opened(100, rate)).percentile(99) for rate in (20, 30, 50)}
    assert why[at_100] == f"{first[at_100]}; a client that only passes on comes to " + (
        f"{ms[20]:,.0f} (aiokafka) or {ms[30]:,.0f} (librdkafka)"
    )
    assert why[at_500] == f"{first[at_500]}; a client that only passes on comes to {ms[50]:,.0f} (aiokafka)"
    assert why["CPU at 100 events/s, cores"].endswith(" comes to 0.10 (aiokafka) or 0.10 (librdkafka)")
    found = replace(found, pipeline=beside)
    write(found, tmp_path / "speed-x.json", tmp_path)
    assert "| librdkafka | 100 | all | 200 |" in (tmp_path / "speed.md").read_text()


def test_a_sink_that_misses_names_what_the_warehouse_takes_by_itself(found: Found) -> None:
    assert found.stores is not None
    slow = replace(found.stores, sink=[read(INSIDE, 5), read(ALONE_INSIDE, 9), read(BESIDE, 5)])
    why = {goal.measure: goal.why_missed for goal in goals(replace(found, stores=slow))}
    assert why["sink: alert rows/s, warehouse in the same process"].endswith("; by itself it takes 9")
    assert "by itself" not in why["sink: alert rows/s, over HTTP"].split("takes of a block by itself")[1]


@pytest.mark.parametrize("part", ["pattern", "job", "hot"])
def test_wrong_alerts_of_any_job_make_it_wrong(found: Found, part: str) -> None:
    assert found.job is not None
    assert not replace(found, **{part: replace(found.job, passes=[[run("1:b")]])}).is_right


def test_how_many_alerts_there_were_is_said_and_too_few_conclude_nothing(found: Found) -> None:
    assert found.pipeline is not None
    few = replace(found.pipeline, runs=[replace(opened(100, 10), by_hops={0: of([10] * 199)})])
    told = {goal.measure: goal.now for goal in goals(replace(found, pipeline=few))}
    assert told["event → alert, p99 ms at 100 events/s"] == "– (199 alerts)"


@pytest.mark.parametrize(("with_two", "says"), [(100.0, True), (100.1, False), (0.0, None)])
def test_two_workers_may_cost_a_twentieth_more(found: Found, with_two: float, says: bool | None) -> None:
    assert found.pipeline is not None
    tried = {1: [Tried(1000, 0, True, 95.0)], 2: [Tried(1500, 0, True, with_two)]}
    by_name = reached(replace(found, pipeline=replace(found.pipeline, tried=tried)))
    assert by_name["events per CPU with two workers, ÷ with one, each at what it sustains"] is says


def test_of_few_buyers_nothing_is_concluded(found: Found) -> None:
    assert found.pipeline is not None
    few = replace(found.pipeline, runs=[replace(opened(100, 10), buyers=999)])
    by_name = reached(replace(found, pipeline=few))
    assert by_name["whole pipeline: memory per buyer, KiB"] is None
    assert by_name["whole pipeline: changelog, bytes per event"] is None
