"""A seeded world of buyers and shops, with labels: what demonstrations, tests and benchmarks run on.

Pure: no clock, no I/O; chance comes from `random.Random(seed)` alone.
"""

from cloudtag.simulate.labels import (
    AlertLabel,
    ConfirmationLabel,
    ExpectedLabel,
    TagLabel,
    decode_labels,
    encode_labels,
)
from cloudtag.simulate.profile import Profile
from cloudtag.simulate.score import Score, score
from cloudtag.simulate.simulation import Simulation, simulate

__all__ = [
    "AlertLabel",
    "ConfirmationLabel",
    "ExpectedLabel",
    "Profile",
    "Score",
    "Simulation",
    "TagLabel",
    "decode_labels",
    "encode_labels",
    "score",
    "simulate",
]
