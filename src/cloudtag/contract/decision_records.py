"""What the decision service publishes: the answers it gave, and which of them no longer hold.

Times are milliseconds UTC. `as_of` is how far the service had read what stands: nothing published later is in it.
"""

from typing import Literal

from msgspec import Struct

AskedAbout = Literal["unknown", "refund", "return", "order", "claim"]
"""A refund to be paid, a return to be accepted, an order to be shipped, an insurance claim to be paid."""
AnswerKind = Literal["unknown", "grant", "ship", "inspect", "review", "hold", "refuse", "follow_complaint", "recover"]
"""What is said to whoever asked."""
WasFollowed = Literal["unknown", "followed", "not_followed"]
"""Whether whoever asked did as they were told; `unknown`: not said."""
WasRight = Literal["unknown", "right", "wrong"]
"""Whether it was right, as it turned out; `unknown`: not said."""
GivenBy = Literal["unknown", "view", "fail_open", "fail_closed"]
"""What an answer rests on: what stands, or, where that was not known up to now, what the policy says of such a time."""


class DecisionGround(Struct, frozen=True, array_like=True, gc=False):
    """A revision of a published record that a decision rests on."""

    stream: str
    id: str
    revision: int


class SupposedRevision(Struct, frozen=True, array_like=True, gc=False):
    """A revision that would be published because of events that had not come."""

    stream: str
    id: str
    revision: int


class DecisionGiven(Struct, frozen=True, kw_only=True, gc=False):
    """An answer that was given (stream `decisions`, key buyer_id).

    `decision_id` stands for the shop and its `request_id`: the same request has one answer. `asked_by` is the name of
    the token. After `valid_until` it is to be asked again. `is_judged`: the engine was asked what would follow from
    events that had not come; `supposed` are the revisions that would be published because of them, and `not_asked` whom
    the engine would have had to ask first, or why it could not be asked itself.
    """

    decision_id: str
    request_id: str
    asked_by: str
    about: AskedAbout
    answer: AnswerKind
    given_by: GivenBy
    platform: str
    buyer_id: str
    shop_id: str
    order_id: str
    refund_id: str | None = None
    claim_id: str | None = None
    waybill_nos: tuple[str, ...] = ()
    are_goods_found: bool = False
    because: tuple[DecisionGround, ...] = ()
    reasons: tuple[str, ...] = ()
    reasons_zh: tuple[str, ...] = ()
    would_change: tuple[str, ...] = ()
    would_change_zh: tuple[str, ...] = ()
    amount_at_stake_minor: int | None = None
    currency: str | None = None
    asked_at: int
    as_of: int
    valid_until: int
    policy_version: str
    is_judged: bool = False
    not_asked: tuple[str, ...] = ()
    supposed: tuple[SupposedRevision, ...] = ()


class DecisionChanged(Struct, frozen=True, kw_only=True):
    """An answer that no longer holds, and what would be said instead (stream `decision-changes`, key buyer_id).

    `revision` counts the changes of a decision from 0 on, and `change_id` stands for both: published again, it is the
    same change.
    """

    change_id: str
    decision_id: str
    revision: int
    request_id: str
    asked_by: str
    about: AskedAbout
    was: AnswerKind
    answer: AnswerKind
    platform: str
    buyer_id: str
    shop_id: str
    order_id: str
    because: tuple[DecisionGround, ...] = ()
    reasons: tuple[str, ...] = ()
    reasons_zh: tuple[str, ...] = ()
    changed_at: int
    as_of: int
    valid_until: int
    policy_version: str


class DecisionOutcome(Struct, frozen=True, kw_only=True):
    """What became of a decision, as whoever asked tells it (stream `decision-outcomes`, key buyer_id).

    Each may say whether it was followed, whether it was right, or both; of each the latest word counts. `occurred_at`
    is the clock of the service, `told_by` the name of the token.
    """

    event_id: str
    occurred_at: int
    decision_id: str
    about: AskedAbout
    answer: AnswerKind
    platform: str
    buyer_id: str
    shop_id: str
    followed: WasFollowed = "unknown"
    right: WasRight = "unknown"
    told_by: str
    note: str | None = None
