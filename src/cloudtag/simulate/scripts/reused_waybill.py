"""Shared return numbers (T3.3): one parcel shown to several shops or by several accounts, and honest look-alikes.

Whoever names a number that was already used is the one an alert is expected about.
"""

from collections.abc import Sequence

from cloudtag.simulate.honest import return_several
from cloudtag.simulate.profile import DAY_MS, HOUR_MS
from cloudtag.simulate.refunds import (
    RefundClaim,
    agree,
    claim_refund,
    fill,
    inspect,
    new_parcel,
    return_honestly,
    send_back,
)
from cloudtag.simulate.scripts.script_context import ScriptContext

DETECTOR = "reused_waybill"


def _share_parcel(stage: ScriptContext, claims: Sequence[RefundClaim], at: int) -> int:
    """The first shop gets its goods; every later refund names the same number. Returns when the parcel was opened."""
    story = stage.story
    fill(story, claims[:1], new_parcel(story), at)
    arrived_at = send_back(story, claims[0], at + HOUR_MS)
    inspect(story, claims[0], arrived_at + HOUR_MS, claims[0].goods())
    parcel = (claims[0].carrier or "", claims[0].waybill_no or "")
    # Before anybody could have signed for it.
    fill(story, claims[1:], parcel, at + HOUR_MS + HOUR_MS // 2)
    return arrived_at + HOUR_MS


def two_shops(stage: ScriptContext) -> None:
    """One buyer names one number to two shops."""
    who = stage.buyer()
    returns = [stage.agreed_return(stage.received(who, stage.shop(), hours)) for hours in (0, 2)]
    claims = [claim for claim, _ in returns]
    _share_parcel(stage, claims, max(at for _, at in returns))
    stage.expect(DETECTOR, claims[1:])
    # Its goods went to the other shop.
    stage.expect("wrong_return_destination", claims[1:])


def two_accounts(stage: ScriptContext) -> None:
    """Two buyers with nothing in common name one number."""
    returns = [stage.agreed_return(stage.received(stage.buyer(), stage.shop(), hours)) for hours in (0, 1)]
    _share_parcel(stage, [claim for claim, _ in returns], max(at for _, at in returns))
    stage.expect(DETECTOR, [returns[1][0]])
    stage.expect("wrong_return_destination", [returns[1][0]])


def linked_accounts(stage: ScriptContext) -> None:
    """Two accounts on one device name one number to one shop."""
    first, where = stage.buyer(), stage.shop()
    second = stage.buyer(device_of=first)
    returns = [stage.agreed_return(stage.received(who, where, hours)) for who, hours in ((first, 0), (second, 1))]
    _share_parcel(stage, [claim for claim, _ in returns], max(at for _, at in returns))
    stage.expect(DETECTOR, [returns[1][0]])


def offline_then_platform(stage: ScriptContext) -> None:
    """A number the shop recorded offline for one refund is filled in on the platform for another."""
    who, where = stage.buyer(), stage.shop()
    returns = [stage.agreed_return(stage.received(who, where, hours)) for hours in (0, 2)]
    claims = [claim for claim, _ in returns]
    claims[0].is_offline = True
    opened_at = _share_parcel(stage, claims, max(at for _, at in returns))
    stage.expect(DETECTOR, claims[1:])
    # The one parcel answers for both refunds and held the goods of the first alone.
    stage.expect("short_return", claims, at=opened_at)
    # And it may have been light for the two.
    stage.expect("light_return", claims, is_open=True)


def one_parcel_several_orders(stage: ScriptContext) -> None:
    """Honest (T1b): several orders of one shop go back in one parcel, complete."""
    claims = return_several(stage.story, stage.buyer(), stage.shop(), stage.at, is_one_parcel=True, count=3)
    for detector in (DETECTOR, "short_return"):
        stage.expect(detector, claims, stands=False)


def separate_parcels(stage: ScriptContext) -> None:
    """Honest (T1b): several orders go back, each in a parcel of its own."""
    claims = return_several(stage.story, stage.buyer(), stage.shop(), stage.at, is_one_parcel=False, count=3)
    for detector in (DETECTOR, "short_return"):
        stage.expect(detector, claims, stands=False)


def number_of_last_year(stage: ScriptContext) -> None:
    """Honest: the courier gives out a number again that another buyer's return had 200 days earlier."""
    story, past = stage.story, stage.at - 200 * DAY_MS
    earlier = story.receive(stage.buyer(), stage.shop(), past)
    opened_at = earlier.signed_at + HOUR_MS
    old = claim_refund(story, earlier, opened_at)
    return_honestly(story, [old], agree(story, old, opened_at))
    deal = stage.received(stage.buyer(), stage.shop())
    claim, at = stage.agreed_return(deal)
    fill(story, [claim], (old.carrier or "", old.waybill_no or ""), at)
    arrived_at = send_back(story, claim, at + HOUR_MS)
    inspect(story, claim, arrived_at + HOUR_MS, claim.goods())
    for one in (old, claim):
        for detector in (DETECTOR, "signed_before_filled"):
            stage.expect(detector, [one], stands=False)


def number_of_a_small_courier(stage: ScriptContext) -> None:
    """Honest: a courier that shows nobody its scans gives out a number again after 200 days; both returns came."""
    story, parcel = stage.story, ("village-carts", stage.story.ids.next("vc"))
    for at in (stage.at - 200 * DAY_MS, stage.at):
        deal = story.receive(stage.buyer(), stage.shop(), at)
        claim = claim_refund(story, deal, deal.signed_at + HOUR_MS)
        agreed_at = agree(story, claim, deal.signed_at + HOUR_MS)
        fill(story, [claim], parcel, agreed_at)
        inspect(story, claim, agreed_at + 2 * DAY_MS, claim.goods())
        for detector in (DETECTOR, "no_circulation"):
            stage.expect(detector, [claim], stands=False)


SCRIPTS = (
    two_shops,
    two_accounts,
    linked_accounts,
    offline_then_platform,
    one_parcel_several_orders,
    separate_parcels,
    number_of_last_year,
    number_of_a_small_courier,
)
