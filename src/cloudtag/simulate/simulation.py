"""The simulation: honest buyers streamed lazily, scripted ones woven in, all delivered untidily."""

import random
from collections.abc import Iterator

from cloudtag.contract.events import Event
from cloudtag.simulate.deal import Ids
from cloudtag.simulate.delays import Delays, delays_at
from cloudtag.simulate.delivery import Courier, Entry
from cloudtag.simulate.honest import live
from cloudtag.simulate.labels import Label
from cloudtag.simulate.profile import HOUR_MS, Profile
from cloudtag.simulate.prologue import prologue
from cloudtag.simulate.scripts import SCRIPTS
from cloudtag.simulate.scripts.stage import Stage
from cloudtag.simulate.story import Story
from cloudtag.simulate.world import buyer, platform_of, shop

EVENTS_PER_ORDER = 10.37
"""Events of an honest order, its parcels, refunds and the rest included, before duplication (measured)."""
ORDERS_PER_BUYER = 1.8
BUYERS_PER_SCRIPT = 8
HOURS = (2, 1, 1, 1, 1, 2, 4, 6, 8, 10, 11, 11, 12, 11, 10, 10, 10, 11, 12, 14, 16, 14, 9, 4)
"""How busy each hour of a day is."""


class Simulation:
    """Equal profiles give equal simulations. `labels` is known at once; `events()` may be called again and again."""

    def __init__(self, profile: Profile) -> None:
        """Play the scripts; honest buyers are only played while `events()` is read."""
        self.profile = profile
        self.labels: list[Label] = []
        self._delays: Delays = delays_at(profile.pace)
        self._scripted: list[Entry] = list(self._play())

    def _play(self) -> Iterator[Entry]:
        """Play every script as often as the profile asks, each at its own time and with its own people."""
        rng = random.Random(f"{self.profile.seed}:scripts")
        ids = Ids(f"{self.profile.seed:x}s-")
        played = 0
        for n in range(self.profile.repeats):
            for script in SCRIPTS:
                at = self.profile.starts_at + int((0.05 + 0.75 * rng.random()) * self.profile.placing_ms)
                story = Story(rng, ids, self._delays)
                stage = Stage(story, f"{script.__name__}-{n}", at, played * BUYERS_PER_SCRIPT)
                script(stage)
                self.labels += stage.labels
                played += 1
                yield from story.entries

    def events(self) -> Iterator[Event]:
        """Every event in order of delivery."""
        rng = random.Random(f"{self.profile.seed}:honest")
        ids = Ids(f"{self.profile.seed:x}h-")
        courier = Courier(self.profile, rng)
        courier.accept((event, 0) for event in prologue(self.profile, ids))
        courier.accept(self._scripted)
        for at, entries in self._honest(rng, ids):
            yield from courier.deliver_before(at)
            courier.accept(entries)
        yield from courier.deliver_rest()

    def _honest(self, rng: random.Random, ids: Ids) -> Iterator[tuple[int, list[Entry]]]:
        """Honest orders by time: when each begins (no event of it, or of a later one, is older), and its events."""
        orders = self._honest_orders()
        buyers = max(1, int(orders / ORDERS_PER_BUYER))
        for at in placing_times(rng, orders, self.profile):
            # Some buy often, most once: the square makes low numbers more likely.
            number = int(buyers * rng.random() ** 2)
            platform = platform_of(number)
            story = Story(rng, ids, self._delays)
            live(story, buyer(number), shop(platform, rng.randrange(1000)), at)
            yield at, story.entries

    def _honest_orders(self) -> int:
        """How many honest orders bring the total near what the profile asks for."""
        wanted = self.profile.events / (1 + self.profile.duplicate_share) - len(self._scripted)
        return max(0, int(wanted / EVENTS_PER_ORDER))


def placing_times(rng: random.Random, orders: int, profile: Profile) -> Iterator[int]:
    """When orders are placed: evenly over the days, busier in the evening than at night, never backwards."""
    if not orders:
        return
    mean_gap = profile.placing_ms / orders
    mean_busy = sum(HOURS) / len(HOURS)
    at = float(profile.starts_at)
    for _ in range(orders):
        hour = int(at // HOUR_MS) % 24
        at += rng.expovariate(1.0) * mean_gap * mean_busy / HOURS[hour]
        yield int(at)


def simulate(profile: Profile) -> Simulation:
    """The simulation of a profile."""
    return Simulation(profile)
