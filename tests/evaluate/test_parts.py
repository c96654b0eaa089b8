"""Parts of a crowd: what is kept of them adds up to what the whole says, and nothing is counted twice."""

from collections.abc import Iterator

import pytest
from msgspec.structs import replace

from cloudtag.evaluate import PartOfCrowd, code_id, judge_crowd, judge_parts, read_lines, together, write_line
from cloudtag.evaluate.tally import CrowdTally, FalseAlert
from cloudtag.simulate.mess import CrowdProfile


@pytest.fixture(scope="module")
def shards() -> tuple[CrowdProfile, ...]:
    return tuple(CrowdProfile(seed=seed, buyers=40, days=20) for seed in (1, 2))


@pytest.fixture(scope="module")
def parts(shards: tuple[CrowdProfile, ...]) -> list[PartOfCrowd]:
    return list(judge_parts(iter(shards), 1))


def said(part: PartOfCrowd, **fields: object) -> PartOfCrowd:
    alert = FalseAlert(
        seed=part.profile.seed,
        detector="short_return",
        severity="high",
        buyer_id="b1",
        alert_id=f"a{part.profile.seed}",
        kinds=("family",),
        explanation="",
    )
    found = {"accused": {"high": 1}, "pairs": [("short_return", "family", 2)], "alerts": [alert], **fields}
    return replace(part, **found)


def test_parts_add_up_to_the_whole(shards: tuple[CrowdProfile, ...], parts: list[PartOfCrowd]) -> None:
    whole = judge_crowd(shards[0]) + judge_crowd(shards[1])
    assert whole.events > 0
    assert whole.touched
    assert together(read_lines(map(write_line, parts))) == whole


def test_what_a_part_found_is_in_the_whole(parts: list[PartOfCrowd]) -> None:
    tally: CrowdTally = together([said(part) for part in parts])
    assert tally.accused == {"high": 2}
    assert tally.pairs == {("short_return", "family"): 4}
    assert [alert.seed for alert in tally.alerts] == [1, 2]
    assert tally.buyers == 80


def test_nothing_adds_up_to_nothing() -> None:
    assert together([]) == CrowdTally()


def beside(part: PartOfCrowd, first: int, buyers: int) -> PartOfCrowd:
    return replace(part, profile=replace(part.profile, first=first, buyers=buyers))


@pytest.mark.parametrize(("first", "buyers"), [(0, 40), (39, 40), (10, 5)])
def test_buyers_are_counted_once(parts: list[PartOfCrowd], first: int, buyers: int) -> None:
    with pytest.raises(ValueError, match="twice: seed 1"):
        together([parts[0], beside(parts[0], first, buyers)])
    with pytest.raises(ValueError, match="twice: seed 1"):
        together([beside(parts[0], first, buyers), parts[0]])


def test_neighbours_are_two_parts(parts: list[PartOfCrowd]) -> None:
    assert together([parts[0], beside(parts[0], 40, 40)]).buyers == 80


def test_parts_of_different_code_say_nothing_together(parts: list[PartOfCrowd]) -> None:
    with pytest.raises(ValueError, match=f"different code: {code_id()} and other"):
        together([parts[0], replace(parts[1], code="other")])


def test_a_line_that_is_no_part_is_named(parts: list[PartOfCrowd]) -> None:
    def lines() -> Iterator[bytes]:
        yield write_line(parts[0])
        yield b"{}\n"

    with pytest.raises(ValueError, match="line 2: "):
        list(read_lines(lines()))
