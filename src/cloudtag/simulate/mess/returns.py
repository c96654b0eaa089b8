"""Mess on the way back. Every function plays one honest order that is sent back; its name is the kind."""

from __future__ import annotations

from typing import Any

from msgspec.structs import replace

from cloudtag.contract.events import RefundChanged
from cloudtag.contract.types import Goods
from cloudtag.simulate.attack_script import AttackScript
from cloudtag.simulate.mess.feeds import FESTIVAL_BEGINS_MS, FESTIVAL_ENDS_MS
from cloudtag.simulate.mess.steps import (
    another_parcel,
    arrived,
    asked,
    outbound,
    pay_back,
    return_under,
    scan,
    travel_and_open,
)
from cloudtag.simulate.profile import DAY_MS, HOUR_MS, MINUTE_MS
from cloudtag.simulate.refunds import fill, inspect, new_parcel, send_back, tell
from cloudtag.simulate.world import Buyer, Shop


def return_in_two_boxes(story: AttackScript, buyer: Buyer, shop: Shop, at: int) -> None:
    """Two pieces in two boxes, the second sent a day later; each is opened for itself."""
    claim, agreed_at = asked(story, arrived(story, buyer, shop, at, pieces=2))
    piece = (Goods(claim.goods()[0].sku_id, 1),)
    opened_at = agreed_at
    for n in range(2):
        filled_at = agreed_at + n * DAY_MS + HOUR_MS
        fill(story, [claim], new_parcel(story), filled_at)
        opened_at = max(opened_at, send_back(story, claim, filled_at + HOUR_MS) + 3 * HOUR_MS)
        inspect(story, claim, opened_at, piece)
    pay_back(story, [claim], opened_at)


def replacement_after_return(story: AttackScript, buyer: Buyer, shop: Shop, at: int) -> None:
    """What was faulty is back, found and paid for; the order gets a new parcel."""
    deal = arrived(story, buyer, shop, at)
    claim, agreed_at = asked(story, deal, "quality")
    paid_at = return_under(story, [claim], agreed_at + HOUR_MS)
    another_parcel(story, deal, paid_at + 20 * HOUR_MS)


def number_mistyped(story: AttackScript, buyer: Buyer, shop: Shop, at: int) -> None:
    """A number that nobody has, put right the same day."""
    claim, agreed_at = asked(story, arrived(story, buyer, shop, at))
    parcel = new_parcel(story)
    fill(story, [claim], (parcel[0], f"{parcel[1]}7"), agreed_at + HOUR_MS)
    return_under(story, [claim], agreed_at + story.rng.randrange(2, 12) * HOUR_MS, parcel)


def number_cleared(story: AttackScript, buyer: Buyer, shop: Shop, at: int) -> None:
    """The pick-up is called off, the platform takes the number back, another is given days later."""
    claim, agreed_at = asked(story, arrived(story, buyer, shop, at))
    fill(story, [claim], new_parcel(story), agreed_at + HOUR_MS)
    filled, _ = story.entries[-1]
    if not isinstance(filled, RefundChanged):
        raise TypeError("the number was filled in last")
    cleared_at = agreed_at + 30 * HOUR_MS
    story.add(replace(filled, event_id=story.next_event_id(), occurred_at=cleared_at, waybill_cleared=True))
    return_under(story, [claim], agreed_at + 4 * DAY_MS)


def outbound_number_corrected(story: AttackScript, buyer: Buyer, shop: Shop, at: int) -> None:
    """The number is copied from the label under which the goods came, and corrected."""
    deal = arrived(story, buyer, shop, at)
    claim, agreed_at = asked(story, deal)
    fill(story, [claim], outbound(deal), agreed_at + HOUR_MS)
    return_under(story, [claim], agreed_at + story.rng.randrange(2, 24) * HOUR_MS)


def recycled_number(story: AttackScript, buyer: Buyer, shop: Shop, at: int) -> None:
    """The courier had given the number to a stranger's parcel 200 days before."""
    deal = arrived(story, buyer, shop, at)
    claim, agreed_at = asked(story, deal)
    parcel, before = new_parcel(story), agreed_at - 200 * DAY_MS
    abroad: dict[str, Any] = {"order_id": None, "destination_hash": f"{story.ids.next('stranger')}"}
    scan(story, deal, parcel, "accepted", before, facility="hub-elsewhere-out", **abroad)
    scan(story, deal, parcel, "signed", before + 2 * DAY_MS, facility="hub-elsewhere-in", signer="recipient", **abroad)
    return_under(story, [claim], agreed_at + HOUR_MS, parcel, wait_ms=6 * HOUR_MS)


def label_created_only(story: AttackScript, buyer: Buyer, shop: Shop, at: int) -> None:
    """A label is bought, the courier comes for the parcel two days and a half later."""
    deal = arrived(story, buyer, shop, at)
    claim, agreed_at = asked(story, deal)
    parcel = new_parcel(story)
    home: dict[str, Any] = {"order_id": None, "destination_hash": shop.return_address}
    scan(story, deal, parcel, "label_created", agreed_at + HOUR_MS, **home)
    return_under(story, [claim], agreed_at + HOUR_MS, parcel, wait_ms=60 * HOUR_MS)


def given_up(story: AttackScript, buyer: Buyer, shop: Shop, at: int) -> None:
    """A number is given, nothing is sent, and the buyer keeps the goods: the refund is withdrawn."""
    deal = arrived(story, buyer, shop, at)
    claim, agreed_at = asked(story, deal)
    fill(story, [claim], new_parcel(story), agreed_at + HOUR_MS)
    tell(story, claim, "withdrawn", agreed_at + story.rng.randrange(1, 6) * DAY_MS)


def signed_at_the_counter(story: AttackScript, buyer: Buyer, shop: Shop, at: int) -> None:
    """The counter that takes the parcel in scans `signed`; the number is typed in at home, the parcel travels."""
    deal = arrived(story, buyer, shop, at)
    claim, agreed_at = asked(story, deal)
    parcel, handed_in_at = new_parcel(story), agreed_at + 2 * HOUR_MS
    home: dict[str, Any] = {"order_id": None, "destination_hash": shop.return_address}
    scan(story, deal, parcel, "accepted", handed_in_at, **home)
    scan(story, deal, parcel, "signed", handed_in_at + MINUTE_MS, signer="station", **home)
    fill(story, [claim], parcel, handed_in_at + 2 * HOUR_MS)
    pay_back(story, [claim], travel_and_open(story, claim, handed_in_at + 5 * HOUR_MS))


def typed_after_signature(story: AttackScript, buyer: Buyer, shop: Shop, at: int) -> None:
    """A same-day courier: the shop signs, and the buyer types the number minutes later; then it is opened."""
    deal = arrived(story, buyer, shop, at)
    claim, agreed_at = asked(story, deal)
    claim.carrier, claim.waybill_no = new_parcel(story)
    signed_at = send_back(story, claim, agreed_at + HOUR_MS)
    fill(story, [claim], (claim.carrier, claim.waybill_no), signed_at + story.rng.randrange(1, 9) * MINUTE_MS)
    inspect(story, claim, signed_at + 5 * HOUR_MS, claim.goods())
    pay_back(story, [claim], signed_at + 5 * HOUR_MS)


def same_town(story: AttackScript, buyer: Buyer, shop: Shop, at: int) -> None:
    """Buyer and shop use one station; the parcel never leaves it, weighs what was sent, and is opened days later."""
    neighbour = replace(buyer, city=shop.city)
    deal = story.buy(neighbour, shop, at)
    story.ship(deal)
    station, parcel = f"station-{shop.city}", outbound(deal)
    weight = story.rng.randrange(300, 3000)
    known: dict[str, Any] = {"facility": station, "weight_grams": weight}
    scan(story, deal, parcel, "accepted", deal.shipped_at + HOUR_MS, **known)
    deal.signed_at = deal.shipped_at + 20 * HOUR_MS
    scan(story, deal, parcel, "signed", deal.signed_at, signer="recipient", **known)
    claim, agreed_at = asked(story, deal)
    back = new_parcel(story)
    fill(story, [claim], back, agreed_at + HOUR_MS)
    home: dict[str, Any] = {"order_id": None, "destination_hash": shop.return_address, **known}
    scan(story, deal, back, "accepted", agreed_at + 2 * HOUR_MS, **home)
    scan(story, deal, back, "signed", agreed_at + 9 * HOUR_MS, signer="recipient", **home)
    opened_at = agreed_at + 4 * DAY_MS
    inspect(story, claim, opened_at, claim.goods())
    pay_back(story, [claim], opened_at)


def over_the_festival(story: AttackScript, buyer: Buyer, shop: Shop, at: int) -> None:
    """The number is given on the eve of the Spring Festival; the couriers fetch the parcel when it is over.

    An order placed too late for that goes back in the usual way.
    """
    claim, agreed_at = asked(story, arrived(story, buyer, shop, at))
    eve = FESTIVAL_BEGINS_MS - story.rng.randrange(2, 20) * HOUR_MS
    if agreed_at >= eve:
        return_under(story, [claim], agreed_at + HOUR_MS)
    else:
        return_under(story, [claim], eve, wait_ms=FESTIVAL_ENDS_MS + 12 * HOUR_MS - eve)


SITUATIONS = (
    return_in_two_boxes,
    replacement_after_return,
    number_mistyped,
    number_cleared,
    outbound_number_corrected,
    recycled_number,
    label_created_only,
    given_up,
    signed_at_the_counter,
    typed_after_signature,
    same_town,
    over_the_festival,
)
