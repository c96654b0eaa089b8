"""What is called equivalent is held to random histories: one that tells it from the original is found, and short."""

import json
from functools import partial

import pytest

from cloudtag.wire.replay_form import decode_json
from tests.mutation import laws
from tests.mutation import results as kept
from tests.mutation.children import Work, done
from tests.mutation.mutants import mutated
from tests.mutation.run import _difference

MODULE = "cloudtag.detectors.advertising_review"


@pytest.fixture(scope="module")
def histories() -> list[laws.History]:
    return laws.drawn(MODULE, 40)


def difference(key: str, histories: list[laws.History]) -> list[str]:
    found = mutated(MODULE)
    (mutant,) = (each for each in found.mutants if each.key.endswith(key))
    said = list(map(laws.said_of, histories))
    (told,) = done(iter((Work(key, partial(_difference, found, mutant, said, histories), 120.0),)), 1)
    assert told.failure == ""
    assert isinstance(told.answer, list)
    return told.answer


def test_shaken_examples_are_the_same_in_every_run(histories: list[laws.History]) -> None:
    assert laws.drawn(MODULE, 40)[:20] == histories[:20]
    assert len({laws.said_of(history) for history in histories}) > 10


def test_a_history_tells_what_is_no_equivalent_and_holds_nothing_it_does_not_need(
    histories: list[laws.History],
) -> None:
    told = difference("detect: if met is not None -> if False", histories)
    events = [decode_json(json.loads(line))[1] for line in told]
    assert 2 <= len(events) <= 4
    assert {type(event).__name__ for event in events} >= {"ReviewPosted"}


def test_no_history_tells_what_is_equivalent(histories: list[laws.History]) -> None:
    assert difference("detect: if order.others -> if True", histories) == []


def test_what_is_called_equivalent_is_a_mutant_there_is() -> None:
    known = kept.equivalents()
    modules = {key.partition(":")[0] for key in known}
    assert known.keys() <= {mutant.key for module in modules for mutant in mutated(f"cloudtag.{module}").mutants}
