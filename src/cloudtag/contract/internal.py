"""What processors tell each other: private records, MessagePack on the wire, never read from outside.

An internal record is derived from input events only, has an id and a revision, and is taken back by a later revision
whose `is_held` is false. So a join across keys is a fact like any other, and withdrawal travels the same road.
"""

from __future__ import annotations

from typing import Literal

import msgspec
from msgspec import Struct

from cloudtag.contract.types import PackageKind, SignerKind

Role = Literal["outbound", "return"]


_encode = msgspec.json.Encoder().encode


def make_id(*parts: str) -> str:
    """The id of an internal record about these things."""
    return _encode(parts).decode()


def parts_of(internal_id: str) -> list[str]:
    """What an internal record is about, from its id."""
    return msgspec.json.decode(internal_id, type=list[str])


class Cause(Struct, frozen=True, array_like=True, gc=False):
    """An input event that brought a change about; `what` is what it told: a status, a kind of scan, a verdict."""

    stream: str
    event_id: str
    occurred_at: int
    what: str = ""


class Caused(Struct, frozen=True, kw_only=True, array_like=True, gc=False):
    """Why an internal record was told anew, or taken back. What it says never depends on that, nor does what follows
    from it."""

    because: tuple[Cause, ...] = ()


class InternalRecord(Caused, frozen=True, array_like=True, gc=False):
    """What every internal record carries: its revision, and whether it still holds. Its id is made of what it is about.

    `because` are the input events that came when it was told anew: none the first time.
    """

    revision: int
    is_held: bool


class WaybillUsed(InternalRecord, frozen=True, array_like=True, gc=False, tag_field="_", tag="wu"):
    """A buyer's order was sent under a waybill, or a refund named it as the return number.

    `event_id` and `occurred_at` are those of the event that first named the number.
    """

    waybill_no: str
    role: Role
    occurred_at: int
    event_id: str
    platform: str
    buyer_id: str
    shop_id: str
    order_id: str
    refund_id: str | None = None
    carrier: str | None = None
    is_offline: bool = False

    @property
    def internal_id(self) -> str:
        """Which use this is: one number in one role for one order or refund."""
        return make_id(self.waybill_no, self.role, self.buyer_id, self.shop_id, self.order_id, self.refund_id or "")

    @classmethod
    def retraction(cls, internal_id: str, revision: int, occurred_at: int) -> WaybillUsed:
        """The number is no longer used so: it was corrected."""
        waybill_no, role, buyer_id, shop_id, order_id, refund_id = parts_of(internal_id)
        return cls(
            revision=revision,
            is_held=False,
            waybill_no=waybill_no,
            role="return" if role == "return" else "outbound",
            occurred_at=occurred_at,
            event_id="",
            platform="",
            buyer_id=buyer_id,
            shop_id=shop_id,
            order_id=order_id,
            refund_id=refund_id or None,
        )


class ScanSeen(Struct, frozen=True, array_like=True, gc=False):
    """A scan a judgement may rest on."""

    event_id: str
    occurred_at: int
    scan: str
    facility: str | None = None
    signer: SignerKind | None = None


class ParcelReported(InternalRecord, frozen=True, array_like=True, gc=False, tag_field="_", tag="pr"):
    """What the `parcels` processor knows of a waybill that matters to one buyer using it.

    Only what some judgement reads is filled in: scans, package, weight and destination for a return number, the
    signature for an outbound one; `uses` are all uses of a return number (bounded; `use_count` is the full count).
    """

    buyer_id: str
    waybill_no: str
    occurred_at: int
    first_scan: ScanSeen | None = None
    last_scan: ScanSeen | None = None
    signed: ScanSeen | None = None
    refused: ScanSeen | None = None
    has_one_facility: bool = False
    destination_hash: str | None = None
    package: PackageKind = "unknown"
    weight_grams: int | None = None
    uses: tuple[WaybillUsed, ...] = ()
    use_count: int = 0
    destination: ScanSeen | None = None
    """The first of the scans since which `destination_hash` is said."""

    @property
    def internal_id(self) -> str:
        """Which statement this is: one number, told to one buyer's file."""
        return make_id(self.waybill_no, self.buyer_id)

    @classmethod
    def retraction(cls, internal_id: str, revision: int, occurred_at: int) -> ParcelReported:
        """The statement no longer holds."""
        waybill_no, buyer_id = parts_of(internal_id)
        return cls(revision=revision, is_held=False, waybill_no=waybill_no, buyer_id=buyer_id, occurred_at=occurred_at)


class TagRequested(InternalRecord, frozen=True, array_like=True, gc=False, tag_field="_", tag="tr"):
    """A shop's submission about one order, as the `shops` processor judged it.

    `rejection` is the reason the shop side already refused it (permission, limits), or none. `is_held` turns false
    when the submission is void (the shop lost its permission for misuse); `voided_by` then names the finding.
    """

    buyer_id: str
    order_id: str
    submission_id: str
    event_id: str
    occurred_at: int
    platform: str
    shop_id: str
    account_id: str
    scenario: str | None = None
    rejection: str | None = None
    voided_by: str | None = None

    @property
    def internal_id(self) -> str:
        """Which statement this is: one order of one submission."""
        return make_id(self.submission_id, self.order_id, self.buyer_id)

    @classmethod
    def retraction(cls, internal_id: str, revision: int, occurred_at: int) -> TagRequested:
        """The submission no longer names the order."""
        submission_id, order_id, buyer_id = parts_of(internal_id)
        return cls(
            revision=revision,
            is_held=False,
            buyer_id=buyer_id,
            order_id=order_id,
            submission_id=submission_id,
            event_id="",
            occurred_at=occurred_at,
            platform="",
            shop_id="",
            account_id="",
        )


class WatermarkRecord(Struct, frozen=True, array_like=True, gc=False, tag_field="_", tag="tp"):
    """Event time has reached `occurred_at` on this partition: nothing earlier is still to come."""

    occurred_at: int
