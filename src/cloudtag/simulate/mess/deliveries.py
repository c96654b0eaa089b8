"""Mess on the way to the buyer. Every function plays one honest order; its name is the kind."""

from __future__ import annotations

from cloudtag.contract.types import SignerKind
from cloudtag.simulate.attack_script import AttackScript
from cloudtag.simulate.mess.steps import (
    another_parcel,
    arrived,
    not_received,
    on_the_door_step,
    outbound,
    pay_back,
    return_under,
    scan,
    travel_and_open,
)
from cloudtag.simulate.order_context import OrderContext
from cloudtag.simulate.profile import DAY_MS, HOUR_MS, MINUTE_MS
from cloudtag.simulate.refunds import agree, claim_refund, fill, inspect, tell
from cloudtag.simulate.world import Buyer, Shop


def refused_delivery(story: AttackScript, buyer: Buyer, shop: Shop, at: int) -> None:
    """Refused at the door and home under its outbound number, which the form takes as the return number, or none is."""
    deal = on_the_door_step(story, buyer, shop, at)
    parcel, refused_at = outbound(deal), deal.signed_at + 3 * HOUR_MS
    scan(story, deal, parcel, "refused", refused_at)
    scan(story, deal, parcel, "returned", refused_at + 2 * HOUR_MS)
    home_at = refused_at + story.delays.transit.draw(story.rng)
    scan(story, deal, parcel, "signed", home_at, is_home=True, signer="recipient")
    if story.rng.random() < 0.3:
        claim = not_received(story, deal, home_at + HOUR_MS)
        pay_back(story, [claim], agree(story, claim, home_at + HOUR_MS))
        return
    claim = claim_refund(story, deal, refused_at + HOUR_MS, ("return_refund", "no_reason", False))
    fill(story, [claim], parcel, agree(story, claim, refused_at + HOUR_MS))
    opened_at = max(home_at, refused_at + 8 * HOUR_MS) + HOUR_MS
    inspect(story, claim, opened_at, claim.goods())
    pay_back(story, [claim], opened_at)


def split_shipment(story: AttackScript, buyer: Buyer, shop: Shop, at: int) -> None:
    """Two parcels, both of which come; now and then all goes back in one."""
    deal = arrived(story, buyer, shop, at, pieces=2)
    another_parcel(story, deal, deal.shipped_at + 20 * HOUR_MS)
    later = max(deal.signed_at, story.entries[-1][0].occurred_at)
    if story.rng.random() < 0.15:
        claim = claim_refund(story, deal, later + 5 * HOUR_MS)
        return_under(story, [claim], agree(story, claim, later + 5 * HOUR_MS))
    else:
        story.move(deal, "completed", later + DAY_MS)


def split_shipment_one_lost(story: AttackScript, buyer: Buyer, shop: Shop, at: int) -> None:
    """Of two parcels one comes, the other never; the buyer wants the money for it."""
    deal = arrived(story, buyer, shop, at, pieces=2)
    another_parcel(story, deal, deal.shipped_at + 20 * HOUR_MS, None)
    claim = not_received(story, deal, deal.signed_at + 6 * DAY_MS)
    pay_back(story, [claim], agree(story, claim, deal.signed_at + 6 * DAY_MS))


def false_delivered(story: AttackScript, buyer: Buyer, shop: Shop, at: int) -> None:
    """Scanned `signed` at the depot and carried on for two days; in between the buyer says that nothing came."""
    deal = on_the_door_step(story, buyer, shop, at)
    parcel, false_at = outbound(deal), deal.signed_at + HOUR_MS
    scan(story, deal, parcel, "signed", false_at, signer="recipient")
    claim = not_received(story, deal, false_at + DAY_MS)
    scan(story, deal, parcel, "out_for_delivery", false_at + 46 * HOUR_MS)
    scan(story, deal, parcel, "signed", false_at + 2 * DAY_MS, signer="recipient")
    if story.rng.random() < 0.8:
        tell(story, claim, "withdrawn", false_at + 2 * DAY_MS + 3 * HOUR_MS)
    else:
        tell(story, claim, "refused", false_at + 2 * DAY_MS + 3 * HOUR_MS)


def delivered_a_day_early(story: AttackScript, buyer: Buyer, shop: Shop, at: int) -> None:
    """`signed` a day before the parcel came; the buyer, who waits, sends it back at most."""
    deal = on_the_door_step(story, buyer, shop, at)
    parcel = outbound(deal)
    scan(story, deal, parcel, "signed", deal.signed_at + HOUR_MS, signer="recipient")
    scan(story, deal, parcel, "out_for_delivery", deal.signed_at + 20 * HOUR_MS)
    scan(story, deal, parcel, "signed", deal.signed_at + 24 * HOUR_MS, signer="recipient")
    deal.signed_at += 24 * HOUR_MS
    keep_or_return(story, deal)


def keep_or_return(story: AttackScript, deal: OrderContext) -> None:
    """One in ten goes back."""
    if story.rng.random() < 0.9:
        story.complete(deal)
        return
    claim = claim_refund(story, deal, deal.signed_at + 4 * HOUR_MS)
    return_under(story, [claim], agree(story, claim, deal.signed_at + 4 * HOUR_MS))


def _at_the_station(story: AttackScript, buyer: Buyer, shop: Shop, at: int) -> tuple[OrderContext, int]:
    """An order that waits in a station or locker, and since when."""
    deal = on_the_door_step(story, buyer, shop, at)
    signer: SignerKind = "locker" if buyer.has_locker or story.rng.random() < 0.3 else "station"
    waiting_at = deal.signed_at + 2 * HOUR_MS
    scan(story, deal, outbound(deal), "signed", waiting_at, signer=signer)
    deal.signed_at = waiting_at + story.rng.randrange(2 * HOUR_MS, 4 * DAY_MS)
    return deal, waiting_at


def station_pick_up(story: AttackScript, buyer: Buyer, shop: Shop, at: int) -> None:
    """It waits in a station and is collected hours or days later."""
    deal, _ = _at_the_station(story, buyer, shop, at)
    scan(story, deal, outbound(deal), "collected", deal.signed_at)
    keep_or_return(story, deal)


def returned_from_station(story: AttackScript, buyer: Buyer, shop: Shop, at: int) -> None:
    """The buyer asks for the return while the parcel waits, collects it and sends it back."""
    deal, waiting_at = _at_the_station(story, buyer, shop, at)
    claim = claim_refund(story, deal, waiting_at + HOUR_MS)
    agreed_at = agree(story, claim, waiting_at + HOUR_MS)
    collected_at = max(agreed_at, deal.signed_at)
    scan(story, deal, outbound(deal), "collected", collected_at)
    return_under(story, [claim], collected_at + 2 * HOUR_MS)


def left_with_neighbour(story: AttackScript, buyer: Buyer, shop: Shop, at: int) -> None:
    """Left with somebody else; the buyer, who found nothing, gets the money."""
    _mislaid(story, on_the_door_step(story, buyer, shop, at), "other")


def household_mislaid(story: AttackScript, buyer: Buyer, shop: Shop, at: int) -> None:
    """Somebody at home signed; the buyer does not know, asks, and takes it back."""
    _mislaid(story, on_the_door_step(story, buyer, shop, at), "household")


def _mislaid(story: AttackScript, deal: OrderContext, signer: SignerKind) -> None:
    scan(story, deal, outbound(deal), "signed", deal.signed_at + HOUR_MS, signer=signer)
    claim = not_received(story, deal, deal.signed_at + DAY_MS)
    if signer == "household" and story.rng.random() < 0.5:
        tell(story, claim, "withdrawn", deal.signed_at + DAY_MS + 5 * HOUR_MS)
    else:
        pay_back(story, [claim], agree(story, claim, deal.signed_at + DAY_MS))


def very_late_delivery(story: AttackScript, buyer: Buyer, shop: Shop, at: int) -> None:
    """Three weeks on the road. The buyer, weary of waiting, asks for a return, and sends back what comes then."""
    deal = story.buy(buyer, shop, at)
    story.ship(deal)
    parcel, accepted_at = outbound(deal), deal.shipped_at + 10 * MINUTE_MS
    scan(story, deal, parcel, "accepted", accepted_at, is_home=True)
    opened_at = deal.shipped_at + 21 * DAY_MS
    claim = claim_refund(story, deal, opened_at, ("return_refund", "other", False))
    agreed_at = agree(story, claim, opened_at)
    scan(story, deal, parcel, "out_for_delivery", opened_at + 2 * DAY_MS)
    deal.signed_at = opened_at + 2 * DAY_MS + HOUR_MS
    scan(story, deal, parcel, "signed", deal.signed_at, signer="recipient")
    fill(story, [claim], (deal.carrier or "", story.ids.next("w")), max(agreed_at, deal.signed_at) + HOUR_MS)
    pay_back(story, [claim], travel_and_open(story, claim, max(agreed_at, deal.signed_at) + 5 * HOUR_MS))


SITUATIONS = (
    refused_delivery,
    split_shipment,
    split_shipment_one_lost,
    false_delivered,
    delivered_a_day_early,
    station_pick_up,
    returned_from_station,
    left_with_neighbour,
    household_mislaid,
    very_late_delivery,
)
