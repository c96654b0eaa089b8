"""What a shop says of itself: shown to `links` as attributes, reported to the buyers who ask."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from cloudtag.contract.events import ShopDescribed
from cloudtag.contract.links import AttributeUsed
from cloudtag.contract.shops import Listing, ShopAsked, ShopReported
from cloudtag.decisions.owners import all_marks
from cloudtag.detection.windows import holding
from cloudtag.engine.revise import Conclusion
from cloudtag.engine.rows import Row

_MOST_LISTINGS = 20


def show(description: Row, network: str) -> Iterator[Conclusion]:
    """The shop's phone, devices and payment account, with its category; what it no longer shows is reported to be
    over."""
    said = _said(description)
    for attribute in sorted(frozenset[str]().union(*map(_attributes, said))):
        use = _use(said, attribute, network)
        # However old a description is, a new one takes its place.
        yield Conclusion(use.internal_id, use.attribute, use.occurred_at, use, is_rolling=True)


def answer(description: Row | None, questions: Row) -> Iterator[Conclusion]:
    """Where the shop's returns go, what it sells and whose it is, for every buyer's keyed state that still asks."""
    said = _said(description)
    if not said:
        return
    shop, listings, marks = said[-1], _listings(said), all_marks(said)
    since = _since(
        said, lambda s: s.return_address_hashes == shop.return_address_hashes and s.category == shop.category
    )
    category = _since(said, lambda s: s.category == shop.category)
    asked: ShopAsked
    for asked in questions.facts.values():
        if asked.is_held:
            report = ShopReported(
                0, True, asked.shop_id, asked.buyer_id, since.occurred_at, since.event_id, shop.return_address_hashes,
                shop.category, category.occurred_at, listings, asked.network, marks,
            )  # fmt: skip
            yield Conclusion(report.internal_id, report.buyer_id, report.occurred_at, report, is_rolling=True)


def _said(description: Row | None) -> list[ShopDescribed]:
    if description is None:
        return []
    return sorted(description.facts.values(), key=lambda s: (s.occurred_at, s.event_id))


def _since(said: list[ShopDescribed], agrees: Callable[[ShopDescribed], bool]) -> ShopDescribed:
    """The first of the last descriptions that all agree, so that saying the same again changes nothing."""
    run = holding(said, agrees)
    return run.first if run else said[-1]


def _use(said: list[ShopDescribed], attribute: str, network: str) -> AttributeUsed:
    """What the shop says of an attribute that it shows or has shown, since when it says so: what was over before it
    described itself anew is not said again, or it would be held for as long as the shop goes on talking."""
    shop = said[-1]
    if is_held := attribute in _attributes(shop):
        since = _since(said, lambda s: attribute in _attributes(s) and s.category == shop.category)
    else:
        shop = since = _since(said, lambda s: attribute not in _attributes(s))
    return AttributeUsed(
        0, is_held, attribute, since.occurred_at, since.event_id, shop.platform, "", "", shop.shop_id, shop.category,
        network=network,
    )  # fmt: skip


def _attributes(shop: ShopDescribed) -> set[str]:
    named = [("phone", shop.phone_hash), ("payment", shop.payment_hash), *(("device", d) for d in shop.device_hashes)]
    return {f"{kind}:{value}" for kind, value in named if value is not None}


def _listings(said: list[ShopDescribed]) -> tuple[Listing, ...]:
    """The return addresses over time, the same said twice reported once."""
    listings: list[Listing] = []
    for shop in said:
        if not listings or listings[-1].hashes != shop.return_address_hashes:
            listings.append(Listing(shop.occurred_at, shop.event_id, shop.return_address_hashes))
    return tuple(listings[-_MOST_LISTINGS:])
