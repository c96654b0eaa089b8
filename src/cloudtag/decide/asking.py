"""What a request for a decision says, and what is asked by it."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta, Struct

from cloudtag.contract.decision_records import DecisionGiven
from cloudtag.contract.scope import Networks
from cloudtag.contract.spelling import slip_of
from cloudtag.contract.types import PLATFORMS, Token
from cloudtag.decisions.decide import DecisionQuestion
from cloudtag.decisions.decision_answers import DecisionAsked
from cloudtag.parcels.numbers import canonical_number

_IDS = ("request_id", "platform", "buyer_id", "shop_id", "order_id", "refund_id", "claim_id")


class DecisionRequest(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What may be done about an order, a refund, a return or an insurance claim.

    `request_id` is the caller's: the same one has the same answer. `are_goods_found`: the shop has found in the parcel
    what the return claims. `durable`: answer only when the broker has the record of it.
    """

    request_id: Token
    about: Literal["refund", "return", "order", "claim"]
    platform: Token
    buyer_id: Token
    shop_id: Token
    order_id: Token
    refund_id: Token | None = None
    claim_id: Token | None = None
    waybill_nos: Annotated[tuple[Token, ...], Meta(max_length=100)] = ()
    are_goods_found: bool = False
    durable: bool = False


def problem_of(request: DecisionRequest) -> str | None:
    """What is wrong with a request, though it can be read; none if nothing is."""
    for name in _IDS:
        value = getattr(request, name)
        if value is not None and not value.strip():
            return f"{name}: is blank"
    if meant := slip_of(request.platform, PLATFORMS):
        return f"platform: {request.platform!r} is none; did you mean {meant}?"
    if request.about in ("refund", "return") and request.refund_id is None:
        return f"refund_id: a {request.about} has one"
    return None


def asked_by(request: DecisionRequest, name: str, networks: Networks) -> DecisionAsked:
    """The question of a request that the holder of a token makes."""
    numbers = (canonical_number(number) for number in request.waybill_nos)
    return DecisionAsked(
        request_id=request.request_id,
        asked_by=name,
        platform=request.platform,
        network=networks[request.platform],
        buyer_id=request.buyer_id,
        question=DecisionQuestion(
            about=request.about,
            shop_id=request.shop_id,
            order_id=request.order_id,
            refund_id=request.refund_id,
            waybill_nos=frozenset(number for number in numbers if number),
            claim_id=request.claim_id,
            are_goods_found=request.are_goods_found,
        ),
    )


def asked_again(given: DecisionGiven, networks: Networks) -> DecisionAsked | None:
    """The question that an answer was given to; none where a newer version asks what is not known here."""
    if given.about == "unknown":
        return None
    return DecisionAsked(
        request_id=given.request_id,
        asked_by=given.asked_by,
        platform=given.platform,
        network=networks[given.platform],
        buyer_id=given.buyer_id,
        question=DecisionQuestion(
            about=given.about,
            shop_id=given.shop_id,
            order_id=given.order_id,
            refund_id=given.refund_id,
            waybill_nos=frozenset(given.waybill_nos),
            claim_id=given.claim_id,
            are_goods_found=given.are_goods_found,
        ),
    )


def is_same_question(one: DecisionAsked, other: DecisionAsked) -> bool:
    """Whether two requests ask the same, whoever asks."""
    return (one.platform, one.buyer_id, one.question) == (other.platform, other.buyer_id, other.question)
