"""The number under which the goods came, given as the number under which they go back (T4a)."""

from cloudtag.simulate.refunds import fill
from cloudtag.simulate.scripts.stage import Stage

DETECTOR = "outbound_waybill_as_return"


def outbound_number(stage: Stage) -> None:
    """The buyer copies the outbound number into the refund."""
    claim, at = stage.agreed_return(stage.received(stage.buyer(), stage.shop()))
    fill(stage.story, [claim], (claim.deal.carrier or "", claim.deal.waybill_no or ""), at)
    stage.expect(DETECTOR, [claim])


SCRIPTS = (outbound_number,)
