"""Who belongs together with a buyer: those who share an attribute, and those who share one with these."""

from __future__ import annotations

from typing import NamedTuple

from cloudtag.contract.links import AttributeUsed
from cloudtag.detection.buyer_case import RiskCase, linked
from cloudtag.detection.link_age import gap_ms, is_near, limits_ms, used_at


class Link(NamedTuple):
    """What links a buyer to somebody: directly, or over a go-between (`over`, else empty).

    `is_fresh`: what is shared was used by both at nearly one time, as near as its kind asks for.
    """

    use: AttributeUsed
    over: str
    is_fresh: bool

    @property
    def words(self) -> str:
        """As a fact says it."""
        return f"{self.use.attribute} over {self.over}" if self.over else self.use.attribute


Members = dict[str, list[Link]]
"""By buyer, in order of their id, every link."""


def members_of(case: RiskCase, short_days: int, long_days: int) -> Members:
    """Everybody linked to the buyer, or to somebody who is.

    An address or a phone may have been used `short_days` apart, a device or a payment account `long_days` (F11).
    """
    limits = limits_ms(short_days, long_days)
    own = used_at(case.orders)
    members: Members = {}
    for buyer_id, uses in linked(case.links).items():
        gaps = ((use, gap_ms(own.get(use.attribute, ()), use)) for use in uses)
        members[buyer_id] = [Link(use, "", is_near(use.attribute, apart, limits)) for use, apart in gaps]
    direct = dict(members)
    for told in case.passes:
        if told.other_id in direct or told.over_id not in direct:
            continue
        is_fresh = any(link.is_fresh for link in direct[told.over_id])
        members.setdefault(told.other_id, []).extend(
            Link(use, told.over_id, is_fresh and is_near(use.attribute, apart, limits))
            for use, apart in zip(told.uses, told.gap_ms, strict=True)
        )
    return dict(sorted(members.items()))
