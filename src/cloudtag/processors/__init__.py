"""The four processors: buyers, parcels, links, shops."""

from __future__ import annotations

from collections.abc import Callable

from cloudtag.engine.processor import Processor
from cloudtag.policy.model import Policies
from cloudtag.processors.buyers.buyers import Buyers
from cloudtag.processors.links.links import Links
from cloudtag.processors.parcels.parcels import Parcels
from cloudtag.processors.shops.shops import Shops

_MAKERS: dict[str, Callable[[Policies, int], Processor]] = {
    "buyers": Buyers,
    "parcels": Parcels,
    "links": Links,
    "shops": Shops,
}
DEFAULT_LATENESS_MS = 10 * 60_000


def build(name: str, policies: Policies, lateness_ms: int = DEFAULT_LATENESS_MS) -> Processor:
    """The processor of that name. `lateness_ms`: how far its watermark stays behind the newest event."""
    return _MAKERS[name](policies, lateness_ms)
