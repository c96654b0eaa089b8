"""Attackers who use the mess of honest life as their cover. A loss that a rule accepts is labelled with that rule."""

from __future__ import annotations

from typing import Any

from msgspec.structs import replace

from cloudtag.contract.disputes import ChargebackChanged
from cloudtag.contract.events import ReturnInspected
from cloudtag.contract.types import Goods, OrderLine, RefundReason
from cloudtag.simulate.mess.steps import another_parcel, not_received, on_the_door_step, outbound, pay_back, scan
from cloudtag.simulate.order_context import OrderContext
from cloudtag.simulate.profile import DAY_MS, HOUR_MS, MINUTE_MS
from cloudtag.simulate.refunds import RefundClaim, agree, claim_refund, fill, inspect, new_parcel, send_back, tell
from cloudtag.simulate.scripts.script_context import ScriptContext
from cloudtag.simulate.world import Buyer, Shop


def reason_flipped(stage: ScriptContext) -> None:
    """Cheap goods go back for dear ones; the reason is flipped to `wrong_item` and away again, as an alibi (F12)."""
    story = stage.story
    claim, at = stage.agreed_return(stage.received(stage.buyer(), stage.shop()))
    flips: tuple[tuple[int, RefundReason], ...] = ((1, "wrong_item"), (3, "no_reason"))
    for hours, reason in flips:
        claim.reason = reason
        tell(story, claim, "modified", at + hours * HOUR_MS)
    fill(story, [claim], new_parcel(story), at + 4 * HOUR_MS)
    opened_at = send_back(story, claim, at + 6 * HOUR_MS) + HOUR_MS
    inspect(story, claim, opened_at, (Goods(story.ids.next("junk"), 1),))
    stage.expect("switched_goods", [claim])


def bought_number(stage: ScriptContext) -> None:
    """A number bought from others: it travels to the shop's town and is signed for, with nothing said of where to."""
    story, claim = stage.story, _bought(stage, None)
    opened_at = story.entries[-1][0].occurred_at + 2 * DAY_MS
    deal = claim.deal
    story.add(
        ReturnInspected(
            story.next_event_id(),
            opened_at,
            deal.shop.platform,
            claim.refund_id,
            deal.order_id,
            deal.buyer.buyer_id,
            deal.shop.shop_id,
            claim.waybill_no,
            arrived=False,
        )
    )
    stage.expect("short_return", [claim])


def bought_number_unopened(stage: ScriptContext) -> None:
    """The same, and the shop says nothing: no rule may accuse somebody of a parcel that looks like any other."""
    stage.expect("wrong_return_destination", [_bought(stage, None)], silence="T3.1")


def _bought(stage: ScriptContext, destination: str | None) -> RefundClaim:
    story = stage.story
    claim, at = stage.agreed_return(stage.received(stage.buyer(), stage.shop()))
    fill(story, [claim], new_parcel(story), at + HOUR_MS)
    send_back(story, claim, at + 3 * HOUR_MS, destination=destination)
    return claim


def ring_of_single_tricks(stage: ScriptContext) -> None:
    """Four accounts of one phone and card, each with one lost parcel at one shop, so that none repeats itself (F13)."""
    first, where, claims = stage.buyer(), stage.shop(), []
    group = [first, *(stage.buyer(device_of=first, payment_of=first) for _ in range(3))]
    for n, who in enumerate(group):
        deal = on_the_door_step(stage.story, who, where, stage.after(20 * n))
        scan(stage.story, deal, outbound(deal), "signed", deal.signed_at + HOUR_MS, signer="household")
        claims.append(not_received(stage.story, deal, deal.signed_at + DAY_MS))
        pay_back(stage.story, claims[-1:], agree(stage.story, claims[-1], deal.signed_at + DAY_MS))
    stage.expect_orders("ring_frequency", [claim.deal for claim in claims], among=group)


def insurance_farm(stage: ScriptContext) -> None:
    """Three accounts of one phone send back everything they insure, whole and unopened, for the premium (F15)."""
    first, where = stage.buyer(), stage.shop()
    group = [first, *(stage.buyer(device_of=first, phone_of=first) for _ in range(2))]
    deals = [_farmed(stage, who, where, 30 * n + 6 * m) for m, who in enumerate(group) for n in range(8)]
    stage.expect_orders("insurance_farming", deals, among=group)


def _farmed(stage: ScriptContext, who: Buyer, where: Shop, hours: float) -> OrderContext:
    story = stage.story
    deal = stage.received(who, where, hours, is_insured=True)
    claim, at = stage.agreed_return(deal)
    fill(story, [claim], new_parcel(story), at + HOUR_MS)
    opened_at = send_back(story, claim, at + 3 * HOUR_MS) + HOUR_MS
    inspect(story, claim, opened_at, claim.goods())
    story.insure(deal, "claimed", opened_at)
    story.insure(deal, "paid", pay_back(story, [claim], opened_at) + HOUR_MS)
    return deal


def turned_round(stage: ScriptContext) -> None:
    """The return label is altered: the parcel turns round and is signed for where it was handed in."""
    story = stage.story
    claim, at = stage.agreed_return(stage.received(stage.buyer(), stage.shop()))
    parcel, deal = new_parcel(story), claim.deal
    fill(story, [claim], parcel, at + HOUR_MS)
    home: dict[str, Any] = {"order_id": None, "destination_hash": deal.shop.return_address}
    scan(story, deal, parcel, "accepted", at + 2 * HOUR_MS, **home)
    scan(story, deal, parcel, "arrived", at + 20 * HOUR_MS, is_home=True, **home)
    scan(story, deal, parcel, "returned", at + 22 * HOUR_MS, is_home=True, **home)
    scan(story, deal, parcel, "signed", at + 40 * HOUR_MS, signer="recipient", **home)
    stage.expect("internal_parcel", [claim])


def lighter_parcel(stage: ScriptContext) -> None:
    """A box of air, a tenth of what came, and the money is paid on the signature (F16)."""
    story = stage.story
    deal = on_the_door_step(story, stage.buyer(), stage.shop(), stage.at)
    scan(story, deal, outbound(deal), "signed", deal.signed_at + HOUR_MS, signer="recipient", weight_grams=2400)
    deal.signed_at += HOUR_MS
    claim, at = stage.agreed_return(deal)
    fill(story, [claim], new_parcel(story), at + HOUR_MS)
    pay_back(story, [claim], send_back(story, claim, at + 3 * HOUR_MS, weight_grams=240))
    stage.expect("light_return", [claim])


def nine_minutes(stage: ScriptContext) -> None:
    """The number of somebody's parcel, typed nine minutes after its signature: clocks may differ by that (F4)."""
    story = stage.story
    claim, at = stage.agreed_return(stage.received(stage.buyer(), stage.shop()))
    claim.carrier, claim.waybill_no = new_parcel(story)
    signed_at = send_back(story, claim, at + HOUR_MS)
    fill(story, [claim], (claim.carrier, claim.waybill_no), signed_at + 9 * MINUTE_MS)
    stage.expect("signed_before_filled", [claim], silence="F4")


def household_denied(stage: ScriptContext) -> None:
    """The household signed, the buyer says that nothing came, and lies: nobody can prove it (T6)."""
    claim = _denied(stage, "household")
    stage.expect("received_refund_only", [claim], silence="T6")


def neighbour_denied(stage: ScriptContext) -> None:
    """The same with a neighbour (F6)."""
    claim = _denied(stage, "other")
    stage.expect("received_refund_only", [claim], silence="F6")


def _denied(stage: ScriptContext, signer: str) -> RefundClaim:
    story = stage.story
    deal = on_the_door_step(story, stage.buyer(), stage.shop(), stage.at)
    scan(story, deal, outbound(deal), "signed", deal.signed_at + HOUR_MS, signer=signer)
    claim = not_received(story, deal, deal.signed_at + DAY_MS)
    pay_back(story, [claim], agree(story, claim, deal.signed_at + DAY_MS))
    return claim


def both_parcels_denied(stage: ScriptContext) -> None:
    """Two parcels, both signed for by the buyer, who says that one of them, or all, was lost (F7)."""
    story = stage.story
    deal = stage.received(stage.buyer(), stage.shop(), pieces=2)
    another_parcel(story, deal, deal.shipped_at + 20 * HOUR_MS)
    claimed_at = max(deal.signed_at, story.entries[-1][0].occurred_at) + 5 * DAY_MS
    claim = not_received(story, deal, claimed_at)
    stage.expect("received_refund_only", [claim])


def one_box_empty(stage: ScriptContext) -> None:
    """A return in two boxes, the second of which is empty (F7)."""
    story = stage.story
    claim, at = stage.agreed_return(stage.received(stage.buyer(), stage.shop(), pieces=2))
    found = ((Goods(claim.goods()[0].sku_id, 1),), ())
    for n, received in enumerate(found):
        fill(story, [claim], new_parcel(story), at + HOUR_MS + n * DAY_MS)
        inspect(story, claim, send_back(story, claim, at + 3 * HOUR_MS + n * DAY_MS) + HOUR_MS, received)
    stage.expect("short_return", [claim])


def refused_and_emptied(stage: ScriptContext) -> None:
    """Refused at the door and home under its number, but emptied on the way through the buyer's hands (F6)."""
    story = stage.story
    deal = on_the_door_step(story, stage.buyer(), stage.shop(), stage.at)
    parcel, refused_at = outbound(deal), deal.signed_at + 3 * HOUR_MS
    scan(story, deal, parcel, "refused", refused_at)
    scan(story, deal, parcel, "returned", refused_at + HOUR_MS)
    scan(story, deal, parcel, "signed", refused_at + 2 * DAY_MS, is_home=True, signer="recipient")
    claim = claim_refund(story, deal, refused_at + HOUR_MS, ("return_refund", "no_reason", False))
    fill(story, [claim], parcel, refused_at + 5 * HOUR_MS)
    inspect(story, claim, refused_at + 3 * DAY_MS, ())
    stage.expect("short_return", [claim])


def paid_back_twice(stage: ScriptContext) -> None:
    """The shop pays back for a return, and then the bank does as well (F14)."""
    story = stage.story
    line = OrderLine(story.ids.next("g"), 1, 50_000)
    deal = stage.received(stage.buyer(), stage.shop(), lines=(line,))
    claim, at = stage.agreed_return(deal)
    fill(story, [claim], new_parcel(story), at + HOUR_MS)
    opened_at = send_back(story, claim, at + 3 * HOUR_MS) + HOUR_MS
    inspect(story, claim, opened_at, claim.goods())
    paid_at = pay_back(story, [claim], opened_at)
    opened = ChargebackChanged(
        story.next_event_id(),
        paid_at + 2 * DAY_MS,
        deal.shop.platform,
        f"{deal.order_id}:chargeback",
        deal.order_id,
        deal.buyer.buyer_id,
        deal.shop.shop_id,
        deal.buyer.payment_hash,
        "opened",
        line.unit_price_minor,
    )
    story.add(opened)
    story.add(replace(opened, event_id=story.next_event_id(), occurred_at=paid_at + 9 * DAY_MS, status="lost"))
    stage.expect_orders("double_refund", [deal])


COVERS = (
    reason_flipped,
    bought_number,
    bought_number_unopened,
    ring_of_single_tricks,
    insurance_farm,
    turned_round,
    lighter_parcel,
    nine_minutes,
    household_denied,
    neighbour_denied,
    both_parcels_denied,
    one_box_empty,
    refused_and_emptied,
    paid_back_twice,
)
