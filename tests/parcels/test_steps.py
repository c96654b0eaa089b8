"""The table of steps: every scan at every step, against what the words of the rule say."""

from typing import get_args

import pytest

from cloudtag.contract.types import ScanKind, SignerKind
from cloudtag.parcels.steps import ENDS, OUTWARD, PLACES, STEPS, TRANSITIONS, TURNS, Step, step_after, turn_of
from tests.parcels.making import KINDS, scan

# Rows: steps. Columns: travels, out for delivery, signed by receiver / for keeping / by somebody, collected, refused,
# returned.
EXPECTED = """
not_handed_in  on_the_way on_the_way with_receiver waiting handed_over with_receiver refused returning
on_the_way     on_the_way on_the_way with_receiver waiting handed_over with_receiver refused returning
with_receiver  on_the_way on_the_way with_receiver waiting handed_over with_receiver refused returning
waiting        on_the_way on_the_way with_receiver waiting handed_over with_receiver refused returning
handed_over    on_the_way on_the_way with_receiver waiting handed_over with_receiver refused returning
refused        refused on_the_way refused_home refused_home refused_home refused_home refused returning
refused_home   refused on_the_way refused_home refused_home refused_home refused_home refused returning
returning      returning returning returned_home returned_home returned_home returned_home returning returning
returned_home  returning returning returned_home returned_home returned_home returned_home returning returning
"""
ROWS = {row.split()[0]: row.split()[1:] for row in EXPECTED.strip().splitlines()}


@pytest.mark.parametrize("step", STEPS)
def test_every_scan_at_every_step(step: Step) -> None:
    assert [TRANSITIONS[step][turn] for turn in TURNS] == ROWS[step]


def test_every_step_has_a_place() -> None:
    assert set(PLACES) == set(STEPS) == set(ROWS)
    assert {step for step in STEPS if PLACES[step] == "coming_home"} == set(STEPS) - OUTWARD
    assert {"with_receiver", "refused_home", "returned_home"} == ENDS


@pytest.mark.parametrize(
    ("kind", "signer", "turn"),
    [
        ("accepted", None, "travels"),
        ("departed", None, "travels"),
        ("arrived", None, "travels"),
        ("out_for_delivery", None, "out_for_delivery"),
        ("signed", "recipient", "signed_by_receiver"),
        ("signed", "household", "signed_by_receiver"),
        ("signed", "locker", "signed_for_keeping"),
        ("signed", "station", "signed_for_keeping"),
        ("signed", "other", "signed_by_somebody"),
        ("signed", "unknown", "signed_by_somebody"),
        ("signed", None, "signed_by_somebody"),
        ("collected", None, "collected"),
        ("collected", "other", "collected"),
        ("refused", None, "refused"),
        ("returned", None, "returned"),
        ("label_created", None, None),
        ("exception", None, None),
        ("unknown", None, None),
    ],
)
def test_what_a_scan_says(kind: ScanKind, signer: SignerKind | None, turn: str | None) -> None:
    assert turn_of(scan(kind, 0, signer)) == turn


def test_every_kind_of_scan_is_one_of_these() -> None:
    silent = {"label_created", "exception", "unknown"}
    assert {kind for kind in KINDS if turn_of(scan(kind)) is None} == silent


@pytest.mark.parametrize("step", STEPS)
def test_a_scan_leads_where_what_it_says_leads(step: Step) -> None:
    for kind in KINDS:
        for signer in (None, *get_args(SignerKind)):
            told = scan(kind, 0, signer)
            turn = turn_of(told)
            assert step_after(step, told) == (step if turn is None else TRANSITIONS[step][turn])
