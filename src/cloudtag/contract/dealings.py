"""What accounts that share something are counted together by: each by itself says little."""

from __future__ import annotations

from collections.abc import Callable

from msgspec import Struct
from msgspec.structs import replace


class AskedBack(Struct, frozen=True, array_like=True, gc=False):
    """Money asked back for goods that were sent, for a `kind` of reason; told of the first such refund of an order."""

    kind: str
    shop_id: str
    order_id: str
    refund_id: str
    occurred_at: int
    event_id: str


class BadRating(Struct, frozen=True, array_like=True, gc=False):
    """A review that gives an order so few stars, since `occurred_at`."""

    rating: int
    shop_id: str
    order_id: str
    review_id: str
    occurred_at: int
    event_id: str


class InsuredOrder(Struct, frozen=True, array_like=True, gc=False):
    """An order whose freight is insured, placed at `occurred_at`; `paid_at` is when the insurance paid, 0 if never.

    `event_id`, of `stream`, tells of the placing, `paid_event_id` of the payment.
    """

    order_id: str
    shop_id: str
    occurred_at: int
    event_id: str
    stream: str = "orders"
    paid_at: int = 0
    paid_event_id: str = ""


class Dealings(Struct, frozen=True, array_like=True, gc=False):
    """What one account did that counts together with what others did who share a device, a payment account, a phone.

    Bounded: of each kind the newest.
    """

    asked: tuple[AskedBack, ...] = ()
    rated: tuple[BadRating, ...] = ()
    insured: tuple[InsuredOrder, ...] = ()

    def named(self, name: Callable[[str], str]) -> Dealings:
        """The same, each id by another name."""
        if not (self.asked or self.rated or self.insured):
            return self
        return Dealings(
            tuple(
                replace(a, shop_id=name(a.shop_id), order_id=name(a.order_id), refund_id=name(a.refund_id))
                for a in self.asked
            ),
            tuple(
                replace(r, shop_id=name(r.shop_id), order_id=name(r.order_id), review_id=name(r.review_id))
                for r in self.rated
            ),
            tuple(replace(i, shop_id=name(i.shop_id), order_id=name(i.order_id)) for i in self.insured),
        )
