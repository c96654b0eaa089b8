"""The reckoning of the benchmark, and one true run of it: the smallest there is."""

import asyncio

import pytest
from msgspec.structs import replace

from benchmarks import load, truth
from benchmarks.ladder import main
from benchmarks.load import Load
from benchmarks.meter import Result
from benchmarks.profiles import MEMORY, PLAIN, Profile
from benchmarks.ratios import bootstrap, order_of_pass, summarize
from benchmarks.run import run
from cloudtag.contract.records import Alert
from cloudtag.contract.streams import INPUTS
from cloudtag.parcels.spelling import with_canonical_numbers
from cloudtag.replay.driver import judge
from streams.kafka.partitioner import partition_of

SMALL = Profile("small", 3_000, 1, (PLAIN, MEMORY))


@pytest.fixture(scope="module")
def stream() -> Load:
    return load.make(SMALL)


@pytest.fixture(scope="module")
def alerts(stream: Load) -> list[Alert]:
    found = [record for _, record in judge(list(stream.events), stream.until_ms) if isinstance(record, Alert)]
    assert found
    return found


def test_equal_profiles_give_equal_bytes(stream: Load) -> None:
    assert load.make(SMALL).records == stream.records


def test_every_record_lies_where_it_is_judged(stream: Load) -> None:
    """None is passed on first: the plain loop would not pay for that, the worker would."""
    for event, ((name, partition), record) in zip(stream.events, stream.records, strict=True):
        own = INPUTS[name].key_of(with_canonical_numbers(event))
        assert record.key == own.encode()
        assert partition == partition_of(own, SMALL.partitions)


def test_the_way_to_an_alert_does_not_change_the_hash(alerts: list[Alert]) -> None:
    first = alerts[0]
    detour = [replace(first, revision=7, status="withdrawn"), replace(first, revision=8, status="upgraded")]
    last = [a for a in alerts if a.alert_id != first.alert_id]
    assert truth.digest([*last, first, *detour]) == truth.digest([*reversed(last), first])


def test_a_missing_or_different_alert_changes_the_hash(alerts: list[Alert]) -> None:
    standing = list(truth.standing(alerts).values())
    right = truth.digest(standing)
    assert truth.digest(standing[1:]) != right
    assert truth.digest([replace(standing[0], decided_at=standing[0].decided_at + 1), *standing[1:]]) != right
    assert truth.digest([*standing, replace(standing[0], revision=1, status="withdrawn")]) != right


def test_passes_go_up_and_down() -> None:
    assert [order_of_pass("abc", n) for n in range(3)] == [list("abc"), list("cba"), list("abc")]


def test_ratios_compare_within_a_pass_only() -> None:
    """A machine that is twice as slow in the second pass changes no ratio."""

    def result(rung: str, seconds: float) -> Result:
        return Result(rung=rung, events=1000, seconds=seconds, cpu_seconds=seconds / 2, peak_rss_mb=1)

    passes = [{"base": result("base", 1), "x": result("x", 2)}, {"base": result("base", 2), "x": result("x", 4)}]
    x = summarize(passes, ("base", "x"), "base")[1]
    assert (x.rate_ratio.low, x.rate_ratio.median, x.rate_ratio.high) == (0.5, 0.5, 0.5)
    assert x.cpu_ratio.median == 0.5


def test_the_interval_holds_the_median_and_lies_within_the_values() -> None:
    ratio = bootstrap([0.5, 0.9, 0.6, 0.7, 0.8])
    assert 0.5 <= ratio.low <= ratio.median == 0.7 <= ratio.high <= 0.9


@pytest.mark.timeout(120)
def test_the_worker_publishes_what_replay_says(stream: Load) -> None:
    result = asyncio.run(run(SMALL, MEMORY, stream))
    assert result.alerts == truth.expected(stream)
    assert result.events == len(stream.records)


@pytest.mark.timeout(120)
def test_a_wrong_run_is_void(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(truth, "expected", lambda load: "0:wrong")
    assert main(["--rung", PLAIN, "--events", "2000"]) == 1
    assert "void" in capsys.readouterr().out
