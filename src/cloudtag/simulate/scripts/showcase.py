"""What a demonstration shows besides what detectors find: insurance held, refused and paid, and a shop that answers.

These are played by the catalogue `demo` alone.
"""

from cloudtag.contract.events import AlertAnswered
from cloudtag.simulate.profile import HOUR_MS, MINUTE_MS
from cloudtag.simulate.refunds import claim_refund
from cloudtag.simulate.reviews_and_contacts import contact, review
from cloudtag.simulate.scripts.received_refund_only import DETECTOR as DENIED
from cloudtag.simulate.scripts.received_refund_only import denied_id, say_not_received
from cloudtag.simulate.scripts.refund_before_delivery import DETECTOR as BEFORE_DELIVERY
from cloudtag.simulate.scripts.script_context import ScriptContext
from cloudtag.simulate.scripts.tagging import CONFIRMED, PENDING, confirm, submit

INSURANCE = ("freight_insurance",)
"""The scenario whose tags decide about insurance (J9, J10, J12)."""


def insurance_refused(stage: ScriptContext) -> None:
    """He claims freight insurance before the parcel is there; the platform saw it, so one shop's tag is enough (T9)."""
    stage.platform = "taobao"
    story, where = stage.story, stage.shop()
    deal = story.buy(stage.buyer(), where, stage.at, 1, is_insured=True)
    story.ship(deal)
    claim = claim_refund(story, deal, deal.shipped_at + 20 * MINUTE_MS)
    stage.expect(BEFORE_DELIVERY, [claim])
    story.insure(deal, "claimed", deal.shipped_at + HOUR_MS)
    story.deliver(deal, "recipient")
    for hours in (2, 3):
        contact(story, deal, deal.shipped_at + hours * HOUR_MS, answered=False)
    submit(stage, [(deal, CONFIRMED)], deal.shipped_at + 5 * HOUR_MS, INSURANCE)
    confirm(stage, deal, INSURANCE[0], basis="platform_evidence")
    review(story, deal, deal.signed_at + 4 * HOUR_MS, 1)


def insurance_held_then_paid(stage: ScriptContext) -> None:
    """A shop alone tags an honest buyer: the claim is held for as long as the tag may be decided, then paid (J12)."""
    stage.platform = "taobao"
    story, where = stage.story, stage.shop()
    deal = stage.received(stage.buyer(), where, is_insured=True)
    story.insure(deal, "claimed", deal.signed_at + 3 * HOUR_MS)
    for hours in (4, 5):
        contact(story, deal, deal.signed_at + hours * HOUR_MS, answered=False)
    submit(stage, [(deal, PENDING)], deal.signed_at + 6 * HOUR_MS, INSURANCE)
    confirm(stage, deal, INSURANCE[0], stands=False)


def found_to_be_abnormal(stage: ScriptContext) -> None:
    """The shop looks into an alert and says that it was right: the order counts in its figures no more (A21, A22)."""
    stage.platform = "aliexpress"
    claim = say_not_received(stage, "recipient")
    stage.expect(DENIED, [claim])
    deal = claim.deal
    stage.story.add(
        AlertAnswered(
            stage.story.next_event_id(),
            deal.signed_at + 30 * HOUR_MS,
            deal.shop.platform,
            denied_id(claim),
            deal.buyer.buyer_id,
            deal.shop.shop_id,
            deal.shop.main_account,
            "abnormal",
        )
    )


SCENES = (insurance_refused, insurance_held_then_paid, found_to_be_abnormal)
