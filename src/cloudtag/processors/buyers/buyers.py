"""The `buyers` processor: all that is known of a buyer, judged in layers: detectors, risk, tags, consequences."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from operator import attrgetter
from typing import Any

from cloudtag.contract import events as ev
from cloudtag.contract.internal import Cause
from cloudtag.contract.named import linked_to, without_buyers
from cloudtag.contract.records import Alert
from cloudtag.contract.streams import STREAM_OF
from cloudtag.decisions.withdrawals import withdrawn
from cloudtag.engine.keyed_state import KeyedState, index_anew
from cloudtag.engine.news import News
from cloudtag.engine.row_kind import Index
from cloudtag.engine.row_kinds import RowKinds
from cloudtag.engine.rows import Row
from cloudtag.processors.base import KeyedProcessor
from cloudtag.processors.buyers.attempts import Judges
from cloudtag.processors.buyers.buyer_index import BuyerIndex
from cloudtag.processors.buyers.calm import ROWS as CALM
from cloudtag.processors.buyers.calm import is_calm
from cloudtag.processors.buyers.prefilter import watched
from cloudtag.processors.buyers.published import unsettled_rows
from cloudtag.processors.buyers.reading import HELD_MS
from cloudtag.processors.buyers.refuting import refuting
from cloudtag.processors.buyers.rows.alerted import ALERTED
from cloudtag.processors.buyers.rows.appeals import APPEALS
from cloudtag.processors.buyers.rows.buyer import BUYER
from cloudtag.processors.buyers.rows.consequences import CONSEQUENCES
from cloudtag.processors.buyers.rows.erasure import ERASURE
from cloudtag.processors.buyers.rows.links import LINKS
from cloudtag.processors.buyers.rows.order import ORDER
from cloudtag.processors.buyers.rows.parcel import PARCEL
from cloudtag.processors.buyers.rows.passes import PASSES
from cloudtag.processors.buyers.rows.risk import risk_kind
from cloudtag.processors.buyers.rows.shops import SHOPS
from cloudtag.processors.buyers.rows.tags import TAGS
from cloudtag.processors.buyers.rows.unheard import UNHEARD
from cloudtag.processors.causes import MOST_CAUSES, causes_in, causes_of

_NOT_INDEXED: frozenset[type[Any]] = frozenset(held.fact for held in PARCEL.holds)
"""Facts that the index keeps nothing of: what was worked out beside them is told that they came."""
_RISK = risk_kind(Judges(ORDER.judge, PARCEL.judge))


class Buyers(KeyedProcessor):
    """Keyed state by buyer. They are held a month longer than other processors hold their internal records."""

    name = "buyers"
    id_of: Callable[[Any], str] = attrgetter("buyer_id")
    kinds = RowKinds(
        (ORDER, PARCEL, SHOPS, BUYER, ALERTED, LINKS, PASSES, _RISK, TAGS, CONSEQUENCES, UNHEARD, APPEALS, ERASURE),
        is_calm,
        CALM,
    )
    retention_ms = HELD_MS

    def new_index(self, network: str) -> BuyerIndex:
        """What is kept at hand of a buyer."""
        return BuyerIndex(network)

    def _index_of(self, kind: type[Any]) -> Index | None:
        """A fact may signal something, whatever row holds it; when a signal ends, so may what was found by it."""
        inner = super()._index_of(kind)
        if kind not in watched():
            return inner
        own = self.kinds.letters["buyer"]

        def take(state: KeyedState, row: Row, fact: Any) -> Iterable[str]:
            has_ended = state.index.prefilter.note(fact)
            asked = () if inner is None else inner(state, row, fact)
            return (*asked, own) if has_ended else asked

        return take

    def unsettled(self, state: KeyedState) -> Iterable[str]:
        """Those with alerts whose route rests on whether any other order is abnormal (B26, B27)."""
        return unsettled_rows(state, self.policies)

    def causes(self, state: KeyedState, row_id: str, news: News) -> tuple[Cause, ...]:
        """What is new in the rows it reads, and what refuted the alerts it follows. Whoever is to be forgotten has one
        reason for everything: the request."""
        if state.is_closed and (asked := _requests(news)):
            return asked
        found = causes_in(news, self.kinds.read_by(state, row_id))
        return tuple(dict.fromkeys((*news.cleared, *found)))[:MOST_CAUSES] if row_id in self.kinds.layers else found

    def withdrawn(self, state: KeyedState, row_id: str, record: Any, news: News, now_ms: int) -> Any:
        """An alert is taken back with what refuted it: one that follows from alerts with what refuted those. Where a
        request to forget somebody is among what came, it names nobody besides its own buyer."""
        if not isinstance(record, Alert):
            return super().withdrawn(state, row_id, record, news, now_ms)
        causes = _requests(news) if state.is_closed else ()
        causes = causes or (_refuting_alerts(news) if row_id in self.kinds.layers else ())
        is_certain = bool(causes)
        if not causes:
            suspects = news.of(self.kinds.read_by(state, row_id))

            def still_holds(other: KeyedState, left_out: set[type[Any]]) -> bool:
                other.question = record.detector
                # The index is to know only what is held. Of some kinds it never knew.
                if any(self.indexes[kind] is not None for kind in left_out - _NOT_INDEXED):
                    index_anew(self, other)
                judgement = self.kinds.judge(other, other.rows[row_id], self.policies, now_ms)
                return record.alert_id in judgement.conclusions

            causes, is_certain = refuting(state, suspects, still_holds)
        news.cleared += tuple(cause for cause in causes if cause not in news.cleared)
        taken_back = withdrawn(record, causes, now_ms, is_certain=is_certain)
        # A retraction does not say who asked for it, and what is taken back needs to name nobody.
        return without_buyers(taken_back, linked_to(taken_back)) if _forgets(news) else taken_back


def _requests(news: News) -> tuple[Cause, ...]:
    """What has just asked to forget the buyer."""
    return causes_of(new for _, _, new in news.of() if type(new.fact) is ev.ErasureRequested)


def _forgets(news: News) -> bool:
    """Whether some of what just came was brought about by a request to forget somebody."""
    found = [new for _, _, new in news.of()]
    causes = {*causes_of(found), *(cause for new in found for cause in new.because)}
    return any(cause.stream == STREAM_OF[ev.ErasureRequested] for cause in causes)


def _refuting_alerts(news: News) -> tuple[Cause, ...]:
    """What has just refuted the alerts that an alert rests on, verdicts among it."""
    verdicts = causes_of(new for _, _, new in news.of() if type(new.fact) is ev.AlertAnswered)
    return tuple(sorted({*news.cleared, *verdicts}, key=lambda c: (c.occurred_at, c.stream, c.event_id)))
