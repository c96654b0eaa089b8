"""Internal records that join buyers with buyers, and with shops' agents: who showed the same attribute, and what
follows."""

from __future__ import annotations

from msgspec import Struct
from msgspec.structs import replace

from cloudtag.contract.dealings import Dealings
from cloudtag.contract.internal import InternalRecord, make_id, parts_of
from cloudtag.contract.scope import is_from_afar, name_in


class Claim(Struct, frozen=True, array_like=True, gc=False):
    """A refund that says the wrong goods came: what was ordered, and what came instead by claim or by inspection.

    `other_skus` are what the returned parcel held (`is_inspected`) or else what the buyer says came (the refund's
    lines), ordered skus left out. The reason is given since `claimed_at`; `stream`, `event_id` and `occurred_at` are
    those of the event that names the other goods.
    """

    refund_id: str
    order_id: str
    shop_id: str
    reason: str
    claimed_at: int
    claim_event_id: str
    ordered_skus: tuple[str, ...]
    other_skus: tuple[str, ...]
    is_inspected: bool
    occurred_at: int
    event_id: str
    stream: str


class UnpaidOrder(Struct, frozen=True, array_like=True, gc=False):
    """An order that was placed and not paid in time; `pieces` by sku in the order of `skus`."""

    order_id: str
    shop_id: str
    skus: tuple[str, ...]
    pieces: tuple[int, ...]
    occurred_at: int
    event_id: str
    is_stock_zeroed: bool = False
    promotion_id: str | None = None
    part_count: int = 0
    """How many of the articles, the last ones, are named as parts of its sets."""


class OutboundNumber(Struct, frozen=True, array_like=True, gc=False):
    """A number that a shop named for an order: when first, and its courier where it is known.

    `places` are where the order was to go, as `address:HASH` and `area:CELL`.
    """

    waybill_no: str
    named_at: int
    carrier: str | None = None
    places: tuple[str, ...] = ()


class AttributeUsed(InternalRecord, frozen=True, array_like=True, gc=False, tag_field="_", tag="au"):
    """Somebody showed an attribute: `attribute` is its kind and value, as in `device:9f2c…`.

    Kinds: `address`, `phone`, `device` and `payment` of a buyer's orders (some of them of a shop too);
    `area:SHOP/CELL`, the area of an address the shop was to send to; `picture` (sha256) and `phash` (a pair of bands
    of a perceptual hash) of evidence, one use per refund or complaint (`subject`); `unpaid:SHOP:KIND:VALUE` for orders
    left unpaid. A use by a shop has a `shop_id` and no buyer. `alerted_at`: since when alerts accuse the buyer, 0 if
    none does. `used_at` are the first uses of each period in which a buyer showed it; `dealings` what the buyer did
    that counts together with what others did who show it. `outbound` are the numbers that the order of a picture had
    been sent under by then (bounded): what it shows may be the box that others' goods came in as well.
    """

    attribute: str
    occurred_at: int
    event_id: str
    platform: str
    buyer_id: str
    subject: str = ""
    shop_id: str | None = None
    category: str | None = None
    order_id: str | None = None
    phash: str | None = None
    alerted_at: int = 0
    claims: tuple[Claim, ...] = ()
    unpaid: tuple[UnpaidOrder, ...] = ()
    used_at: tuple[int, ...] = ()
    dealings: Dealings = Dealings()
    stream: str = "orders"
    """The stream of the event."""
    network: str = ""
    outbound: tuple[OutboundNumber, ...] = ()

    @property
    def party(self) -> tuple[str, str]:
        """Who shows it: network and buyer."""
        return self.network, self.buyer_id

    @property
    def internal_id(self) -> str:
        """Which statement this is: one attribute, shown by one buyer (about one subject and order) or one shop.

        One subject may show two pictures that look alike, and speak of its order only now and then.
        """
        if not self.subject:
            return make_id(self.attribute, self.network, self.buyer_id, "" if self.buyer_id else self.shop_id or "")
        about = self.shop_id or "", self.subject, self.order_id or "", self.phash or ""
        return make_id(self.attribute, self.network, self.buyer_id, *about)

    @classmethod
    def retraction(cls, internal_id: str, revision: int, occurred_at: int) -> AttributeUsed:
        """The statement no longer holds."""
        attribute, network, buyer_id, shop_id, *about = parts_of(internal_id)
        subject, order_id, phash = about or ("", "", "")
        return cls(
            revision, False, attribute, occurred_at, "", "", buyer_id, subject, shop_id or None,
            order_id=order_id or None, phash=phash or None, network=network,
        )  # fmt: skip

    def seen_from(self, network: str) -> AttributeUsed:
        """The use as a buyer of that network is told of it: the ids of another network are no ids there."""
        if network == self.network and not is_from_afar(self.buyer_id):
            return self

        def named(name: str) -> str:
            return name_in(network, self.network, name)

        return replace(
            self,
            buyer_id=named(self.buyer_id) if self.buyer_id else "",
            subject=named(self.subject) if self.subject else "",
            shop_id=named(self.shop_id) if self.shop_id else None,
            order_id=named(self.order_id) if self.order_id else None,
            claims=tuple(
                replace(c, refund_id=named(c.refund_id), order_id=named(c.order_id), shop_id=named(c.shop_id))
                for c in self.claims
            ),
            unpaid=tuple(replace(o, order_id=named(o.order_id), shop_id=named(o.shop_id)) for o in self.unpaid),
            dealings=self.dealings.named(named),
        )


class LinkReported(InternalRecord, frozen=True, array_like=True, gc=False, tag_field="_", tag="lr"):
    """Who else showed an attribute (bounded)."""

    buyer_id: str
    attribute: str
    occurred_at: int
    others: tuple[AttributeUsed, ...] = ()
    network: str = ""

    @property
    def kind(self) -> str:
        """The kind of the attribute."""
        return self.attribute.partition(":")[0]

    @property
    def internal_id(self) -> str:
        """Which report this is: one attribute, for one buyer."""
        return make_id(self.attribute, self.network, self.buyer_id)

    @classmethod
    def retraction(cls, internal_id: str, revision: int, occurred_at: int) -> LinkReported:
        """The statement no longer holds."""
        attribute, network, buyer_id = parts_of(internal_id)
        return cls(revision, False, buyer_id, attribute, occurred_at, network=network)


class LinkPassed(InternalRecord, frozen=True, array_like=True, gc=False, tag_field="_", tag="lp"):
    """A go-between, `over_id`, tells a linked buyer of somebody else who is linked to the go-between by other means.

    `uses` are what that other buyer, `other_id`, shares with the go-between; `gap_ms` is how far apart the two of them
    used each of it, in the same order. `network` is that of the buyer who is told.
    """

    buyer_id: str
    over_id: str
    other_id: str
    occurred_at: int
    uses: tuple[AttributeUsed, ...] = ()
    gap_ms: tuple[int, ...] = ()
    network: str = ""

    @property
    def internal_id(self) -> str:
        """Which statement this is: one buyer, told to one other over one go-between."""
        return make_id(self.network, self.buyer_id, self.over_id, self.other_id)

    @classmethod
    def retraction(cls, internal_id: str, revision: int, occurred_at: int) -> LinkPassed:
        """The statement no longer holds."""
        network, buyer_id, over_id, other_id = parts_of(internal_id)
        return cls(revision, False, buyer_id, over_id, other_id, occurred_at, network=network)


class SkuOwned(InternalRecord, frozen=True, array_like=True, gc=False, tag_field="_", tag="so"):
    """A linked buyer ordered, in the same shop, the sku that came back in somebody else's parcel.

    For the buyer who claims (`buyer_id`), about the order of that claim; `owner_id` ordered the sku. All of it is in
    one shop.
    """

    buyer_id: str
    order_id: str
    refund_id: str
    owner_id: str
    sku_id: str
    unit_price_minor: int
    owner_order_id: str
    attribute: str
    event_id: str
    occurred_at: int
    currency: str | None = None
    network: str = ""
    shop_id: str = ""

    @property
    def internal_id(self) -> str:
        """Which statement this is: one sku of one owner, about one refund."""
        about = self.order_id, self.refund_id, self.owner_id, self.sku_id
        return make_id(self.network, self.buyer_id, self.shop_id, *about)

    @classmethod
    def retraction(cls, internal_id: str, revision: int, occurred_at: int) -> SkuOwned:
        """The statement no longer holds."""
        network, buyer_id, shop_id, order_id, refund_id, owner_id, sku_id = parts_of(internal_id)
        return cls(
            revision, False, buyer_id, order_id, refund_id, owner_id, sku_id, 0, "", "", "", occurred_at,
            network=network, shop_id=shop_id,
        )  # fmt: skip
