"""Parts are measured alone or together, and what was measured is kept after each."""

from pathlib import Path

import msgspec
import pytest
from msgspec.structs import replace

from benchmarks.bench import begun, measured, parts_of
from benchmarks.page.found import Found, Machine
from benchmarks.peers.catalogue import BY_NAME, PATTERN_PEERS, PEERS
from benchmarks.pipeline.growth import Grown, GrowthFound, measure
from benchmarks.pipeline.lag import Tried, bisect
from benchmarks.speed_profiles import PARTS, SPEED
from benchmarks.stores.order import StoresFound

MACHINE = Machine(cpus=2, processor="x", python="3", revision="0123456789", is_shared=False)
NOTHING = Found(profile="trial", machine=MACHINE)
GROWTH = GrowthFound(state=[Grown(1, 2.0)], history=[Grown(3, 4.0)])


@pytest.mark.parametrize("name", SPEED)
def test_a_profile_has_all_parts_and_who_others_are_compared_with(name: str) -> None:
    assert tuple(parts_of(SPEED[name])) == PARTS
    assert [peer.is_base for peer in SPEED[name].peers].count(True) == 1
    assert [peer.is_base for peer in SPEED[name].pattern_peers].count(True) == 1


def test_peers_have_names_of_their_own() -> None:
    assert len(BY_NAME) == len(PEERS) + len(PATTERN_PEERS)


def test_only_what_is_asked_for_is_measured_and_how_long_it_took_is_kept(tmp_path: Path) -> None:
    stores = StoresFound(recovery=[], sink=[])
    parts = {"growth": lambda: GROWTH, "stores": lambda: stores}
    found = measured(NOTHING, parts, ["growth"], tmp_path / "new" / "raw.json")
    assert (found.growth, found.stores) == (GROWTH, None)
    assert list(found.took_seconds) == ["growth"]
    assert len(found.pace_seconds) == 2
    assert all(seconds > 0 for seconds in found.pace_seconds)
    assert msgspec.json.decode((tmp_path / "new" / "raw.json").read_bytes(), type=Found) == found


def test_what_was_measured_before_a_part_fails_is_kept(tmp_path: Path) -> None:
    def fails() -> None:
        raise RuntimeError("no broker")

    with pytest.raises(RuntimeError, match="no broker"):
        measured(NOTHING, {"growth": lambda: GROWTH, "stores": fails}, PARTS, tmp_path / "raw.json")
    assert begun("trial", MACHINE, tmp_path / "raw.json").growth == GROWTH


def test_parts_of_another_state_of_the_code_are_not_put_beside_it(tmp_path: Path) -> None:
    path = tmp_path / "raw.json"
    before = replace(NOTHING, machine=replace(MACHINE, is_shared=True), growth=GROWTH)
    assert begun("trial", MACHINE, path) == NOTHING
    path.write_bytes(msgspec.json.encode(before))
    assert begun("trial", MACHINE, path) == before, "it stays known that other work ran"
    assert begun("trial", replace(MACHINE, revision="other"), path).growth is None


def test_no_rate_is_tried_when_there_is_no_time_left() -> None:
    tried = bisect(1, 2, 9, lambda rate: Tried(rate, 0, True), has_time=lambda: False)
    assert [one.rate for one in tried] == [1]


def test_growth_is_measured_in_processes_of_its_own() -> None:
    found = measure((5,), (2,), lambda _: None)
    assert [one.held for one in (*found.state, *found.history)] == [5, 2]
