"""Internal records of shops: what a buyer's keyed state asks of one, what it learns, and which orders a shop has
tagged."""

from __future__ import annotations

from msgspec import Struct

from cloudtag.contract.internal import InternalRecord, make_id, parts_of


class ShopAsked(InternalRecord, frozen=True, array_like=True, gc=False, tag_field="_", tag="sa"):
    """A buyer's keyed state needs to know a shop: where its returns go, what it sells."""

    shop_id: str
    buyer_id: str
    occurred_at: int
    network: str = ""

    @property
    def internal_id(self) -> str:
        """Which question this is: one shop, asked about for one buyer."""
        return make_id(self.network, self.shop_id, self.buyer_id)

    @classmethod
    def retraction(cls, internal_id: str, revision: int, occurred_at: int) -> ShopAsked:
        """It need not know any more."""
        network, shop_id, buyer_id = parts_of(internal_id)
        return cls(revision, False, shop_id, buyer_id, occurred_at, network=network)


class Listing(Struct, frozen=True, array_like=True, gc=False):
    """The return addresses a shop listed from an event on, until its next listing."""

    from_ms: int
    event_id: str
    hashes: tuple[str, ...]


class ShopReported(InternalRecord, frozen=True, array_like=True, gc=False, tag_field="_", tag="sr"):
    """What a shop last said of itself, for a buyer's keyed state that asked.

    `event_id` and `occurred_at` are those of the event since which it says this. `listings` are its return addresses
    over time, oldest first, bounded; those it last listed are `return_address_hashes`. The category was first given at
    `category_from_ms`. `owner_marks`: by what the shop's owner was ever known (F18).
    """

    shop_id: str
    buyer_id: str
    occurred_at: int
    event_id: str = ""
    return_address_hashes: tuple[str, ...] = ()
    category: str | None = None
    category_from_ms: int = 0
    listings: tuple[Listing, ...] = ()
    network: str = ""
    owner_marks: tuple[str, ...] = ()

    @property
    def internal_id(self) -> str:
        """Which answer this is: one shop, for one buyer."""
        return make_id(self.network, self.shop_id, self.buyer_id)

    @classmethod
    def retraction(cls, internal_id: str, revision: int, occurred_at: int) -> ShopReported:
        """Nothing is known of the shop any more."""
        network, shop_id, buyer_id = parts_of(internal_id)
        return cls(revision, False, shop_id, buyer_id, occurred_at, network=network)


class TagRequested(InternalRecord, frozen=True, array_like=True, gc=False, tag_field="_", tag="tr"):
    """A shop's submission about one order, as the `shops` processor judged it.

    `rejection` is the reason the shop side already refused it (permission, limits), or none. `voided_by` names the
    finding of misuse, or the event that took the submission back, by which it is void. `owner_marks`: by what the
    shop's owner is known, so that the buyer's keyed state can tell shops that are one (F18).
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
    owner_marks: tuple[str, ...] = ()
    network: str = ""

    @property
    def internal_id(self) -> str:
        """Which statement this is: one order of one submission."""
        return make_id(self.network, self.shop_id, self.submission_id, self.order_id, self.buyer_id)

    @classmethod
    def retraction(cls, internal_id: str, revision: int, occurred_at: int) -> TagRequested:
        """The submission no longer names the order."""
        network, shop_id, submission_id, order_id, buyer_id = parts_of(internal_id)
        return cls(
            revision=revision,
            is_held=False,
            buyer_id=buyer_id,
            order_id=order_id,
            submission_id=submission_id,
            event_id="",
            occurred_at=occurred_at,
            platform="",
            shop_id=shop_id,
            account_id="",
            network=network,
        )
