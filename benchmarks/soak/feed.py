"""Events without end: simulated months, each later than the one before, so that as much expires as comes in."""

from collections.abc import Iterator
from typing import Any

from cloudtag.contract.streams import STREAM_OF
from cloudtag.simulate import Profile, simulate

DAY_MS = 86_400_000
ROUND_DAYS = 90
"""How far one round lies behind the one before it. What is held longest is held for 400 days: shops' questions."""
ROUNDS_HELD = 5
"""After so many rounds something expires of every kind."""
KEPT_WITHOUT_END = frozenset({"violations", "abuses", "appeals", "erasures"})
"""What the rules keep for good is left out: it grows, as it must."""


def rounds(events: int) -> Iterator[tuple[list[Any], int]]:
    """The events of one round after the other, in the order in which they arrive, and the event time of its end."""
    number, starts_at = 0, Profile().starts_at
    while True:
        profile = Profile(events=events, seed=1_000 + number, starts_at=starts_at + number * ROUND_DAYS * DAY_MS)
        found = [event for event in simulate(profile).events() if STREAM_OF[type(event)] not in KEPT_WITHOUT_END]
        number += 1
        yield found, starts_at + number * ROUND_DAYS * DAY_MS - DAY_MS
