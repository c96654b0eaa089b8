"""The page of guarantees says what the raw results hold, and what it cannot say it names."""

from typing import Any

import msgspec
import pytest

from cloudtag.docs import guarantees
from cloudtag.docs.guarantees import COUNTED, MEANINGS, NO_STOCK, RESULTS, STOCK, guarantees_page
from cloudtag.docs.guarantees_places import places
from tests.faults.aim import counted
from tests.faults.schedule import Schedule, draw
from tests.faults.stock import FAULTS
from tests.faults.taken_out import FIXES

FOUND: dict[str, Any] = msgspec.json.decode(RESULTS.read_bytes())


def test_every_fault_that_can_be_drawn_has_a_row() -> None:
    drawn = {f"{fault.victim} {fault.kind}" for seed in range(40) for fault in draw(seed).faults}
    assert drawn == set(MEANINGS)
    assert set(STOCK) | set(NO_STOCK) <= set(MEANINGS)
    assert set(STOCK.values()) == set(FAULTS) - {"none"}


def test_the_kept_schedules_can_be_played_again() -> None:
    for text, one in FOUND["schedules"].items():
        faults = set(map(str, Schedule.read(text).faults))
        assert one["schedule"] == text
        assert set(one["struck"]) <= faults


def test_every_place_is_counted() -> None:
    assert FOUND["places"] == counted(FOUND["schedules"])


def test_what_was_struck_too_seldom_is_named() -> None:
    cells = {"worker kill before outputs": 3, "worker freeze before outputs": 2, "sink kill at Sink._round>gather": 0}
    page = "\n".join(places({text: {"hits": hits, "tries": 5} for text, hits in cells.items()}))
    assert "| worker | before outputs | 3 | – | 2 | – |" in page
    assert "| sink | `Sink._round > gather` | 0 | – | – | – |" in page
    assert "`worker freeze before outputs` (2 of 5 tries), `sink kill at Sink._round>gather` (0 of 5 tries)." in page
    assert "All 1 were struck at least 3 times" in "\n".join(
        places({"sink kill before insert": {"hits": 3, "tries": 3}})
    )


def test_every_fix_was_taken_out_and_noticed() -> None:
    assert set(FOUND["taken_out"]) == set(FIXES)
    for one in FOUND["taken_out"].values():
        assert one["failure"] or any(one["counts"].values())


@pytest.mark.parametrize("kind", COUNTED)
def test_what_is_not_clean_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Any, kind: str) -> None:
    text, one = "7 tansu memory: 1 worker kill before outputs 1", {"struck": ["1 worker kill before outputs 1"]}
    counts = dict.fromkeys(COUNTED, 0) | {kind: 3}
    schedule = one | {"schedule": text, "seconds": [2.0, 4.0], "counts": counts, "failure": ""}
    kept = tmp_path / "guarantees.json"
    monkeypatch.setattr(guarantees, "RESULTS", kept)
    found = {"schedules": {text: schedule}, "places": {}, "stock": {}, "taken_out": {}}
    kept.write_bytes(msgspec.json.encode(found))
    page = guarantees_page()
    assert f"Not clean: `{text}`" in page
    cells = " | ".join(str(counts[name]) for name in COUNTED)
    assert f"| {MEANINGS['worker kill']} | 1 | {cells} | 2 (2) | not tried |" in page
    counts[kind] = 0
    kept.write_bytes(msgspec.json.encode(found))
    assert "In none of them was anything lost" in guarantees_page()
