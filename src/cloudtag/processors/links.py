"""The `links` processor: who showed the same address, phone, device, payment hash or picture.

It answers when a second use appears. Past the fan-out limit an attribute is a hub (a locker, an office): it links
nobody, what was told is taken back, and only as many uses are held as show that the limit is passed.
"""

from __future__ import annotations

from typing import Any

from cloudtag.contract.links import AttributeUsed, LinkReported
from cloudtag.engine.files import File
from cloudtag.engine.processor import Judgement
from cloudtag.engine.publish import Conclusion
from cloudtag.engine.rows import Row
from cloudtag.policy.model import Policies
from cloudtag.processors.joining import others_of
from cloudtag.processors.keyed import DAY_MS, LONGEST_WINDOW_DAYS, Keyed


class Links(Keyed):
    """Files by attribute, one row each."""

    name = "links"
    fact_type: Any = AttributeUsed
    retention_ms = (LONGEST_WINDOW_DAYS + 30) * DAY_MS
    is_timed_by_forwards = True

    def __init__(self, policies: Policies, lateness_ms: int) -> None:
        """The largest fan-out of any policy bounds what is held."""
        super().__init__(policies, lateness_ms)
        rules = [policy.links for policy in policies.versions()]
        # Twice the limit: a buyer may both show an attribute and claim something under it.
        self._fan_out = 2 * max(rule.fan_out for rule in rules) + 2
        self._area_fan_out = 2 * max(rule.area_fan_out for rule in rules) + 2

    def place(self, fact: AttributeUsed) -> tuple[str, str]:
        """The attribute's only row."""
        return fact.attribute, "u"

    def bound(self, row: Row) -> None:
        """Past the limit the latest uses are enough to know a hub by, and to name examples."""
        if len(row.facts) <= self._fan_out:
            return
        kind = next(iter(row.facts.values())).attribute.partition(":")[0]
        if len(row.facts) > (self._area_fan_out if kind == "area" else self._fan_out):
            oldest = min(row.facts.items(), key=lambda item: (item[1].occurred_at, item[0]))
            del row.facts[oldest[0]]

    def judge(self, file: File, row_id: str, now_ms: int) -> Judgement:
        """A report to each buyer for whom there are others."""
        del now_ms
        uses = [use for use in file.rows[row_id].facts.values() if use.is_held]
        judgement = Judgement()
        if len(uses) < 2:
            return judgement
        uses.sort(key=lambda use: use.forward_id)
        first = min(uses, key=lambda use: (use.occurred_at, use.forward_id))
        rules = self.policies.at(first.platform, first.occurred_at).links
        for buyer_id, others in others_of(file.key, uses, rules).items():
            newest_ms = max(use.occurred_at for use in others)
            report = LinkReported(0, True, buyer_id, file.key, newest_ms, others, len(uses))
            report_id = report.forward_id
            judgement.conclusions[report_id] = Conclusion(report_id, buyer_id, newest_ms, report)
        return judgement
