"""A crowd of honest buyers, as many as wanted, each a function of the seed and the own number alone.

Nothing depends on how the crowd is cut into shards: the events of two shards are the events of both together. Only
`BLOCK`s must not be cut, since their people share lockers, offices and homes.
"""

from __future__ import annotations

import random
from collections.abc import Iterator

from msgspec import Struct

from cloudtag.contract.events import Event
from cloudtag.simulate.attack_script import AttackScript
from cloudtag.simulate.delays import Delays, delays_at
from cloudtag.simulate.delivery import DeliveryEntry
from cloudtag.simulate.honest import live
from cloudtag.simulate.mess.feeds import CROWD_STARTS_MS, outages, pulse, swallow
from cloudtag.simulate.mess.marks import SILENT_COURIER, Mark
from cloudtag.simulate.mess.people import BLOCK, HEAVY_ORDERS, MEETINGS, orders_in, resident, surroundings
from cloudtag.simulate.mess.rates import CLEAN, MESSY, MessRates, shares
from cloudtag.simulate.mess.situations import drawn
from cloudtag.simulate.mess.smudges import smudged
from cloudtag.simulate.order_context import Ids
from cloudtag.simulate.profile import DAY_MS, Profile
from cloudtag.simulate.setup import prologue
from cloudtag.simulate.world import Buyer, platform_of, shop

MEAN_ORDERS = 2.2
"""Orders of a usual buyer in a quarter of a year: guess."""
__all__ = ["BLOCK", "Crowd", "CrowdProfile"]


class PrintedIds(Ids):
    """Ids in the form in which couriers print numbers: upper case and digits."""

    def next(self, kind: str) -> str:
        """The next id of a kind."""
        return super().next(kind).upper()


class CrowdProfile(Struct, frozen=True, kw_only=True):
    """Everything a crowd depends on: buyers number `first` to `first + buyers - 1` of the world of a seed."""

    seed: int = 1
    first: int = 0
    buyers: int = 1000
    days: int = 90
    """Orders are placed within so many days."""
    pace: float = 0.3
    """Delays of parcels as a share of those measured in Brazil: two days on the road, and some."""
    duplicate_share: float = 0.01
    """Share of events delivered twice."""
    rates: MessRates = MESSY

    @property
    def is_clean(self) -> bool:
        """Whether nobody meets any mess at all, not even a silent courier."""
        return self.rates == CLEAN


class Crowd:
    """Equal profiles give equal crowds. `marks` fill while `events()` is read, and begin anew with each reading."""

    def __init__(self, profile: CrowdProfile) -> None:
        """Nobody has lived yet."""
        self.profile = profile
        self.marks: list[Mark] = []
        self._delays: Delays = delays_at(profile.pace)
        self._silence = {} if profile.is_clean else outages(profile.seed, profile.days)

    def events(self) -> Iterator[Event]:
        """Every event, buyer by buyer; first what all share."""
        self.marks = []
        profile = self.profile
        ids = Ids(f"{profile.seed:x}all-")
        yield from prologue(Profile(seed=profile.seed, starts_at=CROWD_STARTS_MS), ids)
        yield from pulse(profile.seed, profile.days, self._silence)
        for number in range(profile.first, profile.first + profile.buyers):
            yield from self._life(number)

    def _life(self, number: int) -> Iterator[Event]:
        """Everything one buyer does in these days, as it is delivered."""
        profile = self.profile
        rng = random.Random(f"{profile.seed}:buyer:{number}")
        who, ids = resident(number), PrintedIds(f"{profile.seed:x}c{number:x}z")
        who_they_are = [k for k, share in shares(profile.rates, "buyers").items() if rng.random() < share]
        entries: list[DeliveryEntry] = []
        for at in self._placing(rng, is_heavy="heavy_shopper" in who_they_are):
            entries += self._order(AttackScript(rng, ids, self._delays, is_rich=True), who, at)
        for play in MEETINGS:
            if play.__name__ in who_they_are:
                story = AttackScript(rng, ids, self._delays, is_rich=True)
                play(story, who, shop(who.platform, rng.randrange(1000)), self._moment(rng))
                entries += self._delivered(story, who, [play.__name__])
        around = () if profile.is_clean else surroundings(number)
        kinds = (*(kind for kind in who_they_are if kind == "heavy_shopper"), *around)
        self.marks += [Mark(who.buyer_id, kind) for kind in kinds]
        yield from self._twice(rng, entries)

    def _moment(self, rng: random.Random) -> int:
        return CROWD_STARTS_MS + rng.randrange(self.profile.days * DAY_MS)

    def _placing(self, rng: random.Random, *, is_heavy: bool) -> list[int]:
        """When the buyer places orders."""
        count = rng.randrange(*HEAVY_ORDERS) if is_heavy else 1 + int(rng.expovariate(1 / (MEAN_ORDERS - 0.5)))
        return sorted(self._moment(rng) for _ in range(min(count, HEAVY_ORDERS[1])))

    def _order(self, story: AttackScript, who: Buyer, at: int) -> list[DeliveryEntry]:
        """One order, in a mess or not."""
        rng = story.rng
        where = shop(platform_of(int(who.buyer_id[1:], 16)), rng.randrange(1000))
        met = drawn(rng, self.profile.rates)
        if met is None:
            live(story, who, where, at)
            return self._delivered(story, who, [])
        kind, play = met
        play(story, who, where, at)
        return self._delivered(story, who, [kind])

    def _delivered(self, story: AttackScript, who: Buyer, kinds: list[str]) -> list[DeliveryEntry]:
        """A story as its records arrive; what befell it is marked."""
        orders = orders_in(story.entries)
        entries, is_any_lost = swallow(self._silence, story.entries)
        entries, smudges = smudged(story.rng, entries, shares(self.profile.rates, "parcels"))
        found = [*kinds, *smudges, *([SILENT_COURIER] if is_any_lost else [])]
        self.marks += [Mark(who.buyer_id, kind, orders) for kind in found]
        return entries

    def _twice(self, rng: random.Random, entries: list[DeliveryEntry]) -> Iterator[Event]:
        """Every event, and some once more."""
        share = self.profile.duplicate_share
        for event, _ in entries:
            yield event
            if rng.random() < share:
                yield event
