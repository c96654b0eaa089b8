"""The `links` processor: who showed the same address, phone, device, payment hash or picture.

It answers when a second use appears. Past the fan-out limit an attribute is a hub (a locker, an office): it links
nobody, what was published is taken back, and only as many uses are held as show that the limit is passed.
"""

from __future__ import annotations

from collections.abc import Callable
from operator import attrgetter
from typing import Any

from cloudtag.engine.row_kinds import RowKinds
from cloudtag.engine.rows import Row
from cloudtag.policy.model import Policies
from cloudtag.processors.base import KeyedProcessor
from cloudtag.processors.links.joins import kind_of
from cloudtag.processors.links.rows.uses import HELD_MS, USES, UsesIndex

_SALES = 8
"""Buyers whose orders are held to show that a shop sells an article."""
_KEPT = {"picture": 1000, "phash": 200, "unpaid": 1000}
"""Uses held of an attribute each use of which may be reported: the earliest, so that what was reported stays."""


class Links(KeyedProcessor):
    """Keyed state by attribute, one row each."""

    name = "links"
    id_of: Callable[[Any], str] = attrgetter("attribute")
    is_global = True
    kinds = RowKinds((USES,))
    retention_ms = HELD_MS
    is_timed_by_internal = True

    def __init__(self, policies: Policies, lateness_ms: int) -> None:
        """The largest fan-out of any policy bounds what is held."""
        super().__init__(policies, lateness_ms)
        rules = [policy.links for policy in policies.versions()]
        self._fan_out = 2 * max(rule.fan_out for rule in rules) + 2
        self.most_facts = self._fan_out
        self._area_fan_out = 2 * max(rule.area_fan_out for rule in rules) + 2

    def new_index(self, network: str) -> UsesIndex:
        """What is kept at hand of an attribute."""
        del network
        return UsesIndex()

    def bound(self, row: Row) -> None:
        """Past the limit the latest uses are enough to know a hub by; of pictures and unpaid orders the earliest stay.

        What names a subject never pushes out what does not: many claims hide no link.
        """
        ordered = sorted(row.facts.items(), key=lambda item: (item[1].occurred_at, item[0]))
        kind = kind_of(ordered[0][1].attribute)
        if kind in _KEPT:
            is_stale = ordered[0][1].occurred_at < ordered[-1][1].occurred_at - self.retention_ms
            if len(ordered) > _KEPT[kind]:
                del row.facts[ordered[0 if is_stale else -1][0]]
            return
        if kind == "sku":
            _bound_sales(row, ordered[-1][1].occurred_at - self.retention_ms, self._fan_out)
            return
        limit = self._area_fan_out if kind == "area" else self._fan_out
        for same in (
            [fact_id for fact_id, use in ordered if not use.subject],
            [fact_id for fact_id, use in ordered if use.subject],
        ):
            for fact_id in same[:-limit]:
                del row.facts[fact_id]


def _bound_sales(row: Row, since_ms: int, most_claims: int) -> None:
    """Of orders that name an article the earliest of so many buyers are enough: somebody but the one who asks."""
    uses = sorted(row.facts.items(), key=lambda item: (item[1].occurred_at, item[0]))
    first: dict[str, str] = {}
    for fact_id, use in uses:
        if not use.claims and use.occurred_at >= since_ms:
            first.setdefault(use.buyer_id, fact_id)
    claims = [fact_id for fact_id, use in uses if use.claims]
    kept = {*list(first.values())[:_SALES], *claims[-most_claims:]}
    for fact_id, _ in uses:
        if fact_id not in kept:
            del row.facts[fact_id]
