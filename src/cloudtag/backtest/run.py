"""Judge the same events with two sets of packs, by the code of live traffic, and report what differs in the end."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from msgspec import Struct

from cloudtag.backtest.counts import Counts, counts_of
from cloudtag.backtest.difference import BacktestDifference, differences
from cloudtag.backtest.money import Money, money_of, prices_of
from cloudtag.backtest.parameters import ParameterChange, partings
from cloudtag.backtest.standing import standing_by_stream
from cloudtag.contract.records import Alert
from cloudtag.gc_tuning import uncollected
from cloudtag.policy.load import Packs
from cloudtag.policy.model import Policies
from cloudtag.replay.driver import ShowProgress, judge


class Backtest(Struct, frozen=True, kw_only=True):
    """What a new policy would have said otherwise. Times are event time in milliseconds, none without events.

    `opened` and `withdrawn` are the money of the alerts that stand with the new policy alone, and with the base alone.
    """

    events: int
    first_ms: int | None
    last_ms: int | None
    until_ms: int | None
    parameters: tuple[ParameterChange, ...]
    differences: tuple[BacktestDifference, ...]
    counts: Counts
    opened: Money
    withdrawn: Money

    @property
    def is_same(self) -> bool:
        """Whether nothing that stands differs."""
        return not any(each.opened or each.withdrawn or each.changed for each in self.differences)


def backtest(
    events: list[Any], base: Packs, new: Packs, until_ms: int | None = None, watch: ShowProgress = iter
) -> Backtest:
    """Compare what stands in the end. `events` is sorted in place; `until_ms` moves event time on past the last.

    `watch` sees every record as it is published, those of the base first.
    """
    with uncollected():
        told = (watch(judge(events, until_ms, Policies(packs.policies))) for packs in (base, new))
        before, after = map(standing_by_stream, told)
    found = differences(before, after)
    prices = prices_of(events, Policies(base.policies).networks)
    return Backtest(
        events=len(events),
        first_ms=events[0].occurred_at if events else None,
        last_ms=events[-1].occurred_at if events else None,
        until_ms=until_ms,
        parameters=partings(base, new),
        differences=found,
        counts=counts_of(found),
        opened=money_of(_alerts(each.opened for each in found), prices),
        withdrawn=money_of(_alerts(each.withdrawn for each in found), prices),
    )


def _alerts(records: Iterable[Iterable[Any]]) -> list[Alert]:
    return [record for some in records for record in some if isinstance(record, Alert)]
