"""Orders a shop need not ship (B19, A15): protection, not accusation."""

from cloudtag.simulate.profile import HOUR_MS
from cloudtag.simulate.reviews_and_contacts import contact
from cloudtag.simulate.scripts.script_context import ScriptContext

DETECTOR = "shipping_exemption"


def invalid_address_unshipped(stage: ScriptContext) -> None:
    """One order to an address that does not exist."""
    deal = stage.story.buy(stage.buyer(), stage.shop(), stage.at, address_valid=False)
    stage.expect_orders(DETECTOR, [deal], at=deal.placed_at)


def outside_free_shipping(stage: ScriptContext) -> None:
    """An order to Hong Kong from a shop that ships free at home; the buyer says nothing about the freight."""
    stage.platform = "taobao"
    deal = stage.story.buy(stage.buyer(), stage.shop(), stage.at, region="HK")
    for hours in (3, 20):
        contact(stage.story, deal, deal.paid_at + hours * HOUR_MS, answered=False)
    stage.expect_orders(DETECTOR, [deal])


def abroad_and_not_asked(stage: ScriptContext) -> None:
    """Honest: an order to Macao; the shop has not asked about the freight."""
    stage.platform = "tmall"
    deal = stage.story.buy(stage.buyer(), stage.shop(), stage.at, region="MO")
    stage.expect_orders(DETECTOR, [deal], stands=False)


def engraved_and_silent(stage: ScriptContext) -> None:
    """Custom-made, and the buyer does not answer."""
    deal = stage.story.buy(stage.buyer(), stage.shop(), stage.at, custom_made=True)
    for hours in (3, 20):
        contact(stage.story, deal, deal.paid_at + hours * HOUR_MS, answered=False)
    stage.expect_orders(DETECTOR, [deal])


def engraved_and_answered(stage: ScriptContext) -> None:
    """Custom-made; the buyer answers the second time."""
    deal = stage.story.buy(stage.buyer(), stage.shop(), stage.at, custom_made=True)
    for hours, is_answered in ((3, False), (20, True)):
        contact(stage.story, deal, deal.paid_at + hours * HOUR_MS, answered=is_answered)
    stage.expect_orders(DETECTOR, [deal], stands=False)


def asked_once(stage: ScriptContext) -> None:
    """Custom-made; the shop has asked once."""
    deal = stage.story.buy(stage.buyer(), stage.shop(), stage.at, custom_made=True)
    contact(stage.story, deal, deal.paid_at + 3 * HOUR_MS, answered=False)
    stage.expect_orders(DETECTOR, [deal], stands=False)


def nothing_to_ask_about(stage: ScriptContext) -> None:
    """Not custom-made; the buyer does not answer."""
    deal = stage.story.buy(stage.buyer(), stage.shop(), stage.at)
    for hours in (3, 20, 30):
        contact(stage.story, deal, deal.paid_at + hours * HOUR_MS, answered=False)
    stage.expect_orders(DETECTOR, [deal], stands=False)


SCRIPTS = (
    invalid_address_unshipped,
    outside_free_shipping,
    abroad_and_not_asked,
    engraved_and_silent,
    engraved_and_answered,
    asked_once,
    nothing_to_ask_about,
)
