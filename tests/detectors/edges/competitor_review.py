"""Edges of `competitor_review`: which version of a review speaks, and since when it is bad."""

from cloudtag.detection.example import day, reviewed
from cloudtag.detection.rule import Example
from tests.detectors.edges.building import at, firing

_ONE_STAR = firing("competitor_review", "one star from the device of another tea shop")

EDGES = (
    Example(
        name="one star, then two: bad since the first, told as it is now",
        events=(*_ONE_STAR, reviewed(day(6), 2, platform="tmall")),
        fires=({"decided_at": at(5), "platform": "tmall", "facts": {"rating": "2/2"}},),
    ),
    Example(
        name="near miss: one star from a tea shop's device in a shop of which nobody knows what it sells",
        events=_ONE_STAR[1:],
    ),
    Example(name="near miss: from one star to three", events=(*_ONE_STAR, reviewed(day(6), 3))),
)
