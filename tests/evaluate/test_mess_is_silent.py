"""No kind of mess makes an honest buyer look like a fraud: nothing that accuses stands about anybody in it."""

import random

import pytest

from cloudtag.contract.events import Event
from cloudtag.evaluate.crowd import accusing
from cloudtag.simulate.attack_script import AttackScript
from cloudtag.simulate.delays import delays_at
from cloudtag.simulate.mess.feeds import CROWD_STARTS_MS, pulse
from cloudtag.simulate.mess.people import MEETINGS, resident
from cloudtag.simulate.mess.situations import OF_ORDERS, OF_RETURNS
from cloudtag.simulate.order_context import Ids
from cloudtag.simulate.profile import Profile
from cloudtag.simulate.setup import prologue
from cloudtag.simulate.world import shop

SITUATIONS = {**OF_ORDERS, **OF_RETURNS, **{play.__name__: play for play in MEETINGS}}
TIMES = 12
"""So many buyers each kind is played with: chance decides about its variants."""


def around() -> list[Event]:
    """Shops, and couriers at work."""
    return [*prologue(Profile(starts_at=CROWD_STARTS_MS), Ids("all-")), *pulse(1, 60, {})]


def histories(kind: str) -> list[Event]:
    """The kind with so many buyers, who share nothing."""
    events: list[Event] = []
    for n in range(TIMES):
        who = resident(30 + 41 * n)
        story = AttackScript(random.Random(f"{kind}:{n}"), Ids(f"H{n}Z"), delays_at(0.3), is_rich=True)
        SITUATIONS[kind](story, who, shop(who.platform, n), CROWD_STARTS_MS)
        events += [event for event, _ in story.entries]
    return events


@pytest.mark.parametrize("kind", list(SITUATIONS))
def test_nobody_is_accused(kind: str) -> None:
    found = accusing([*around(), *histories(kind)])
    assert [(alert.detector, alert.severity, alert.explanation) for alert in found] == []
