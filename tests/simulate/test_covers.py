"""Attackers under cover: each is labelled, and a loss that a rule accepts is said with that rule."""

import pytest

from cloudtag.simulate import AlertLabel, Profile, simulate
from cloudtag.simulate.covers import COVERS

PLAYED = simulate(Profile(events=3000, seed=5, catalogue="cover"))


def labels_of(script: str) -> list[AlertLabel]:
    return [x for x in PLAYED.labels if isinstance(x, AlertLabel) and x.story.rsplit("-", 1)[0] == script]


@pytest.mark.parametrize("script", [script.__name__ for script in COVERS])
def test_every_cover_is_about_somebody_who_deceives(script: str) -> None:
    labels = labels_of(script)
    assert labels
    assert all(label.stands for label in labels)


def test_a_known_loss_is_open_and_names_its_rule() -> None:
    silent = [label for script in COVERS for label in labels_of(script.__name__) if label.silence]
    assert {label.silence for label in silent} == {"F4", "F6", "T6", "T3.1"}
    assert all(label.is_open for label in silent)
