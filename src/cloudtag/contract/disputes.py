"""The events of disputes beyond orders and refunds: chargebacks, shops' limits on a buyer, appeals."""

from cloudtag.contract.events import Event
from cloudtag.contract.types import AppealStatus, ChargebackStatus, LimitStatus, Minor, Token


class ChargebackChanged(Event, frozen=True, array_like=True, gc=False, tag_field="_", tag="k"):
    """A buyer had a payment charged back, or that was decided (stream `chargebacks`).

    `won` and `lost` are the shop's: a lost one was paid back. `currency`: that of the amount; none = the order's.
    """

    chargeback_id: Token
    order_id: Token
    buyer_id: Token
    shop_id: Token
    payment_hash: Token | None = None
    status: ChargebackStatus = "unknown"
    amount_minor: Minor | None = None
    currency: Token | None = None


class OrderLimitChanged(Event, frozen=True, array_like=True, gc=False, tag_field="_", tag="m"):
    """A shop bars a buyer from ordering there, or lifts that (stream `order-limits`, J11)."""

    shop_id: Token
    buyer_id: Token
    account_id: Token
    status: LimitStatus = "unknown"


class AppealChanged(Event, frozen=True, array_like=True, gc=False, tag_field="_", tag="p"):
    """A buyer objected to a consequence for the account, or that was decided (stream `appeals`)."""

    appeal_id: Token
    buyer_id: Token
    consequence_id: Token
    status: AppealStatus = "unknown"
