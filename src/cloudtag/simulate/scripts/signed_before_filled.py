"""Numbers of parcels that had been delivered before (T3.1)."""

from cloudtag.simulate.parcels import carry
from cloudtag.simulate.profile import HOUR_MS
from cloudtag.simulate.refunds import RefundClaim, fill, inspect, new_parcel
from cloudtag.simulate.scripts.script_context import ScriptContext

DETECTOR = "signed_before_filled"


def _travelled(stage: ScriptContext, claim: RefundClaim, parcel: tuple[str, str], start: int, hours: int) -> None:
    """The parcel goes to the shop."""
    deal = claim.deal
    carry(
        stage.story,
        parcel,
        (deal.buyer.city, deal.shop.city),
        (start, hours * HOUR_MS),
        "recipient",
        destination=deal.shop.return_address,
        weight_grams=deal.grams,
        platform=deal.shop.platform,
    )


def number_of_a_finished_parcel(stage: ScriptContext) -> None:
    """The buyer names a parcel that somebody else sent and that was signed for a day earlier."""
    claim, at = stage.agreed_return(stage.received(stage.buyer(), stage.shop()))
    parcel = new_parcel(stage.story)
    _travelled(stage, claim, parcel, at - 40 * HOUR_MS, 16)
    fill(stage.story, [claim], parcel, at)
    stage.expect(DETECTOR, [claim])


def sent_first_named_afterwards(stage: ScriptContext) -> None:
    """Honest: the parcel is handed over first; its number is filled in while it travels."""
    claim, at = stage.agreed_return(stage.received(stage.buyer(), stage.shop()))
    parcel = new_parcel(stage.story)
    _travelled(stage, claim, parcel, at, 30)
    fill(stage.story, [claim], parcel, at + 8 * HOUR_MS)
    inspect(stage.story, claim, at + 31 * HOUR_MS, claim.goods())
    stage.expect(DETECTOR, [claim], stands=False)


def written_down_by_the_shop(stage: ScriptContext) -> None:
    """Honest: the buyer gave the number by chat; the shop recorded it when the parcel was there."""
    claim, at = stage.agreed_return(stage.received(stage.buyer(), stage.shop()))
    parcel = new_parcel(stage.story)
    _travelled(stage, claim, parcel, at, 20)
    claim.is_offline = True
    fill(stage.story, [claim], parcel, at + 21 * HOUR_MS)
    inspect(stage.story, claim, at + 22 * HOUR_MS, claim.goods())
    stage.expect(DETECTOR, [claim], stands=False)


SCRIPTS = (number_of_a_finished_parcel, sent_first_named_afterwards, written_down_by_the_shop)
