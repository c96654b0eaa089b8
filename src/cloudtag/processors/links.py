"""The `links` processor: who showed the same address, phone, device, payment hash or picture.

It answers when a second use appears. Past the fan-out limit an attribute is a hub (a locker, an office): it links
nobody, what was published is taken back, and only as many uses are held as show that the limit is passed.
"""

from __future__ import annotations

from typing import Any

from msgspec.structs import replace

from cloudtag.contract.links import AttributeUsed, LinkReported
from cloudtag.engine.keyed_state import KeyedState
from cloudtag.engine.processor import EMPTY, Judgement
from cloudtag.engine.revise import Conclusion
from cloudtag.engine.rows import Row
from cloudtag.policy.model import Policies
from cloudtag.processors.base import DAY_MS, INTERNAL_ID, LONGEST_WINDOW_DAYS, KeyedProcessor
from cloudtag.processors.link_joins import Uses, kind_of, may_join, others_of

_KEPT = {"picture": 1000, "phash": 200, "unpaid": 1000}
"""Uses held of an attribute each use of which may be reported: the earliest, so that what was reported stays."""


class Links(KeyedProcessor):
    """Keyed state by attribute, one row each."""

    name = "links"
    fact_type: Any = AttributeUsed
    retention_ms = (LONGEST_WINDOW_DAYS + 30) * DAY_MS
    is_timed_by_internal = True

    def __init__(self, policies: Policies, lateness_ms: int) -> None:
        """The largest fan-out of any policy bounds what is held."""
        super().__init__(policies, lateness_ms)
        rules = [policy.links for policy in policies.versions()]
        self._fan_out = 2 * max(rule.fan_out for rule in rules) + 2
        self.most_facts = self._fan_out
        self._area_fan_out = 2 * max(rule.area_fan_out for rule in rules) + 2

    def identity(self, fact: AttributeUsed) -> str:
        """A buyer shows an attribute once, unless it is about something.

        An internal record's id begins with a bracket; a buyer whose token does so too is never taken for one.
        """
        is_plain = not fact.subject and fact.buyer_id and not fact.buyer_id.startswith("[")
        return fact.buyer_id if is_plain else fact.internal_id

    def place(self, fact: AttributeUsed) -> tuple[str, str]:
        """The attribute's only row."""
        return fact.attribute, "u"

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
        limit = self._area_fan_out if kind == "area" else self._fan_out
        for same in (
            [fact_id for fact_id, use in ordered if not use.subject],
            [fact_id for fact_id, use in ordered if use.subject],
        ):
            for fact_id in same[:-limit]:
                del row.facts[fact_id]

    def can_expire(self, state: KeyedState, row: Row, horizon_ms: int) -> bool:
        """What a shop says of itself holds until it says otherwise."""
        del state, horizon_ms
        return not any(use.is_held and not use.buyer_id for use in row.facts.values())

    def judge(self, state: KeyedState, row_id: str, now_ms: int) -> Judgement:
        """A report to each buyer for whom there are others."""
        del now_ms
        row = state.rows.get(row_id)
        if row is None or len(row.facts) < 2:
            return EMPTY
        uses = _recent([use for use in row.facts.values() if use.is_held], self.retention_ms)
        if len(uses) < 2 or not may_join(state.key, uses):
            return EMPTY
        judgement = Judgement()
        uses.sort(key=INTERNAL_ID)
        first = min(uses, key=lambda use: use.occurred_at)
        rules = self.policies.at(first.platform, first.occurred_at).links
        for buyer_id, others in others_of(state.key, uses, rules).items():
            # A shop's use may be years old and still be taken back: it is as young as whoever meets it.
            has_shop = any(not use.buyer_id for use in others)
            own = [use for use in uses if use.buyer_id == buyer_id] if has_shop else []
            newest_ms = max(use.occurred_at for use in (*others, *own))
            report = LinkReported(0, True, buyer_id, state.key, newest_ms, tuple(_plain(use) for use in others))
            report_id = report.internal_id
            judgement.conclusions[report_id] = Conclusion(report_id, buyer_id, newest_ms, report)
        return judgement


def _recent(uses: Uses, retention_ms: int) -> Uses:
    """Without those that ended long before the newest: former tenants, sold phones. A shop's hold until it changes."""
    newest_ms = max((use.occurred_at for use in uses), default=0)
    return [use for use in uses if not use.buyer_id or use.occurred_at >= newest_ms - retention_ms]


def _plain(use: AttributeUsed) -> AttributeUsed:
    """The use without its revision and what caused it, which depend on the order of arrival."""
    return replace(use, revision=0, because=()) if use.revision else use
