"""How long things take: log-normal delays given by the median and the 90th percentile people measured."""

import math
import random
from dataclasses import dataclass

from cloudtag.simulate.profile import DAY_MS, HOUR_MS, MINUTE_MS

Z90 = 1.2816
"""The 90th percentile of the standard normal distribution."""
Z98 = 2.0537
"""No delay is drawn beyond its 98th percentile: a simulated period shows whole lives."""


@dataclass(frozen=True, slots=True)
class Delay:
    """A log-normal delay in milliseconds, never below `floor_ms` nor above `cap_ms`."""

    mu: float
    sigma: float
    cap_ms: int
    floor_ms: int = 1000

    def draw(self, rng: random.Random) -> int:
        """One delay."""
        return max(self.floor_ms, min(self.cap_ms, int(rng.lognormvariate(self.mu, self.sigma))))


def delay(median_ms: float, p90_ms: float, cap_ms: float | None = None, floor_ms: int = 1000) -> Delay:
    """The log-normal delay with this median and 90th percentile."""
    sigma = math.log(p90_ms / median_ms) / Z90
    cap = median_ms * math.exp(sigma * Z98) if cap_ms is None else cap_ms
    return Delay(math.log(median_ms), sigma, int(cap), floor_ms)


@dataclass(frozen=True, slots=True)
class Delays:
    """Every delay of an order's life. Those of people do not shrink with the couriers' pace, those of parcels do."""

    pay: Delay
    handling: Delay
    transit: Delay
    completion: Delay
    opening: Delay
    answer: Delay
    filling: Delay
    pickup: Delay
    opening_parcel: Delay
    review: Delay


def delays_at(pace: float) -> Delays:
    """Delays at a pace; 1.0 is the pace of Brazilian marketplaces in 2017 and 2018."""
    return Delays(
        pay=delay(90_000, 8 * MINUTE_MS, 20 * MINUTE_MS),
        handling=delay(2.3 * DAY_MS * pace, 6.5 * DAY_MS * pace),
        transit=delay(7.1 * DAY_MS * pace, 19.0 * DAY_MS * pace, floor_ms=HOUR_MS),
        completion=delay(8 * HOUR_MS, 30 * HOUR_MS),
        opening=delay(5 * HOUR_MS, 16 * HOUR_MS, 30 * HOUR_MS),
        answer=delay(20 * MINUTE_MS, 3 * HOUR_MS),
        filling=delay(2 * HOUR_MS, 9 * HOUR_MS),
        # Well inside the 72 hours after which a silent return number becomes suspicious.
        pickup=delay(2 * HOUR_MS, 8 * HOUR_MS, 20 * HOUR_MS),
        opening_parcel=delay(2 * HOUR_MS, 9 * HOUR_MS),
        review=delay(10 * HOUR_MS, 24 * HOUR_MS),
    )
