"""Internal records about parcels: who uses a waybill number, and what is known of the parcel under it."""

from __future__ import annotations

from functools import partial
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from cloudtag.contract.internal import InternalRecord, make_id, parts_of
from cloudtag.contract.scope import from_afar
from cloudtag.contract.types import PackageKind, SignerKind

Role = Literal["outbound", "return"]


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
    network: str = ""

    @property
    def internal_id(self) -> str:
        """Which use this is: one number in one role for one order or refund."""
        about = self.network, self.buyer_id, self.shop_id, self.order_id, self.refund_id or ""
        return make_id(self.waybill_no, self.role, *about)

    def seen_from(self, network: str) -> WaybillUsed:
        """The use as a buyer of that network is told of it: the ids of another network are no ids there."""
        if network == self.network:
            return self
        far = partial(from_afar, self.network)
        return replace(
            self,
            buyer_id=far(self.buyer_id),
            shop_id=far(self.shop_id),
            order_id=far(self.order_id),
            refund_id=far(self.refund_id) if self.refund_id else None,
        )

    @classmethod
    def retraction(cls, internal_id: str, revision: int, occurred_at: int) -> WaybillUsed:
        """The number is no longer used so: it was corrected."""
        waybill_no, role, network, buyer_id, shop_id, order_id, refund_id = parts_of(internal_id)
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
            network=network,
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
    network: str = ""

    @property
    def internal_id(self) -> str:
        """Which report this is: one number, for one buyer."""
        return make_id(self.waybill_no, self.network, self.buyer_id)

    @classmethod
    def retraction(cls, internal_id: str, revision: int, occurred_at: int) -> ParcelReported:
        """The statement no longer holds."""
        waybill_no, network, buyer_id = parts_of(internal_id)
        return cls(
            revision=revision,
            is_held=False,
            waybill_no=waybill_no,
            buyer_id=buyer_id,
            occurred_at=occurred_at,
            network=network,
        )
