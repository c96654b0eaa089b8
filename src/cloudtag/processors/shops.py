"""The `shops` processor: who may tag what (B14, J3, J4, J13), and what sellers' own violations cost them (S4).

Each order of a submission becomes one request to the buyer's keyed state, where threshold and repeats are judged. A
shop's own
phone, devices and payment account go to `links`, and buyers who ask learn where its returns go.

Rows of a shop's keyed state: `p` accounts and abuses, with the permissions that follow; `s…` one submission; `v…` one
case of
a violation; `d` what the shop says of itself; `q…` one buyer's questions.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Set
from types import MappingProxyType
from typing import Any

from cloudtag.contract.events import AbuseFound, AccountChanged, ShopDescribed, TagSubmitted, ViolationChanged
from cloudtag.contract.shops import ShopAsked, TagRequested
from cloudtag.contract.types import LATEST_MS
from cloudtag.decisions.penalties import PenaltiesJudged, judge_penalties
from cloudtag.decisions.permissions import judge_permissions, may_tag, standing_abuses
from cloudtag.engine.keyed_state import KeyedState
from cloudtag.engine.processor import Judgement
from cloudtag.engine.revise import Conclusion
from cloudtag.engine.rows import NEVER, Row
from cloudtag.processors.base import DAY_MS, INTERNAL_ID, KeyedProcessor
from cloudtag.processors.shop_reports import answer, show

_PERMISSION_ROW, _DESCRIPTION_ROW = "p", "d"
_SUBMISSION, _VIOLATION, _QUESTION = "s", "v", "q"


class ShopIndex:
    """The cases of a shop as last judged: every row of a case reads all of them."""

    __slots__ = ("at_ms", "penalties", "rows")

    def __init__(self) -> None:
        """Nothing is judged."""
        self.penalties: PenaltiesJudged | None = None
        self.at_ms = self.rows = 0


class Shops(KeyedProcessor):
    """Keyed state by shop: a row of permissions, a row per submission, a row per case."""

    name = "shops"
    fact_type: Any = TagSubmitted | AccountChanged | AbuseFound | ViolationChanged | ShopDescribed | ShopAsked
    identities = MappingProxyType({ShopAsked: INTERNAL_ID})
    retention_ms = 400 * DAY_MS
    master_data = frozenset((AccountChanged, AbuseFound, ViolationChanged, ShopDescribed))

    def new_state(self, key: str) -> KeyedState:
        """A keyed state with its index."""
        return KeyedState(key, ShopIndex())

    def place(self, fact: Any) -> tuple[str, str]:
        """Submissions and cases have rows of their own; accounts and abuses share the permission row."""
        if type(fact) is TagSubmitted:
            return fact.shop_id, f"{_SUBMISSION}{fact.submission_id}"
        if type(fact) is ViolationChanged:
            return fact.shop_id, f"{_VIOLATION}{fact.case_id}"
        if type(fact) is ShopAsked:
            return fact.shop_id, f"{_QUESTION}{fact.buyer_id}"
        return fact.shop_id, _DESCRIPTION_ROW if type(fact) is ShopDescribed else _PERMISSION_ROW

    def index(self, state: KeyedState, row: Row, fact: Any) -> Iterable[str]:
        """What is new about a case asks for all of them anew."""
        del row
        if type(fact) is ViolationChanged:
            state.index.penalties = None
        return ()

    def touched(self, state: KeyedState, row_ids: Set[str]) -> Set[str]:
        """Permissions ask every submission, a description everybody who asked, a case the others it is numbered with.

        A submission may name an account that is not known yet, which matters once the shop has lost its permission.
        """
        kinds = {row_id[0] for row_id in row_ids}
        asked = set()
        if _PERMISSION_ROW in kinds:
            asked.add(_SUBMISSION)
        if _DESCRIPTION_ROW in kinds:
            asked.add(_QUESTION)
        if _VIOLATION in kinds:
            asked.add(_VIOLATION)
        if asked:
            row_ids = row_ids | {row_id for row_id in state.rows if row_id[0] in asked}
        if _SUBMISSION in kinds and any(_facts(state, _PERMISSION_ROW, AbuseFound)):
            row_ids = row_ids | {_PERMISSION_ROW}
        return row_ids

    def can_expire(self, state: KeyedState, row: Row, horizon_ms: int) -> bool:
        """Submissions and questions lapse; permissions, descriptions and cases are master data."""
        del state, horizon_ms
        return row.id[0] in (_SUBMISSION, _QUESTION)

    def judge(self, state: KeyedState, row_id: str, now_ms: int) -> Judgement:
        """Each kind of row is judged in its own way."""
        row, judgement = state.rows.get(row_id), Judgement()
        if row is None or not row.facts:
            return judgement
        kind, name = row_id[0], row_id[1:]
        if kind == _VIOLATION:
            penalties = self._penalties(state, now_ms)
            judgement.timer_ms = penalties.timers.get(name, NEVER)
            concluded = _of_case(penalties, name)
        elif kind == _SUBMISSION:
            concluded = self._requests(state, row)
        elif kind == _PERMISSION_ROW:
            concluded = self._permissions(state)
        elif kind == _QUESTION:
            concluded = answer(state.rows.get(_DESCRIPTION_ROW), row)
        else:
            concluded = show(row)
        judgement.conclusions = {conclusion.id: conclusion for conclusion in concluded}
        return judgement

    def _penalties(self, state: KeyedState, now_ms: int) -> PenaltiesJudged:
        index: ShopIndex = state.index
        rows = [row for row in state.rows.values() if row.id[0] == _VIOLATION]
        if index.penalties is None or (index.at_ms, index.rows) != (now_ms, len(rows)):
            facts = (fact for row in rows for fact in row.facts.values())
            index.penalties = judge_penalties(facts, self.policies, now_ms)
            index.at_ms, index.rows = now_ms, len(rows)
        return index.penalties

    def _permissions(self, state: KeyedState) -> Iterator[Conclusion]:
        changes = _facts(state, _PERMISSION_ROW, AccountChanged)
        abuses = standing_abuses(_facts(state, _PERMISSION_ROW, AbuseFound))
        submissions = (fact for row in state.rows.values() if row.id[0] == _SUBMISSION for fact in row.facts.values())
        for record, since_ms in judge_permissions(changes, abuses, submissions, self.policies):
            # An account is what was last said of it, however long ago something else was said.
            yield Conclusion(record.consequence_id, record.subject_id, since_ms, record, is_rolling=True)

    def _requests(self, state: KeyedState, row: Row) -> Iterator[Conclusion]:
        # What takes a submission back tags nothing itself.
        tagging = (s for s in row.facts.values() if s.withdraws is None)
        submission = min(tagging, key=lambda s: (s.occurred_at, s.event_id), default=None)
        if submission is None:
            return
        abuses = standing_abuses(_facts(state, _PERMISSION_ROW, AbuseFound))
        is_permitted = may_tag(submission, _facts(state, _PERMISSION_ROW, AccountChanged), abuses)
        rejection = self._rejection(submission) if is_permitted else "no_permission"
        buyers: dict[str, str] = {}
        for tagged in submission.orders:
            # An order has one buyer: where a submission names several, the first counts.
            if buyers.setdefault(tagged.order_id, tagged.buyer_id) != tagged.buyer_id:
                continue
            request = TagRequested(
                revision=0,
                is_held=True,
                buyer_id=tagged.buyer_id,
                order_id=tagged.order_id,
                submission_id=submission.submission_id,
                event_id=submission.event_id,
                occurred_at=submission.occurred_at,
                platform=submission.platform,
                shop_id=submission.shop_id,
                account_id=submission.account_id,
                scenario=submission.scenarios[0] if len(submission.scenarios) == 1 else None,
                rejection=rejection,
                voided_by=abuses[0].event_id if abuses else None,
            )
            yield Conclusion(request.internal_id, request.buyer_id, request.occurred_at, request)

    def _rejection(self, submission: TagSubmitted) -> str | None:
        rules = self.policies.at(submission.platform, submission.occurred_at).tags
        if len(submission.orders) > rules.max_orders:
            return "too_many_orders"
        if len(submission.scenarios) != 1:
            return "one_scenario_only"
        if submission.scenarios[0] not in rules.scenarios:
            return "unknown_scenario"
        return None


def _of_case(penalties: PenaltiesJudged, case_id: str) -> Iterator[Conclusion]:
    for told in penalties.told:
        if told.case.case_id == case_id:
            record = told.record
            # However long ago a case was found, what is said of it now counts.
            yield Conclusion(record.consequence_id, record.subject_id, LATEST_MS, record)


def _facts(state: KeyedState, row_id: str, kind: type[Any]) -> Iterator[Any]:
    row = state.rows.get(row_id)
    return (fact for fact in row.facts.values() if type(fact) is kind) if row else iter(())
