"""How large a simulation is, how fast its parcels travel, and how untidy its delivery."""

from typing import Literal

from msgspec import Struct

DAY_MS = 86_400_000
HOUR_MS = 3_600_000
MINUTE_MS = 60_000

MONDAY_MS = 1_740_960_000_000
"""2025-03-03T00:00:00Z, where a simulation begins unless set otherwise."""


Catalogue = Literal["basic", "full", "cover", "demo"]


class Profile(Struct, frozen=True, kw_only=True):
    """Everything a simulation depends on: equal profiles give equal events, byte for byte."""

    events: int = 50_000
    """About how many events are delivered (within a few percent; at least what the scripted stories need)."""
    days: int = 7
    """Orders are placed in the first three fifths of these days, so that lives end inside them."""
    seed: int = 1
    starts_at: int = MONDAY_MS
    """Event time of the first order, milliseconds UTC."""
    pace: float = 0.1
    """Delays as a share of those measured in Brazil (1.0: 2.3 days to the carrier and 7.1 on the road, medians)."""
    late_share: float = 0.03
    """Share of events delivered minutes to hours after they happened; all others take seconds."""
    duplicate_share: float = 0.02
    """Share of events delivered twice."""
    has_attacks: bool = True
    """Whether scripted attackers and refuted cases are among the honest buyers."""

    catalogue: Catalogue = "basic"
    """`basic`: stories for six detectors and the tags; `full`: stories for every detector there is to be.

    `cover`: those of `full`, and attackers who use the mess of honest life as their cover.

    `demo`: those of `full`, each once, and what follows when insurance is claimed and when a shop answers an alert.
    """
    fraud_share: float | None = None
    """The share of all refunds that are fraudulent: stories are played until it is reached; none: a fixed number."""

    @property
    def repeats(self) -> int:
        """How often each scripted story is played, unless a share of fraud is asked for."""
        if not self.has_attacks or self.catalogue == "demo":
            return int(self.has_attacks)
        return max(1, round(self.events / (12_500 if self.catalogue == "basic" else 60_000)))

    @property
    def placing_ms(self) -> int:
        """Length of the span in which orders are placed."""
        return self.days * DAY_MS * 3 // 5
