"""The simulation: honest buyers streamed lazily, scripted ones woven in, all delivered untidily."""

import random
from collections.abc import Iterator
from itertools import count

from cloudtag.contract.events import Event, RefundChanged
from cloudtag.simulate.attack_script import AttackScript
from cloudtag.simulate.consequent import accuses
from cloudtag.simulate.covers import COVERS
from cloudtag.simulate.delays import Delays, delays_at
from cloudtag.simulate.delivery import Courier, DeliveryEntry
from cloudtag.simulate.honest import live
from cloudtag.simulate.labels import AlertLabel, ExpectedLabel
from cloudtag.simulate.order_context import Ids
from cloudtag.simulate.profile import HOUR_MS, Catalogue, Profile
from cloudtag.simulate.scripts import BASIC, SCRIPTS, Script
from cloudtag.simulate.scripts.script_context import ScriptContext
from cloudtag.simulate.scripts.showcase import SCENES
from cloudtag.simulate.setup import prologue
from cloudtag.simulate.world import buyer, platform_of, shop

EVENTS_PER_ORDER = 10.37
"""Events of an honest order, its parcels, refunds and the rest included, before duplication (measured)."""
ORDERS_PER_BUYER = 1.8
REFUNDS_PER_ORDER = 0.142
"""Refunds of an honest order (measured)."""
CATALOGUES: dict[Catalogue, tuple[Script, ...]] = {
    "basic": BASIC,
    "full": SCRIPTS,
    "cover": (*SCRIPTS, *COVERS),
    "demo": (*SCRIPTS, *SCENES),
}
HOURS = (2, 1, 1, 1, 1, 2, 4, 6, 8, 10, 11, 11, 12, 11, 10, 10, 10, 11, 12, 14, 16, 14, 9, 4)
"""How busy each hour of a day is."""


class Simulation:
    """Equal profiles give equal simulations. `labels` is known at once; `events()` may be called again and again."""

    def __init__(self, profile: Profile) -> None:
        """Play the scripts; honest buyers are only played while `events()` is read."""
        self.profile = profile
        self.labels: list[ExpectedLabel] = []
        self._delays: Delays = delays_at(profile.pace)
        self._scripted: list[DeliveryEntry] = list(self._play())

    def _play(self) -> Iterator[DeliveryEntry]:
        """Play every script as often as the profile asks, each at its own time and with its own people."""
        rng = random.Random(f"{self.profile.seed}:scripts")
        ids = Ids(f"{self.profile.seed:x}s-")
        events = fraudulent = refunds = 0
        for number, (n, script) in enumerate(self._programme()):
            honest_orders = self._orders_of(self._wanted() - events)
            if self._has_enough(fraudulent, refunds + REFUNDS_PER_ORDER * honest_orders):
                return
            at = self.profile.starts_at + int((0.05 + 0.75 * rng.random()) * self.profile.placing_ms)
            story = AttackScript(rng, ids, self._delays)
            stage = ScriptContext(story, f"{script.__name__}-{n}", at, number)
            script(stage)
            self.labels += stage.labels
            events += len(story.entries)
            fraud, honest = _refunds(stage)
            fraudulent, refunds = fraudulent + fraud, refunds + fraud + honest
            yield from story.entries

    def _programme(self) -> Iterator[tuple[int, Script]]:
        """The scripts in the order in which they are played, each with how often it was before."""
        profile = self.profile
        scripts = list(CATALOGUES[profile.catalogue])
        if profile.fraud_share is None or not profile.has_attacks:
            yield from ((n, script) for n in range(profile.repeats) for script in scripts)
            return
        rng = random.Random(f"{profile.seed}:programme")
        for n in count():
            rng.shuffle(scripts)
            yield from ((n, script) for script in scripts)

    def _has_enough(self, fraudulent: int, refunds: float) -> bool:
        share = self.profile.fraud_share
        return share is not None and fraudulent >= share * refunds

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

    def _honest(self, rng: random.Random, ids: Ids) -> Iterator[tuple[int, list[DeliveryEntry]]]:
        """Honest orders by time: when each begins (no event of it, or of a later one, is older), and its events."""
        orders = self._honest_orders()
        buyers = max(1, int(orders / ORDERS_PER_BUYER))
        for at in placing_times(rng, orders, self.profile):
            # Some buy often, most once: the square makes low numbers more likely.
            number = int(buyers * rng.random() ** 2)
            platform = platform_of(number)
            story = AttackScript(rng, ids, self._delays, is_rich=self.profile.catalogue != "basic")
            live(story, buyer(number), shop(platform, rng.randrange(1000)), at)
            yield at, story.entries

    def _honest_orders(self) -> int:
        """How many honest orders bring the total near what the profile asks for."""
        return self._orders_of(self._wanted() - len(self._scripted))

    def _wanted(self) -> float:
        """Events before duplication."""
        return self.profile.events / (1 + self.profile.duplicate_share)

    @staticmethod
    def _orders_of(events: float) -> int:
        return max(0, int(events / EVENTS_PER_ORDER))


def _refunds(stage: ScriptContext) -> tuple[int, int]:
    """How many fraudulent and how many honest refunds a performance has."""
    labels = [label for label in stage.labels if isinstance(label, AlertLabel) and label.stands and not label.is_open]
    accused = {label.buyer_id for label in labels if accuses(label)}
    opened = {e.refund_id: e.buyer_id for e, _ in stage.story.entries if isinstance(e, RefundChanged)}
    fraudulent = sum(buyer_id in accused for buyer_id in opened.values())
    return fraudulent, len(opened) - fraudulent


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
