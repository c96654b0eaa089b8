"""A record of every stream of decisions, with a word in every field."""

from typing import Any

from msgspec import Struct

from cloudtag.contract.decision_records import (
    DecisionChanged,
    DecisionGiven,
    DecisionGround,
    DecisionOutcome,
    SupposedRevision,
)


def decision_samples(at: int) -> dict[str, Struct]:
    """Of one decision, about `buyer-1`."""
    asked: dict[str, Any] = {
        "decision_id": "d1", "about": "refund", "answer": "hold", "platform": "taobao", "buyer_id": "buyer-1",
        "shop_id": "shop-1",
    }  # fmt: skip
    told: dict[str, Any] = {
        **asked, "request_id": "q1", "asked_by": "desk", "order_id": "o1", "policy_version": "taobao-2026-01",
        "because": (DecisionGround("alerts", "a1", 0),), "reasons": ("A critical alert names this refund.",),
        "reasons_zh": ("严重警报涉及该退款。",), "as_of": at, "valid_until": at,
    }  # fmt: skip
    return {
        "decisions": DecisionGiven(
            **told, given_by="view", refund_id="r1", waybill_nos=("W1",), amount_at_stake_minor=100, currency="CNY",
            asked_at=at, is_judged=True, not_asked=("parcel W1",), supposed=(SupposedRevision("alerts", "a1", 1),),
        ),
        "decision-changes": DecisionChanged(**told, change_id="c1", revision=0, was="review", changed_at=at),
        "decision-outcomes": DecisionOutcome(
            **asked, event_id="e1", occurred_at=at, followed="followed", right="wrong", told_by="desk", note="empty box"
        ),
    }  # fmt: skip
