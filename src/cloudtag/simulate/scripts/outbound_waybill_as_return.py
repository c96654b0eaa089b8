"""The number under which the goods came, given as the number under which they go back (T4a)."""

from cloudtag.simulate.profile import HOUR_MS
from cloudtag.simulate.refunds import fill, return_holding
from cloudtag.simulate.scripts.script_context import ScriptContext

DETECTOR = "outbound_waybill_as_return"


def outbound_number(stage: ScriptContext) -> None:
    """The buyer copies the outbound number into the refund."""
    claim, at = stage.agreed_return(stage.received(stage.buyer(), stage.shop()))
    fill(stage.story, [claim], (claim.deal.carrier or "", claim.deal.waybill_no or ""), at)
    stage.expect(DETECTOR, [claim])
    # To be sure, that parcel was signed for before, and by the buyer: one and the same deceit.
    for other in ("signed_before_filled", "wrong_return_destination"):
        stage.expect(other, [claim], is_open=True)


def copied_and_corrected(stage: ScriptContext) -> None:
    """Honest: the buyer takes the number from the wrong label and corrects it."""
    story = stage.story
    claim, at = stage.agreed_return(stage.received(stage.buyer(), stage.shop()))
    fill(story, [claim], (claim.deal.carrier or "", claim.deal.waybill_no or ""), at)
    return_holding(story, [claim], at + HOUR_MS, claim.goods())
    stage.expect(DETECTOR, [claim], stands=False)


SCRIPTS = (outbound_number, copied_and_corrected)
