"""Refunds filed before delivery (T4, B27), and orders whose delivery was only reported late."""

from cloudtag.simulate.honest import call_off
from cloudtag.simulate.profile import HOUR_MS
from cloudtag.simulate.refunds import agree, claim_refund, fill, new_parcel
from cloudtag.simulate.scripts.script_context import ScriptContext

DETECTOR = "refund_before_delivery"


def goods_still_travelling(stage: ScriptContext) -> None:
    """The buyer says the goods are with him and wants to return them while the parcel is on the road."""
    story = stage.story
    deal = story.buy(stage.buyer(), stage.shop(), stage.at, 1, is_insured=True)
    story.ship(deal)
    claim = claim_refund(story, deal, deal.shipped_at + 20 * 60_000)
    stage.expect(DETECTOR, [claim])
    story.insure(deal, "claimed", deal.shipped_at + 2 * HOUR_MS)
    story.deliver(deal, "recipient")


def number_before_delivery(stage: ScriptContext) -> None:
    """The buyer has a return number before he has the goods."""
    story = stage.story
    deal = story.buy(stage.buyer(), stage.shop(), stage.at, 1, is_insured=False)
    story.ship(deal)
    claim = claim_refund(story, deal, deal.shipped_at + 15 * 60_000, ("return_refund", "no_reason", None))
    fill(story, [claim], new_parcel(story), deal.shipped_at + 25 * 60_000)
    stage.expect(DETECTOR, [claim])
    # A number filled in and never handed over.
    stage.expect("no_circulation", [claim])
    story.deliver(deal, "recipient")


def signature_reported_late(stage: ScriptContext) -> None:
    """Honest: the parcel was signed for before the refund, but the courier reported it many hours later."""
    story = stage.story
    deal = story.buy(stage.buyer(), stage.shop(), stage.at, 1)
    story.ship(deal)
    story.deliver(deal, "recipient", signed_late_ms=14 * HOUR_MS)
    claim = claim_refund(story, deal, deal.signed_at + HOUR_MS)
    agree(story, claim, deal.signed_at + HOUR_MS)
    stage.expect(DETECTOR, [claim], stands=False)


def called_off_before_shipping(stage: ScriptContext) -> None:
    """Honest: a refund_only agreed before anything was shipped."""
    _, claim = call_off(stage.story, stage.buyer(), stage.shop(), stage.at)
    stage.expect(DETECTOR, [claim], stands=False)


SCRIPTS = (goods_still_travelling, number_before_delivery, signature_reported_late, called_off_before_shipping)
