"""How often each kind of mess happens. A field's name is the kind and its unit; its comment says where it is from.

"Guess" means that nobody was found who counted it and published the count; a guess errs on the side of often, since a
kind that is rare in the field must still show itself among a few hundred thousand buyers.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Literal

from msgspec import Struct
from msgspec.structs import asdict

RateUnit = Literal["orders", "returns", "buyers", "parcels"]
"""What a rate counts by: orders, orders that are sent back, buyers, or parcels."""
PER = "_per_10000_"


class MessRates(Struct, frozen=True, kw_only=True):
    """So many of ten thousand. What all share, as public holidays and couriers' outages, is in `feeds`."""

    # Delivery
    refused_delivery_per_10000_orders: float = 100.0
    """Guess: "refusal" is a usual way of sending back where cash on delivery is; one order in a hundred."""
    split_shipment_per_10000_orders: float = 300.0
    """Guess: orders of several articles come from several stores; both parcels arrive."""
    split_shipment_one_lost_per_10000_orders: float = 30.0
    """Guess: one of ten split orders misses a parcel for weeks."""
    false_delivered_per_10000_orders: float = 40.0
    """Guess: `signed` is scanned at the depot and the parcel carried on, to meet the courier's target."""
    delivered_a_day_early_per_10000_orders: float = 60.0
    """Guess: the same target, and the buyer waits a day without asking for money."""
    station_pick_up_per_10000_orders: float = 1500.0
    """Guess: stations and lockers take well over a tenth of China's parcels; they are collected hours or days later."""
    returned_from_station_per_10000_orders: float = 20.0
    """Guess: the buyer asks for the return while the parcel lies in the station, and collects it all the same."""
    left_with_neighbour_per_10000_orders: float = 30.0
    """Guess: left with somebody else or nobody named, and not found by the buyer."""
    household_mislaid_per_10000_orders: float = 20.0
    """Guess: somebody of the household signed, and the buyer does not know of it."""
    very_late_delivery_per_10000_orders: float = 60.0
    """Of Olist's orders in Brazil (2016 to 2018, the source of the delays here) about one in twelve took over 20 days;
    within a country's cities far fewer: guess."""

    # Returns
    return_in_two_boxes_per_10000_returns: float = 300.0
    """Guess: several pieces rarely fit the bag they came in."""
    replacement_after_return_per_10000_returns: float = 300.0
    """Guess: a shop sends the faulty piece again under the same order."""
    number_mistyped_per_10000_returns: float = 200.0
    """Guess: of numbers copied by hand a few in a hundred are wrong; most are noticed the same day."""
    number_cleared_per_10000_returns: float = 60.0
    """Guess: the platform takes a number back when the buyer calls the pick-up off, and another is given."""
    outbound_number_corrected_per_10000_returns: float = 60.0
    """Guess: the number is copied from the wrong label on the box and corrected."""
    recycled_number_per_10000_returns: float = 40.0
    """Guess; that couriers hand numbers out again is in the alias file (USPS after 120 days)."""
    label_created_only_per_10000_returns: float = 150.0
    """Guess: a label is bought online and the pick-up comes on the third day."""
    given_up_per_10000_returns: float = 100.0
    """Guess: a label is bought, the parcel never sent, the refund withdrawn."""
    signed_at_the_counter_per_10000_returns: float = 100.0
    """Guess: a counter scans `signed` when it takes the parcel in, and it travels afterwards."""
    typed_after_signature_per_10000_returns: float = 60.0
    """Guess: same-day couriers; the shop signs before the buyer has typed the number."""
    same_town_per_10000_returns: float = 60.0
    """Guess: buyer and shop use one station, so that the parcel never leaves it."""
    one_return_two_refunds_per_10000_returns: float = 100.0
    """Guess: paid by balance and card, paid back as two refunds."""
    postage_claim_per_10000_returns: float = 500.0
    """Guess: where the fault is the shop's, the postage is claimed beside the return, with the same number."""
    corrected_inspection_per_10000_returns: float = 100.0
    """Guess: a piece is missed, found and booked an hour later."""
    inspected_before_refund_per_10000_returns: float = 40.0
    """Guess: goods handed over in the shop; the refund is typed afterwards."""
    set_by_pieces_per_10000_returns: float = 100.0
    """Guess: sets are sold under one article number and inspected part by part."""
    reason_corrected_per_10000_returns: float = 300.0
    """Guess: the buyer takes the first reason of the list and corrects it, once, before anybody opens the parcel."""
    over_the_festival_per_10000_returns: float = 60.0
    """Guess: the number is filled in before the Spring Festival and the pick-up comes after it."""

    # Shops and disputes
    somebody_elses_number_per_10000_orders: float = 20.0
    """Guess: shops upload numbers in bulk and one column slips; the parcel of that number goes to a stranger."""
    shop_cancels_per_10000_orders: float = 60.0
    """Guess: out of stock; the shop cancels after payment."""
    shop_cancels_all_per_10000_orders: float = 5.0
    """Guess: a price by mistake; five orders of one buyer are cancelled at once."""
    wrong_goods_sent_per_10000_orders: float = 50.0
    """Guess: another article of the shop is in the box; the buyer says so first and sends it back."""
    cancelled_and_replaced_per_10000_orders: float = 20.0
    """Guess: another size, so called off and placed anew; five times in a few days by those who furnish a home."""
    honest_bad_review_per_10000_orders: float = 300.0
    """One or two stars; of Olist's reviews 15 % are, of those in China's shops far fewer: guess."""
    chargeback_withdrawn_per_10000_orders: float = 10.0
    """Guess, below the one payment in a hundred at which card networks step in: a lost parcel is charged back, and the
    buyer writes to the bank after the refund."""
    gift_returned_per_10000_orders: float = 20.0
    """Guess: a gift goes back from the account of the person who got it, by agreement with the shop."""

    # Who the buyer is
    heavy_shopper_per_10000_buyers: float = 100.0
    """Guess: one in a hundred orders several times a week and sends back as seldom as all."""
    namesake_per_10000_buyers: float = 30.0
    """Guess: ids are running numbers on every platform, so namesakes are certain and how many depends on the data."""
    two_shops_one_order_number_per_10000_buyers: float = 30.0
    """Guess: order numbers of small shops are running numbers too."""
    new_tenant_per_10000_buyers: float = 100.0
    """Guess: one household in a hundred moved in after somebody who shopped."""

    # What becomes of records on their way
    number_in_other_writing_per_10000_parcels: float = 400.0
    """Guess: blanks, hyphens and lower case, as the number is printed."""
    courier_in_other_words_per_10000_parcels: float = 400.0
    """Guess: shop, buyer and courier spell a courier in different ways; the names are those of the alias file."""
    local_time_as_utc_per_10000_parcels: float = 200.0
    """Guess: couriers of small feeds stamp local time as UTC, and upstream says so (`time_is_local`)."""
    skewed_clock_per_10000_parcels: float = 1000.0
    """Guess: clocks of platform and courier differ by up to nine minutes."""


MESSY = MessRates()
"""Everything at its usual rate."""
CLEAN = MessRates(**dict.fromkeys(asdict(MESSY), 0.0))
"""Nothing at all."""


@lru_cache(maxsize=8)
def shares(rates: MessRates, unit: RateUnit) -> dict[str, float]:
    """Each kind counted by a unit, and the share of it to which it happens."""
    split = ((name.split(PER), rate) for name, rate in asdict(rates).items())
    return {kind: rate / 10_000 for (kind, by), rate in split if by == unit and rate}
