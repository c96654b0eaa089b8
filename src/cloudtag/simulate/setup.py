"""What is known before the first order: shops, and the accounts that passed the exam."""

from collections.abc import Iterator

from cloudtag.contract.events import AccountChanged, Event, ShopDescribed
from cloudtag.simulate.order_context import Ids
from cloudtag.simulate.profile import DAY_MS, Profile
from cloudtag.simulate.world import Shop, all_shops

BEFORE_MS = 240 * DAY_MS
"""Shops opened this long before the first order."""


def describe(shop: Shop, event_id: str, at: int, *more_addresses: str) -> ShopDescribed:
    """What a shop says of itself; it may take returns at further addresses."""
    return ShopDescribed(
        event_id,
        at,
        shop.platform,
        shop.shop_id,
        (shop.return_address, *more_addresses),
        shop.phone_hash,
        (shop.device_hash,),
        shop.payment_hash,
        shop.category,
    )


def prologue(profile: Profile, ids: Ids) -> Iterator[Event]:
    """Every shop, its main account, and the second account of every other shop."""
    at = profile.starts_at - BEFORE_MS
    for n, shop in enumerate(all_shops()):
        yield describe(shop, ids.next("e"), at + n)
        accounts = (shop.main_account, shop.sub_account) if n % 2 else (shop.main_account,)
        for account_id in accounts:
            yield AccountChanged(ids.next("e"), at + n, shop.platform, shop.shop_id, account_id, "exam_passed")
