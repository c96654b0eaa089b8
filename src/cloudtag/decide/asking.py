"""What a request for a decision says, and what is asked by it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Any, Literal

from msgspec import Meta, Struct

from cloudtag.contract.decision_records import DecisionGiven
from cloudtag.contract.scope import Networks
from cloudtag.contract.spelling import slip_of
from cloudtag.contract.types import PLATFORMS, Token
from cloudtag.decisions.decide import DecisionQuestion, DecisionSubject
from cloudtag.decisions.decision_answers import DecisionAsked
from cloudtag.parcels.numbers import canonical_number

_IDS = ("request_id", "platform", "buyer_id", "shop_id", "order_id", "refund_id", "claim_id")


class DecisionRequest(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What may be done about an order, a refund, a return or an insurance claim.

    `request_id` is the caller's: the same one has the same answer. `are_goods_found`: the shop has found in the parcel
    what the return claims. `durable`: answer only when the broker has the record of it. `judge`: the engine is asked
    first what would follow from `events` about this buyer, in the replay form, each with its `stream`; they are not
    kept.
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
    judge: bool = False
    events: Annotated[tuple[dict[str, Any], ...], Meta(max_length=20)] = ()


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
    if request.judge != bool(request.events):
        return "events: they are what is judged" if request.judge else "judge: it is not said, and there are events"
    return None


def asked_by(request: DecisionRequest, name: str, networks: Networks) -> DecisionAsked:
    """The question of a request that the holder of a token makes."""
    numbers = (canonical_number(number) for number in request.waybill_nos)
    return _asked(request, name, networks, request.about, (number for number in numbers if number))


def asked_again(given: DecisionGiven, networks: Networks) -> DecisionAsked | None:
    """The question that an answer was given to; none where a newer version asks what is not known here."""
    if given.about == "unknown":
        return None
    return _asked(given, given.asked_by, networks, given.about, given.waybill_nos)


def _asked(
    source: DecisionRequest | DecisionGiven,
    name: str,
    networks: Networks,
    about: DecisionSubject,
    waybill_nos: Iterable[str],
) -> DecisionAsked:
    return DecisionAsked(
        request_id=source.request_id,
        asked_by=name,
        platform=source.platform,
        network=networks[source.platform],
        buyer_id=source.buyer_id,
        question=DecisionQuestion(
            about=about,
            shop_id=source.shop_id,
            order_id=source.order_id,
            refund_id=source.refund_id,
            waybill_nos=frozenset(waybill_nos),
            claim_id=source.claim_id,
            are_goods_found=source.are_goods_found,
        ),
    )


def is_same_question(one: DecisionAsked, other: DecisionAsked) -> bool:
    """Whether two requests ask the same, whoever asks."""
    return (one.platform, one.buyer_id, one.question) == (other.platform, other.buyer_id, other.question)
