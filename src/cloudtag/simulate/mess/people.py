"""Who honest buyers are: heavy shoppers, namesakes, new tenants, people of one office. The name is the kind."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec.structs import replace

from cloudtag.contract.events import Event, OrderChanged
from cloudtag.simulate.attack_script import AttackScript
from cloudtag.simulate.delivery import DeliveryEntry
from cloudtag.simulate.honest import lose_parcel
from cloudtag.simulate.mess.marks import CROWDED_ADDRESS, FAMILY
from cloudtag.simulate.mess.shops import stranger
from cloudtag.simulate.mess.steps import arrived
from cloudtag.simulate.order_context import OrderContext
from cloudtag.simulate.profile import DAY_MS
from cloudtag.simulate.world import FACILITIES, Buyer, Shop, buyer, mix, shop

BLOCK = 5000
"""So many buyers share nothing with anybody outside: a block has lockers and an office of its own."""
HEAVY_ORDERS = (20, 45)
"""How many orders a heavy shopper places in a quarter of a year."""


def resident(number: int) -> Buyer:
    """Honest buyer number such-and-such: at home, at the block's locker (150 people), or in its office (100)."""
    who, block, place = buyer(number), number // BLOCK, number % 100
    if place < 3:
        return replace(who, address_hash=mix(21, block), address_area=mix(22, block), city=(block + 7) % FACILITIES)
    if place < 5:
        return replace(who, address_hash=mix(23, block), address_area=mix(24, block), city=block % FACILITIES)
    return who


def surroundings(number: int) -> tuple[str, ...]:
    """What kinds of mess follow from where a buyer lives."""
    place = number % 100
    return (CROWDED_ADDRESS,) if place < 5 else (FAMILY,) if place < 21 else ()


def new_tenant(story: AttackScript, who: Buyer, where: Shop, at: int) -> None:
    """Somebody else lived at the address half a year ago, shopped, and lost a parcel."""
    other = stranger(story, who)
    before = replace(other, address_hash=who.address_hash, address_area=who.address_area, city=who.city)
    lose_parcel(story, before, where, at - 170 * DAY_MS)


def namesake(story: AttackScript, who: Buyer, where: Shop, at: int) -> None:
    """A stranger on another platform has the buyer's id, and one of his orders has its number.

    The buyer's own parcel is lost and paid for; the stranger's comes.
    """
    lost = _losing(story, who, where, at)
    abroad = "jd" if where.platform != "jd" else "taobao"
    other = replace(stranger(story, who), buyer_id=who.buyer_id, platform=abroad)
    _same_number(story, arrived(story, other, shop(abroad, story.rng.randrange(12)), at), lost)


def two_shops_one_order_number(story: AttackScript, who: Buyer, where: Shop, at: int) -> None:
    """The buyer orders at two shops that number alike; one parcel is lost, the other comes."""
    lost = _losing(story, who, where, at)
    elsewhere = shop(where.platform, int(where.shop_id.rsplit("-", 1)[1]) + 1)
    _same_number(story, arrived(story, who, elsewhere, at), lost)


def _losing(story: AttackScript, who: Buyer, where: Shop, at: int) -> str:
    start = len(story.entries)
    lose_parcel(story, who, where, at)
    return next(event.order_id for event, _ in story.entries[start:] if isinstance(event, OrderChanged))


def _same_number(story: AttackScript, deal: OrderContext, order_id: str) -> None:
    """Everything said of an order is said of it under another number."""
    story.entries[:] = [(_renamed(event, deal.order_id, order_id), late_ms) for event, late_ms in story.entries]


def _renamed(event: Event, old: str, new: str) -> Event:
    if getattr(event, "order_id", None) != old:
        return event
    changes = {"order_id": new}
    if (claim_id := getattr(event, "claim_id", None)) is not None:
        changes["claim_id"] = claim_id.replace(old, new)
    return replace(event, **changes)


MEETINGS = (new_tenant, namesake, two_shops_one_order_number)
"""Each plays orders besides the buyer's own."""


def orders_in(entries: Iterable[DeliveryEntry]) -> tuple[str, ...]:
    """The orders that entries are about."""
    return tuple(dict.fromkeys(event.order_id for event, _ in entries if isinstance(event, OrderChanged)))
