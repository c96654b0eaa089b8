"""Buyers of whom nothing is known but orders and parcels that come: most of them, most of the time.

What comes about such a buyer concerns its own row alone, and that is sure at a glance. As soon as anything else is
known the declarations of the rows are asked one by one.
"""

from __future__ import annotations

from functools import lru_cache

from cloudtag.detection.signals import Signal
from cloudtag.engine.keyed_state import KeyedState
from cloudtag.processors.buyers.buyer_index import BuyerIndex
from cloudtag.processors.buyers.prefilter import OWN
from cloudtag.processors.buyers.run_detectors import may_run

ROWS = ("order", "parcel", "links")
"""The kinds of rows that then stand each for itself."""


def is_calm(state: KeyedState) -> bool:
    """Whether the buyer asked no money back, shares nothing that matters, was judged by nobody, and gave no detector
    anything to look for."""
    index: BuyerIndex = state.index
    # Whoever asks money back has dealings. A shop's agent is a signal too, as long as a detector asks for rivals.
    return not (
        index.has_dealings or index.claims or index.verdicts or index.shop_links or state.letters["tags"] in state.rows
    ) and _is_ignored(index.prefilter.seen)


@lru_cache(maxsize=4096)
def _is_ignored(signals: frozenset[Signal]) -> bool:
    return not (may_run("buyer", signals) or may_run("alerted", signals)) and signals.isdisjoint(OWN)
