"""Attackers one by one: what is found too faintly counts as lost, but where the rule's own text asks for no more."""

import pytest
from msgspec.structs import replace

from cloudtag.evaluate.attackers import attackers
from cloudtag.simulate import AlertLabel, ExpectedLabel, Score


def label(script: str, number: int = 0, **fields: object) -> ExpectedLabel:
    plain = AlertLabel(story=f"{script}-{number}", detector="extortion", buyer_id=f"b{number}")
    return replace(plain, **fields)


@pytest.mark.parametrize(("is_missed", "is_low", "found"), [(False, False, 2), (False, True, 1), (True, False, 1)])
def test_what_is_found_faintly_or_not_at_all_is_lost(is_missed: bool, is_low: bool, found: int) -> None:
    labels = [label("pays", 1), label("pays", 2)]
    tally = Score(missed=labels[:1] if is_missed else [], low=labels[:1] if is_low else [])
    (figures,) = attackers(labels, {"extortion": tally})
    assert (figures.script, figures.expected, figures.found) == ("pays", 2, found)


@pytest.mark.parametrize(
    "fields", [{"is_hint": True}, {"is_open": True}, {"stands": False}, {"detector": "shipping_exemption"}]
)
def test_what_need_not_be_found_at_medium_is_not_counted(fields: dict[str, object]) -> None:
    labels = [label("asks", 1, **fields), label("pays", 2)]
    (figures,) = attackers(labels, {"extortion": Score(low=labels[:1])})
    assert (figures.script, figures.expected, figures.found) == ("pays", 1, 1)
