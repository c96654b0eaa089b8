"""One submission of tags: a request to the keyed state of each buyer it names."""

from __future__ import annotations

from collections.abc import Iterator
from operator import attrgetter

from msgspec.structs import replace

from cloudtag.contract.events import TagSubmitted
from cloudtag.contract.internal import make_id
from cloudtag.contract.records import TagStatus
from cloudtag.contract.shops import TagRequested
from cloudtag.decisions.owners import owner_marks
from cloudtag.decisions.permissions import may_tag, standing_abuses
from cloudtag.decisions.tag_reasons import only_scenario, shop_refusal
from cloudtag.decisions.tags import refused_whole
from cloudtag.engine.judgement import EMPTY, Judgement
from cloudtag.engine.keyed_state import KeyedState
from cloudtag.engine.revise import Conclusion
from cloudtag.engine.row_kind import Holds, Reads, RowKind
from cloudtag.engine.rows import Row
from cloudtag.policy.model import Policies
from cloudtag.processors.shops.reading import abuses, accounts, descriptions, judged, withdrawn


def _judge(state: KeyedState, row: Row, policies: Policies, now_ms: int) -> Judgement:
    del now_ms
    return judged(_requests(state, row, policies)) if row.facts else EMPTY


def _requests(state: KeyedState, row: Row, policies: Policies) -> Iterator[Conclusion]:
    # What takes a submission back tags nothing itself.
    tagging = (s for s in row.facts.values() if s.withdraws is None)
    submission = min(tagging, key=lambda s: (s.occurred_at, s.event_id), default=None)
    if submission is None:
        return
    policy = policies.at(submission.platform, submission.occurred_at)
    found = standing_abuses(abuses(state))
    is_permitted = may_tag(submission, accounts(state), found, policy)
    rejection = shop_refusal(submission, policy.tags, is_permitted=is_permitted)
    if not submission.orders:
        status = refused_whole(submission, policy, rejection or "no_orders")
        status_id = make_id(state.network, status.shop_id, status.tag_id)
        yield Conclusion(status_id, status.shop_id, submission.occurred_at, status)
        return
    withdrawn_by = withdrawn(state).get(submission.event_id)
    request = TagRequested(
        revision=0,
        is_held=True,
        buyer_id="",
        order_id="",
        submission_id=submission.submission_id,
        event_id=submission.event_id,
        occurred_at=submission.occurred_at,
        platform=submission.platform,
        shop_id=submission.shop_id,
        account_id=submission.account_id,
        scenario=only_scenario(submission),
        rejection=rejection,
        voided_by=found[0].event_id if found else withdrawn_by,
        owner_marks=owner_marks(descriptions(state), submission.occurred_at),
        network=state.network,
    )
    buyers: dict[str, str] = {}
    for tagged in submission.orders:
        # An order has one buyer: where a submission names several, the first counts.
        if buyers.setdefault(tagged.order_id, tagged.buyer_id) == tagged.buyer_id:
            one = replace(request, buyer_id=tagged.buyer_id, order_id=tagged.order_id)
            yield Conclusion(one.internal_id, one.buyer_id, one.occurred_at, one)


def _index(state: KeyedState, row: Row, fact: TagSubmitted) -> tuple[str, ...]:
    """What takes submissions back changes which of them were."""
    del row
    if fact.withdraws is not None:
        state.memo = None
    return ()


def _is_taken_back(state: KeyedState, name: str) -> bool:
    """Whether a submission takes others back, or did: what it says of them is asked of them."""
    row = state.row("submission", name)
    return row is not None and any(fact.withdraws is not None for fact in row.facts.values())


SUBMISSION = RowKind(
    name="submission",
    letter="s",
    judge=_judge,
    holds=(Holds(TagSubmitted, name=attrgetter("submission_id")),),
    tells=(TagRequested, TagStatus),
    index=_index,
    reads=(Reads("permission"), Reads("description"), Reads("submission", when=_is_taken_back)),
)
