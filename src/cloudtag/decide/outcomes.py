"""What became of a decision, as whoever asked tells it."""

from __future__ import annotations

from msgspec import Struct

from cloudtag.contract.decision_records import DecisionGiven, DecisionOutcome, WasFollowed, WasRight
from cloudtag.contract.ids import digest_id
from cloudtag.contract.types import Note, Token

_FOLLOWED: dict[bool | None, WasFollowed] = {None: "unknown", True: "followed", False: "not_followed"}
_RIGHT: dict[bool | None, WasRight] = {None: "unknown", True: "right", False: "wrong"}


class OutcomeRequest(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Whether a decision was followed, whether it was right, or both; what is not said stays as it was told before."""

    event_id: Token
    was_followed: bool | None = None
    was_right: bool | None = None
    note: Note | None = None


def outcome_of(request: OutcomeRequest, given: DecisionGiven, told_by: str, at_ms: int) -> DecisionOutcome:
    """The record of it. Told again under its `event_id`, it is the same one."""
    return DecisionOutcome(
        event_id=digest_id("outcome", given.decision_id, request.event_id),
        occurred_at=at_ms,
        decision_id=given.decision_id,
        about=given.about,
        answer=given.answer,
        platform=given.platform,
        buyer_id=given.buyer_id,
        shop_id=given.shop_id,
        followed=_FOLLOWED[request.was_followed],
        right=_RIGHT[request.was_right],
        told_by=told_by,
        note=request.note,
    )
