"""The events cloudtag takes in, one struct per input stream; `disputes` has the rest of them.

Every event says something that happened at `occurred_at` and never changes: a correction is a later event.
Field names are those of the Avro schemas; a field that is absent takes its default.
"""

from typing import Annotated

from msgspec import Meta, Struct

from cloudtag.contract.types import (
    AbuseKind,
    AccountStatus,
    Canceller,
    Complainant,
    ComplaintStatus,
    ComplaintType,
    Condition,
    ContactChannel,
    GoodsList,
    InsuranceStatus,
    Lines,
    Millis,
    Minor,
    Note,
    OrderStatus,
    PackageKind,
    Proofs,
    Quantity,
    RefundReason,
    RefundStatus,
    RefundType,
    Revision,
    ScanKind,
    SentParcels,
    SignerKind,
    TaggedOrder,
    Token,
    Tokens,
    VerdictKind,
    ViolationStatus,
)


class Event(Struct, frozen=True, array_like=True, gc=False):
    """What every event carries: its unique id, its event time and the platform it happened on."""

    event_id: Token
    occurred_at: Millis
    platform: Token


class OrderChanged(Event, frozen=True, array_like=True, gc=False, tag_field="_", tag="o"):
    """An order reached a status. Later events may leave out what earlier ones said.

    Numbers accumulate: an order has all the parcels ever named for it, by `waybill_no` or in `parcels`.
    """

    order_id: Token
    buyer_id: Token
    shop_id: Token
    status: OrderStatus = "unknown"
    lines: Lines = ()
    currency: Token | None = None
    region: Token | None = None
    address_hash: Token | None = None
    address_area: Token | None = None
    address_valid: bool | None = None
    phone_hash: Token | None = None
    device_hash: Token | None = None
    payment_hash: Token | None = None
    promotion_id: Token | None = None
    affiliate_id: Token | None = None
    freight_insured: bool = False
    custom_made: bool = False
    buyer_note: Note | None = None
    stock_zeroed: bool = False
    carrier: Token | None = None
    waybill_no: Token | None = None
    cancelled_by: Canceller = "unknown"
    parcels: SentParcels = ()
    note_meaningless: bool = False


class RefundChanged(Event, frozen=True, array_like=True, gc=False, tag_field="_", tag="r"):
    """A refund was opened, amended, answered or given a return number, or the platform took the number back.

    `currency`: that of the amount; none = the order's.
    """

    refund_id: Token
    order_id: Token
    buyer_id: Token
    shop_id: Token
    status: RefundStatus = "unknown"
    type: RefundType = "unknown"
    reason: RefundReason = "unknown"
    claims_received: bool | None = None
    lines: GoodsList = ()
    amount_minor: Minor | None = None
    carrier: Token | None = None
    waybill_no: Token | None = None
    offline: bool = False
    evidence: Proofs = ()
    deadline_at: Millis | None = None
    currency: Token | None = None
    waybill_cleared: bool = False
    approved_by: Token | None = None


class ParcelScanned(Event, frozen=True, array_like=True, gc=False, tag_field="_", tag="l"):
    """A courier scanned a parcel.

    `carrier` is none where nobody named it; on the wire that is "", since earlier schemas require a text.
    `time_is_local`: `occurred_at` is a local time stamped as UTC. `received_at`: when upstream took the scan in.
    """

    carrier: Token | None
    waybill_no: Token
    order_id: Token | None = None
    scan: ScanKind = "unknown"
    facility: Token | None = None
    destination_hash: Token | None = None
    package: PackageKind = "unknown"
    weight_grams: Quantity | None = None
    signer: SignerKind | None = None
    time_is_local: bool = False
    received_at: Millis | None = None


class ReturnInspected(Event, frozen=True, array_like=True, gc=False, tag_field="_", tag="i"):
    """A shop opened a returned parcel and wrote down what was inside (nothing listed = empty parcel).

    Not `arrived`: nothing came at all.
    """

    refund_id: Token
    order_id: Token
    buyer_id: Token
    shop_id: Token
    waybill_no: Token | None = None
    received: GoodsList = ()
    condition: Annotated[tuple[Condition, ...], Meta(max_length=20)] = ()
    authentic: bool | None = None
    package: PackageKind = "unknown"
    arrived: bool = True
    weight_grams: Quantity | None = None


class ReviewPosted(Event, frozen=True, array_like=True, gc=False, tag_field="_", tag="v"):
    """A buyer reviewed an order."""

    review_id: Token
    order_id: Token
    buyer_id: Token
    shop_id: Token
    rating: Annotated[int, Meta(ge=1, le=5)]
    demands_money: bool = False
    advertises: bool = False
    chat_evidence_no: Token | None = None


class ComplaintChanged(Event, frozen=True, array_like=True, gc=False, tag_field="_", tag="c"):
    """A complaint by a buyer or a shop was opened or decided."""

    complaint_id: Token
    buyer_id: Token
    shop_id: Token
    complainant: Complainant = "unknown"
    status: ComplaintStatus = "unknown"
    type: ComplaintType = "unknown"
    order_id: Token | None = None
    demands_money: bool = False
    chat_evidence_no: Token | None = None
    evidence: Proofs = ()


class BuyerContacted(Event, frozen=True, array_like=True, gc=False, tag_field="_", tag="t"):
    """A shop tried to reach a buyer about an order."""

    order_id: Token
    buyer_id: Token
    shop_id: Token
    channel: ContactChannel = "unknown"
    answered: bool = False


class InsuranceChanged(Event, frozen=True, array_like=True, gc=False, tag_field="_", tag="n"):
    """A freight insurance was bound to an order, claimed or paid."""

    claim_id: Token
    order_id: Token
    buyer_id: Token
    shop_id: Token
    status: InsuranceStatus = "unknown"
    amount_minor: Minor | None = None


class TagSubmitted(Event, frozen=True, array_like=True, gc=False, tag_field="_", tag="g"):
    """A shop's account tagged orders under a scenario.

    `withdraws`: the `event_id` of a submission of the same shop that this event takes back; it tags nothing itself.
    """

    submission_id: Token
    shop_id: Token
    account_id: Token
    scenarios: Tokens = ()
    orders: Annotated[tuple[TaggedOrder, ...], Meta(max_length=1000)] = ()
    chat_evidence_no: Token | None = None
    withdraws: Token | None = None


class AlertAnswered(Event, frozen=True, array_like=True, gc=False, tag_field="_", tag="d"):
    """A verdict on an alert: a shop's, or without `shop_id` the platform's (stream `verdicts`).

    Without `shop_id` or `account_id` the wire says "", since earlier schemas require a text. `alert_revision` is what
    the reviewer saw. `withdraws`: the `event_id` of an earlier verdict that this event takes back; then it says nothing
    itself, and `verdict` may be left out.
    """

    alert_id: Token
    buyer_id: Token
    shop_id: Token | None
    account_id: Token | None
    verdict: VerdictKind = "unknown"
    reviewer: Token | None = None
    alert_revision: Revision | None = None
    reason: Note | None = None
    withdraws: Token | None = None


class ShopDescribed(Event, frozen=True, array_like=True, gc=False, tag_field="_", tag="s"):
    """A shop's return addresses, own identifiers and category (stream `shops`)."""

    shop_id: Token
    return_address_hashes: Tokens = ()
    phone_hash: Token | None = None
    device_hashes: Tokens = ()
    payment_hash: Token | None = None
    category: Token | None = None


class AccountChanged(Event, frozen=True, array_like=True, gc=False, tag_field="_", tag="a"):
    """A shop's account passed the tagging exam, or lost the permission (stream `accounts`)."""

    shop_id: Token
    account_id: Token
    status: AccountStatus = "unknown"


class ViolationChanged(Event, frozen=True, array_like=True, gc=False, tag_field="_", tag="x"):
    """A seller's false-transaction case moved (stream `violations`)."""

    case_id: Token
    shop_id: Token
    status: ViolationStatus = "unknown"
    severe: bool = False
    order_ids: Tokens = ()


class AbuseFound(Event, frozen=True, array_like=True, gc=False, tag_field="_", tag="b"):
    """The platform found that a shop misused tagging (stream `abuses`, J13).

    `withdraws`: the `event_id` of an earlier finding of the same shop that this event takes back; then it finds nothing
    itself.
    """

    shop_id: Token
    submission_id: Token | None = None
    kind: AbuseKind = "unknown"
    withdraws: Token | None = None


class ErasureRequested(Event, frozen=True, array_like=True, gc=False, tag_field="_", tag="e"):
    """A buyer is to be forgotten (stream `erasures`): the keyed state is emptied, and later events of the buyer are
    refused.

    Nothing brings the buyer back: a second request changes nothing.
    """

    buyer_id: Token
