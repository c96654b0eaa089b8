"""Events in words, one line each, for people who read a timeline."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from cloudtag.contract import disputes
from cloudtag.contract import events as ev
from cloudtag.contract.types import Goods, OrderLine, Proof, SentParcel
from cloudtag.detection.wording import counted

_REFUND_TYPES = {
    "refund_only": "money back without return",
    "return_refund": "return for a refund",
    "exchange": "exchange",
    "postage": "postage back",
}
_ORIGINS = {"internet": " from the internet", "edited": " (edited)", "generated": " (generated)"}
"""Where a piece of evidence is from, where that is worth a word."""
_SHOWN = 8
"""So much of a file's hash distinguishes it from others."""


def tell(event: Any, *, is_buyer_named: bool = False) -> str:
    """What an input event says. `is_buyer_named`: name the buyer, where several have a part."""
    words = _WORDS[type(event)](event)
    who = getattr(event, "buyer_id", None)
    return f"{words} [buyer {who}]" if is_buyer_named and who else words


def plain(name: str) -> str:
    """An enum's value or a field's name as words."""
    return name.replace("_", " ")


def _joined(first: str, *rest: str | None) -> str:
    return ", ".join([first, *(part for part in rest if part)])


def _goods(lines: Iterable[OrderLine | Goods]) -> str:
    return " + ".join(f"{line.quantity} × {line.sku_id}" for line in lines)


def _proofs(proofs: tuple[Proof, ...]) -> str | None:
    shown = [f"{plain(proof.kind)} {proof.sha256[:_SHOWN]}{_ORIGINS.get(proof.origin, '')}" for proof in proofs]
    return "with evidence: " + ", ".join(shown) if shown else None


def _parcel(carrier: str | None, number: str | None, what: str) -> str | None:
    return f"{what} {number}{f' ({carrier})' if carrier else ''}" if number else None


def _order(e: ev.OrderChanged) -> str:
    return _joined(
        f"order {e.order_id} {plain(e.status)} at shop {e.shop_id}",
        f"by the {e.cancelled_by}" if e.cancelled_by != "unknown" else None,
        _goods(e.lines) or None,
        f"to {e.region}" if e.region else None,
        None if e.address_valid is None else "address valid" if e.address_valid else "address not valid",
        f"promotion {e.promotion_id}" if e.promotion_id else None,
        f"through affiliate {e.affiliate_id}" if e.affiliate_id else None,
        "freight insured" if e.freight_insured else None,
        "made to order" if e.custom_made else None,
        ("with a note that says nothing" if e.note_meaningless else "with a note") if e.buyer_note else None,
        "the last of the stock" if e.stock_zeroed else None,
        _parcel(e.carrier, e.waybill_no, "parcel"),
        *(_sent(parcel) for parcel in e.parcels),
        *(f"{kind} {value}" for kind, value in _identity(e) if value),
    )


def _sent(parcel: SentParcel) -> str:
    goods = f" with {_goods(parcel.lines)}" if parcel.lines else ""
    return f"{_parcel(parcel.carrier, parcel.waybill_no, 'parcel')}{goods}"


def _identity(e: ev.OrderChanged) -> tuple[tuple[str, str | None], ...]:
    return (
        ("address", e.address_hash),
        ("area", e.address_area),
        ("phone", e.phone_hash),
        ("device", e.device_hash),
        ("payment", e.payment_hash),
    )


def _refund(e: ev.RefundChanged) -> str:
    number = _parcel(e.carrier, e.waybill_no, "return number")
    is_filling = e.status == "waybill_filled"
    step = f"gets {number or 'a return number'}" if is_filling else plain(e.status)
    return _joined(
        f"refund {e.refund_id} of order {e.order_id} {step}",
        _REFUND_TYPES.get(e.type),
        _reason(e.reason),
        None if e.claims_received is None else "goods received" if e.claims_received else "goods not received",
        f"of {_goods(e.lines)}" if e.lines else None,
        None if is_filling else number,
        "the return number is taken back" if e.waybill_cleared else None,
        f"approved by {e.approved_by}" if e.approved_by else None,
        "told outside the platform" if e.offline else None,
        _proofs(e.evidence),
    )


def _reason(reason: str) -> str | None:
    if reason in ("unknown", "no_reason"):
        return None if reason == "unknown" else "no reason given"
    return f"reason: {plain(reason)}"


def _scan(e: ev.ParcelScanned) -> str:
    return _joined(
        f"parcel {e.waybill_no} {plain(e.scan)}",
        f"by {plain(e.signer)}" if e.signer and e.signer != "unknown" else None,
        f"at {e.facility}" if e.facility else None,
        f"bound for {e.destination_hash}" if e.destination_hash else None,
        e.package if e.package != "unknown" else None,
        f"{e.weight_grams} g" if e.weight_grams is not None else None,
        "in local time" if e.time_is_local else None,
    )


def _inspection(e: ev.ReturnInspected) -> str:
    found = _goods(goods for goods in e.received if goods.quantity)
    if not e.arrived:
        told = f"shop {e.shop_id} says that nothing came of the return of refund {e.refund_id}"
        return _joined(told, _parcel(None, e.waybill_no, "parcel"))
    return _joined(
        f"shop {e.shop_id} opens the return of refund {e.refund_id}",
        _parcel(None, e.waybill_no, "parcel"),
        f"finds {found}" if found else "finds nothing",
        *(plain(condition) for condition in e.condition if condition != "unknown"),
        "not authentic" if e.authentic is False else None,
        f"in {'an' if e.package == 'envelope' else 'a'} {e.package}" if e.package != "unknown" else None,
        f"{e.weight_grams} g" if e.weight_grams is not None else None,
    )


def _review(e: ev.ReviewPosted) -> str:
    return _joined(
        f"review {e.review_id} of order {e.order_id}: {e.rating} of 5 stars",
        "demands money" if e.demands_money else None,
        "advertises" if e.advertises else None,
        "with chat evidence" if e.chat_evidence_no else None,
    )


def _complaint(e: ev.ComplaintChanged) -> str:
    return _joined(
        f"complaint {e.complaint_id} of the {e.complainant} {plain(e.status)}",
        f"about {plain(e.type)}" if e.type != "unknown" else None,
        f"order {e.order_id}" if e.order_id else None,
        f"shop {e.shop_id}",
        "demands money" if e.demands_money else None,
        "with chat evidence" if e.chat_evidence_no else None,
        _proofs(e.evidence),
    )


def _contact(e: ev.BuyerContacted) -> str:
    answer = "the buyer answers" if e.answered else "no answer"
    return f"shop {e.shop_id} asks about order {e.order_id} by {plain(e.channel)}: {answer}"


def _insurance(e: ev.InsuranceChanged) -> str:
    return f"freight insurance of order {e.order_id} {plain(e.status)}"


def _tag(e: ev.TagSubmitted) -> str:
    if e.withdraws is not None:
        return f"shop {e.shop_id} takes submission {e.withdraws} back"
    orders = ", ".join(order.order_id for order in e.orders)
    return f"shop {e.shop_id} tags {orders} as {', '.join(plain(scenario) for scenario in e.scenarios)}"


def _verdict(e: ev.AlertAnswered) -> str:
    who = "the platform" if e.shop_id is None else f"shop {e.shop_id}"
    if e.withdraws is not None:
        return f"{who} takes verdict {e.withdraws} on alert {e.alert_id} back"
    return _joined(
        f"{who} answers alert {e.alert_id}: {plain(e.verdict)}",
        f"by {e.reviewer}" if e.reviewer else None,
        f"having seen revision {e.alert_revision}" if e.alert_revision is not None else None,
        f"because: {e.reason}" if e.reason else None,
    )


def _chargeback(e: disputes.ChargebackChanged) -> str:
    return f"chargeback {e.chargeback_id} of order {e.order_id} at shop {e.shop_id} {plain(e.status)}"


def _limit(e: disputes.OrderLimitChanged) -> str:
    words = {"set": "takes no more orders", "lifted": "takes orders again"}
    return f"shop {e.shop_id} {words.get(e.status, 'says something of orders')} of the buyer, by account {e.account_id}"


def _shop(e: ev.ShopDescribed) -> str:
    addresses = len(e.return_address_hashes)
    return _joined(
        f"shop {e.shop_id} describes itself",
        f"sells {e.category}" if e.category else None,
        counted(addresses, "return address", "return addresses") if addresses else None,
        f"phone {e.phone_hash}" if e.phone_hash else None,
        *(f"device {device}" for device in e.device_hashes),
        f"payment {e.payment_hash}" if e.payment_hash else None,
    )


def _abuse(finding: ev.AbuseFound) -> str:
    if finding.withdraws is not None:
        return f"finding {finding.withdraws} against shop {finding.shop_id} taken back"
    return f"shop {finding.shop_id} misused tagging: {plain(finding.kind)}"


_WORDS: dict[type[Any], Callable[[Any], str]] = {
    ev.OrderChanged: _order,
    ev.RefundChanged: _refund,
    ev.ParcelScanned: _scan,
    ev.ReturnInspected: _inspection,
    ev.ReviewPosted: _review,
    ev.ComplaintChanged: _complaint,
    ev.BuyerContacted: _contact,
    ev.InsuranceChanged: _insurance,
    ev.TagSubmitted: _tag,
    ev.AlertAnswered: _verdict,
    ev.ShopDescribed: _shop,
    ev.AccountChanged: lambda e: f"account {e.account_id} of shop {e.shop_id}: {plain(e.status)}",
    ev.ViolationChanged: lambda e: f"violation {e.case_id} of shop {e.shop_id} {plain(e.status)}",
    ev.AbuseFound: _abuse,
    disputes.ChargebackChanged: _chargeback,
    disputes.OrderLimitChanged: _limit,
    disputes.AppealChanged: lambda e: f"appeal {e.appeal_id} against consequence {e.consequence_id} {plain(e.status)}",
    ev.ErasureRequested: lambda e: f"buyer {e.buyer_id} is to be forgotten",
}
