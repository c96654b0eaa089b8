"""Field types shared by every stream: their units, bounds and allowed values.

The bounds are the limits of input: a value outside them is a dead letter, never a surprise further in.
"""

from typing import Annotated, Literal

from msgspec import Meta, Struct

EARLIEST_MS = 946_684_800_000  # 2000-01-01: anything before is a broken clock, not history.
LATEST_MS = 4_102_444_800_000  # 2100-01-01

Millis = Annotated[int, Meta(ge=EARLIEST_MS, lt=LATEST_MS)]
"""Event time, milliseconds since the epoch, UTC."""
Token = Annotated[str, Meta(min_length=1, max_length=256)]
"""An opaque id or a keyed hash."""
Note = Annotated[str, Meta(max_length=4096)]
"""Free text written by a person."""
Quantity = Annotated[int, Meta(ge=0, le=1_000_000)]
"""Pieces."""
Minor = Annotated[int, Meta(ge=-(10**15), le=10**15)]
"""Money in minor units of its currency (cents, fen)."""

PLATFORMS = ("taobao", "tmall", "jd", "aliexpress")
"""The platforms that have a name here; any other is taken in too."""

OrderStatus = Literal[
    "unknown",
    "placed",
    "paid",
    "partly_shipped",
    "shipped",
    "completed",
    "closed_unpaid",
    "cancelled",
]
Canceller = Literal["unknown", "buyer", "shop", "platform"]
RefundStatus = Literal[
    "unknown",
    "opened",
    "modified",
    "agreed",
    "refused",
    "waybill_filled",
    "completed",
    "withdrawn",
    "escalated",
]
RefundType = Literal["unknown", "refund_only", "return_refund", "exchange", "postage"]
RefundReason = Literal[
    "unknown",
    "no_reason",
    "not_received",
    "not_as_described",
    "wrong_item",
    "short_item",
    "damaged",
    "counterfeit",
    "quality",
    "other",
]
EvidenceKind = Literal["unknown", "picture", "video", "chat", "sms", "call_record", "other"]
EvidenceOrigin = Literal["unknown", "own", "internet", "edited", "generated"]
ScanKind = Literal[
    "unknown",
    "label_created",
    "accepted",
    "departed",
    "arrived",
    "out_for_delivery",
    "signed",
    "collected",
    "refused",
    "returned",
    "exception",
]
PackageKind = Literal["unknown", "box", "bag", "envelope"]
SignerKind = Literal["unknown", "recipient", "household", "locker", "station", "other"]
Condition = Literal["unknown", "worn", "stained", "washed", "tag_removed", "damaged_by_buyer", "package_missing"]
Complainant = Literal["unknown", "buyer", "shop"]
ComplaintStatus = Literal["unknown", "opened", "upheld", "rejected", "withdrawn", "reopened"]
ComplaintType = Literal[
    "unknown",
    "late_delivery",
    "out_of_stock",
    "information_leak",
    "invoice",
    "postage",
    "cash_on_delivery",
    "credit_card",
    "instalments",
    "cashback_for_review",
    "advertising_law",
    "insurance_refused",
    "malicious_order",
    "malicious_refund",
    "malicious_complaint",
    "malicious_review",
    "harassment",
    "deal_not_sold",
    "labelling",
    "certification",
    "food_safety",
    "other",
]
ContactChannel = Literal["unknown", "chat", "phone", "sms"]
InsuranceStatus = Literal["unknown", "bound", "claimed", "paid"]
VerdictKind = Literal["unknown", "normal", "abnormal", "ignore"]
AccountStatus = Literal["unknown", "exam_passed", "revoked"]
ViolationStatus = Literal["unknown", "found", "appealed", "appeal_upheld", "appeal_failed", "cleaned"]
AbuseKind = Literal["unknown", "false_report", "wrong_scenario", "leaked_to_buyer"]
ChargebackStatus = Literal["unknown", "opened", "won", "lost", "withdrawn"]
LimitStatus = Literal["unknown", "set", "lifted"]
AppealStatus = Literal["unknown", "opened", "upheld", "rejected"]
Revision = Annotated[int, Meta(ge=0, le=1_000_000)]
"""Which version of a record: 0 is the first."""


class Component(Struct, frozen=True, array_like=True, gc=False):
    """A part of a set: so many pieces of it are in one piece of the set."""

    sku_id: Token
    quantity: Quantity


class OrderLine(Struct, frozen=True, array_like=True, gc=False):
    """One line of an order: what was bought, how many pieces, at which price each."""

    sku_id: Token
    quantity: Quantity
    unit_price_minor: Minor
    item_id: Token | None = None
    components: Annotated[tuple[Component, ...], Meta(max_length=100)] = ()


class Goods(Struct, frozen=True, array_like=True, gc=False):
    """Pieces of one sku that are to come back, or that were found in a parcel."""

    sku_id: Token
    quantity: Quantity


class SentParcel(Struct, frozen=True, array_like=True, gc=False):
    """A parcel of an order: its number, its courier, and what is in it (nothing listed = not said)."""

    waybill_no: Token
    carrier: Token | None = None
    lines: Annotated[tuple[Goods, ...], Meta(max_length=1000)] = ()


class Proof(Struct, frozen=True, array_like=True, gc=False):
    """A piece of evidence a party handed in: its kind, content hash and, for pictures, perceptual hash.

    `origin`: where it is from, as far as the upstream system found out.
    """

    sha256: Token
    kind: EvidenceKind = "unknown"
    phash: Annotated[str, Meta(pattern=r"^[0-9a-fA-F]{16}\Z")] | None = None
    origin: EvidenceOrigin = "unknown"


class TaggedOrder(Struct, frozen=True, array_like=True, gc=False):
    """One order a shop tags, and the buyer who placed it."""

    order_id: Token
    buyer_id: Token


Lines = Annotated[tuple[OrderLine, ...], Meta(max_length=1000)]
"""The lines of an order, at most 1000."""
GoodsList = Annotated[tuple[Goods, ...], Meta(max_length=1000)]
"""Goods, at most 1000."""
SentParcels = Annotated[tuple[SentParcel, ...], Meta(max_length=100)]
"""The parcels of an order, at most 100."""
Proofs = Annotated[tuple[Proof, ...], Meta(max_length=100)]
"""Pieces of evidence, at most 100."""
Tokens = Annotated[tuple[Token, ...], Meta(max_length=1000)]
"""Names, at most 1000."""
