"""Mess in the books: one return written down twice, by pieces, too early, or put right. The name is the kind."""

from __future__ import annotations

from msgspec.structs import replace

from cloudtag.contract.types import Component, Goods, OrderLine
from cloudtag.simulate.attack_script import AttackScript
from cloudtag.simulate.mess.steps import arrived, asked, pay_back, return_under, travel_and_open
from cloudtag.simulate.profile import DAY_MS, HOUR_MS
from cloudtag.simulate.refunds import agree, claim_refund, fill, inspect, new_parcel, send_back, tell
from cloudtag.simulate.world import Buyer, Shop


def one_return_two_refunds(story: AttackScript, buyer: Buyer, shop: Shop, at: int) -> None:
    """Paid by two means, so there are two refunds of all pieces and half the money, and one parcel."""
    deal = arrived(story, buyer, shop, at, pieces=2)
    opened_at = deal.signed_at + story.delays.opening.draw(story.rng)
    start = len(story.entries)
    claims = [claim_refund(story, deal, opened_at + n, lines=_all(deal.lines)) for n in range(2)]
    agreed_at = max(agree(story, claim, opened_at) for claim in claims)
    return_under(story, claims, agreed_at + HOUR_MS)
    half = sum(line.unit_price_minor * line.quantity for line in deal.lines) // 2
    for n in range(start, len(story.entries)):
        event, late_ms = story.entries[n]
        if hasattr(event, "amount_minor"):
            story.entries[n] = (replace(event, amount_minor=half), late_ms)


def _all(lines: tuple[OrderLine, ...]) -> tuple[Goods, ...]:
    return tuple(Goods(line.sku_id, line.quantity) for line in lines)


def postage_claim(story: AttackScript, buyer: Buyer, shop: Shop, at: int) -> None:
    """Beside the return stands a claim for the postage, with the same number."""
    deal = arrived(story, buyer, shop, at)
    claim, agreed_at = asked(story, deal, "quality")
    parcel = new_parcel(story)
    paid_at = return_under(story, [claim], agreed_at + HOUR_MS, parcel)
    postage = claim_refund(story, deal, agreed_at + 2 * HOUR_MS, ("postage", "other", True))
    fill(story, [postage], parcel, agreed_at + 3 * HOUR_MS)
    start = len(story.entries)
    pay_back(story, [postage], paid_at)
    for n in range(start, len(story.entries)):
        event, late_ms = story.entries[n]
        story.entries[n] = (replace(event, amount_minor=1200), late_ms)


def corrected_inspection(story: AttackScript, buyer: Buyer, shop: Shop, at: int) -> None:
    """A piece is missed when the parcel is opened, found an hour later, and written down."""
    claim, agreed_at = asked(story, arrived(story, buyer, shop, at, pieces=2))
    fill(story, [claim], new_parcel(story), agreed_at + HOUR_MS)
    opened_at = send_back(story, claim, agreed_at + 3 * HOUR_MS) + 2 * HOUR_MS
    inspect(story, claim, opened_at, (Goods(claim.goods()[0].sku_id, 1),))
    inspect(story, claim, opened_at + HOUR_MS, claim.goods())
    pay_back(story, [claim], opened_at + HOUR_MS)


def inspected_before_refund(story: AttackScript, buyer: Buyer, shop: Shop, at: int) -> None:
    """Handed over in the shop and looked at; the refund is opened afterwards, without any parcel."""
    deal = arrived(story, buyer, shop, at)
    opened_at = deal.signed_at + DAY_MS
    claim = claim_refund(story, deal, opened_at)
    inspect(story, claim, opened_at - 2 * HOUR_MS, claim.goods())
    pay_back(story, [claim], agree(story, claim, opened_at))


def set_by_pieces(story: AttackScript, buyer: Buyer, shop: Shop, at: int) -> None:
    """A set under one article number; the shop writes down its parts."""
    sku = f"set-{story.rng.randrange(300)}"
    parts = (Component(f"{sku}-cup", 4), Component(f"{sku}-pot", 1))
    line = OrderLine(sku, 1, 100 * story.rng.randrange(50, 900), components=parts)
    claim, agreed_at = asked(story, arrived(story, buyer, shop, at, lines=(line,)))
    fill(story, [claim], new_parcel(story), agreed_at + HOUR_MS)
    opened_at = send_back(story, claim, agreed_at + 3 * HOUR_MS) + 2 * HOUR_MS
    inspect(story, claim, opened_at, tuple(Goods(part.sku_id, part.quantity) for part in parts))
    pay_back(story, [claim], opened_at)


def reason_corrected(story: AttackScript, buyer: Buyer, shop: Shop, at: int) -> None:
    """The first reason of the list is taken and put right before anybody opens the parcel; all is inside."""
    claim, agreed_at = asked(story, arrived(story, buyer, shop, at), story.rng.choice(("no_reason", "wrong_item")))
    claim.reason = story.rng.choice(("not_as_described", "quality"))
    tell(story, claim, "modified", agreed_at + HOUR_MS // 2)
    fill(story, [claim], new_parcel(story), agreed_at + HOUR_MS)
    pay_back(story, [claim], travel_and_open(story, claim, agreed_at + 3 * HOUR_MS))


SITUATIONS = (
    one_return_two_refunds,
    postage_claim,
    corrected_inspection,
    inspected_before_refund,
    set_by_pieces,
    reason_corrected,
)
