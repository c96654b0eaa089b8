"""The diagram says what the table of steps says, no more and no less."""

import re
from pathlib import Path

from cloudtag.docs.architecture import ROOT
from cloudtag.docs.parcel_journey import TITLES, WORDS, arrows, parcel_journey_page
from cloudtag.parcels.steps import STEPS, TRANSITIONS, TURNS


def test_the_page_is_the_tables():
    assert (Path(ROOT) / "docs" / "parcel-journey.md").read_text(encoding="utf-8") == parcel_journey_page()


def test_every_move_is_an_arrow_and_every_arrow_a_move():
    drawn = set(re.findall(r"^    (\w+) --> (\w+):", parcel_journey_page(), re.MULTILINE))
    moves = {(step, after) for step in STEPS for after in TRANSITIONS[step].values() if after != step}
    assert drawn == moves
    told = [(start, turn) for start, _, turns in arrows() for turn in turns]
    assert sorted(told) == sorted((s, t) for s in STEPS for t in TURNS if TRANSITIONS[s][t] != s)


def test_every_step_and_scan_has_words():
    assert set(TITLES) == set(STEPS)
    assert set(WORDS) == set(TURNS)
