"""The scripted cases are near enough to the rules' thresholds to tell a detector that is a little off."""

from collections.abc import Callable
from functools import cache

import pytest
from msgspec.structs import replace

from cloudtag.contract.events import Event
from cloudtag.detectors.registry import all_detectors
from cloudtag.policy.load import shipped
from cloudtag.policy.model import Policies, Policy
from cloudtag.replay.driver import judge
from cloudtag.simulate import ExpectedLabel, Profile, score, simulate
from cloudtag.simulate.profile import DAY_MS
from cloudtag.simulate.score import Score

Change = tuple[str, str, int]
"""A detector, its parameter, and the value that is a little off."""
LAX: tuple[Change, ...] = (
    ("advertising_review", "orders", 1),
    ("affiliate_abuse", "share_percent", 60),
    ("competitor_order", "orders", 2),
    ("competitor_review", "bad_rating", 3),
    ("complaint_abuse", "complaints", 2),
    ("complaint_abuse", "shops", 1),
    ("complaint_abuse", "window_days", 125),
    ("envelope_return", "goods_grams", 70),
    ("extortion", "bad_rating", 4),
    ("invalid_address", "orders", 2),
    ("mirror_wrong_item", "window_days", 45),
    ("no_intent_to_buy", "share_percent", 70),
    ("no_intent_to_buy", "window_days", 45),
    ("order_harassment", "window_days", 45),
    ("professional_complainer", "shops", 2),
    ("refund_frequency", "refunds", 4),
    ("refund_frequency", "share_percent", 50),
    ("repeat_reopen", "reopenings", 2),
    ("shipping_exemption", "unanswered_contacts", 1),
    ("worn_return", "returns", 1),
)
STRICT: tuple[Change, ...] = (
    ("advertising_review", "orders", 3),
    ("affiliate_abuse", "orders", 4),
    ("competitor_review", "bad_rating", 1),
    ("extortion", "bad_rating", 2),
    ("invalid_address", "orders", 4),
    ("no_intent_to_buy", "orders", 6),
    ("professional_complainer", "complaints", 4),
    ("refund_frequency", "share_percent", 70),
    ("repeat_reopen", "reopenings", 4),
    ("worn_return", "returns", 3),
)


Tallies = Callable[[tuple[Change, ...]], dict[str, Score]]
Scripted = tuple[list[ExpectedLabel], list[Event], int]
"""The labels, the events, and the time everything of them is over."""


@pytest.fixture(scope="module")
def scripted() -> Scripted:
    """One performance of every script."""
    simulation = simulate(Profile(events=1000, seed=3, catalogue="full", duplicate_share=0.0))
    events = list(simulation.events())
    return simulation.labels, events, max(event.occurred_at for event in events) + 4 * DAY_MS


def policies_with(changes: tuple[Change, ...]) -> Policies:
    """The shipped policies with some parameters changed on every platform."""

    def changed(policy: Policy) -> Policy:
        detectors = dict(policy.detectors)
        for detector, parameter, value in changes:
            detectors[detector] = replace(detectors[detector], **{parameter: value})
        return replace(policy, detectors=detectors)

    packs: dict[str, list[Policy]] = {}
    for policy in shipped().versions():
        packs.setdefault(policy.platform, []).append(changed(policy))
    return Policies(packs)


def with_others(change: Change, table: tuple[Change, ...]) -> tuple[Change, ...]:
    """Changes that are judged in one go: of each detector one, for no detector reads what another says of these."""
    of = {detector: [one for one in table if one[0] == detector] for detector, *_ in table}
    turn = of[change[0]].index(change)
    return tuple(own[turn] for own in of.values() if turn < len(own))


@pytest.fixture(scope="module")
def tallies(scripted: Scripted) -> Tallies:
    """How right and wrong each detector is under some changes."""
    labels, events, until_ms = scripted

    @cache
    def of(changes: tuple[Change, ...]) -> dict[str, Score]:
        return score(labels, [record for _, record in judge(list(events), until_ms, policies_with(changes))])

    return of


def name_of(change: Change) -> str:
    """What a change is called among the tests."""
    return "-".join(map(str, change))


@pytest.mark.parametrize("change", LAX, ids=name_of)
def test_a_laxer_detector_accuses_a_lookalike(tallies: Tallies, change: Change) -> None:
    assert change[0] in all_detectors()
    assert tallies(with_others(change, LAX))[change[0]].false


@pytest.mark.parametrize("change", STRICT, ids=name_of)
def test_a_stricter_detector_misses_an_attacker(tallies: Tallies, change: Change) -> None:
    assert tallies(with_others(change, STRICT))[change[0]].missed
