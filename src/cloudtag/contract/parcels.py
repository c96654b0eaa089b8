"""Internal records about parcels: who uses a waybill number, and what is known of the parcel under it."""

from __future__ import annotations

from functools import partial
from typing import Literal

from msgspec.structs import replace

from cloudtag.contract.internal import InternalRecord, make_id, parts_of
from cloudtag.contract.journeys import JourneySeen, ScanSeen
from cloudtag.contract.scope import from_afar

Role = Literal["outbound", "return"]


class WaybillUsed(InternalRecord, frozen=True, array_like=True, gc=False, tag_field="_", tag="wu"):
    """A buyer's order was sent under a waybill, or a refund named it as the return number.

    `waybill_no` is in canonical form. `event_id` and `occurred_at` are those of the event that first named the number.
    `is_replaced`: the refund now names another number, or the platform took this one back. `address_hashes`: where the
    order was ever said to go, of an outbound number.
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
    is_replaced: bool = False
    network: str = ""
    address_hashes: tuple[str, ...] = ()

    @property
    def party(self) -> tuple[str, str]:
        """Who uses it: network and buyer."""
        return self.network, self.buyer_id

    @property
    def internal_id(self) -> str:
        """Which use this is: one number in one role for one order or refund."""
        about = self.shop_id, self.order_id, self.refund_id or ""
        return make_id(self.waybill_no, self.role, self.network, self.buyer_id, *about)

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


class ParcelReported(InternalRecord, frozen=True, array_like=True, gc=False, tag_field="_", tag="pr"):
    """What the `parcels` processor knows of a waybill number that matters to one buyer using it.

    `waybill_no` is in canonical form. `journeys` are those that the buyer's own uses mean. `uses` are all uses of a
    return number that mean one of them or, like the buyer's, none, the buyer's own and the earliest others up to a
    bound, and `use_count` how many of them are told: one more of very many is news to nobody but its buyer. `meant`
    tells for each of them when the journey began that it means, 0 for none. `other`: where the courier that the buyer's
    return names has no parcel of the number, the one parcel of another courier that has, and that nobody means.
    """

    buyer_id: str
    waybill_no: str
    occurred_at: int
    journeys: tuple[JourneySeen, ...] = ()
    uses: tuple[WaybillUsed, ...] = ()
    meant: tuple[int, ...] = ()
    use_count: int = 0
    network: str = ""
    other: JourneySeen | None = None

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

    @property
    def latest(self) -> JourneySeen | None:
        """The journey that began last."""
        return self.journeys[-1] if self.journeys else None

    @property
    def first_scan(self) -> ScanSeen | None:
        """Of a return number, the first scan of the latest journey but its label's."""
        return None if self.latest is None else self.latest.first

    @property
    def weight_grams(self) -> int | None:
        """The most that the latest journey's parcel was weighed at."""
        return self.latest.weights[-1] if self.latest is not None and self.latest.weights else None

    @property
    def destination_hash(self) -> str | None:
        """Where the latest journey's parcel was bound for."""
        return None if self.latest is None else self.latest.destination_hash

    @property
    def destination(self) -> ScanSeen | None:
        """The scan since which that is said."""
        return None if self.latest is None else self.latest.destination

    @property
    def order_id(self) -> str | None:
        """The order that the latest journey's parcel is said to be of."""
        return None if self.latest is None else self.latest.order_id

    @property
    def order(self) -> ScanSeen | None:
        """The scan since which that is said."""
        return None if self.latest is None else self.latest.order
