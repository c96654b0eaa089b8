"""One submission of tags: a request to the keyed state of each buyer it names."""

from __future__ import annotations

from collections.abc import Iterator
from operator import attrgetter

from cloudtag.contract.events import TagSubmitted
from cloudtag.contract.shops import TagRequested
from cloudtag.decisions.permissions import may_tag, standing_abuses
from cloudtag.engine.judgement import EMPTY, Judgement
from cloudtag.engine.keyed_state import KeyedState
from cloudtag.engine.revise import Conclusion
from cloudtag.engine.row_kind import Holds, Reads, RowKind
from cloudtag.engine.rows import Row
from cloudtag.policy.model import Policies
from cloudtag.processors.shops.reading import abuses, accounts, judged


def _judge(state: KeyedState, row: Row, policies: Policies, now_ms: int) -> Judgement:
    del now_ms
    return judged(_requests(state, row, policies)) if row.facts else EMPTY


def _requests(state: KeyedState, row: Row, policies: Policies) -> Iterator[Conclusion]:
    # What takes a submission back tags nothing itself.
    tagging = (s for s in row.facts.values() if s.withdraws is None)
    submission = min(tagging, key=lambda s: (s.occurred_at, s.event_id), default=None)
    if submission is None:
        return
    found = standing_abuses(abuses(state))
    is_permitted = may_tag(submission, accounts(state), found)
    rejection = rejection_of(submission, policies) if is_permitted else "no_permission"
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
            voided_by=found[0].event_id if found else None,
        )
        yield Conclusion(request.internal_id, request.buyer_id, request.occurred_at, request)


def rejection_of(submission: TagSubmitted, policies: Policies) -> str | None:
    """Why each order of a submission is rejected whoever sent it (J3, J4); None if it is not."""
    rules = policies.at(submission.platform, submission.occurred_at).tags
    if len(submission.orders) > rules.max_orders:
        return "too_many_orders"
    if len(submission.scenarios) != 1:
        return "one_scenario_only"
    if submission.scenarios[0] not in rules.scenarios:
        return "unknown_scenario"
    return None


SUBMISSION = RowKind(
    name="submission",
    letter="s",
    judge=_judge,
    holds=(Holds(TagSubmitted, name=attrgetter("submission_id")),),
    tells=(TagRequested,),
    reads=(Reads("permission"),),
)
