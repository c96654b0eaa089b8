"""Returns that weigh far less than what was sent (F16)."""

from cloudtag.simulate.profile import HOUR_MS
from cloudtag.simulate.refunds import RefundClaim, fill, inspect, new_parcel, send_back
from cloudtag.simulate.scripts.script_context import ScriptContext

DETECTOR = "light_return"


def _return(stage: ScriptContext, percent: int) -> tuple[RefundClaim, int]:
    """A return of so many percent of what its goods weighed; and when it was signed for."""
    deal = stage.received(stage.buyer(), stage.shop(), pieces=2)
    claim, at = stage.agreed_return(deal)
    fill(stage.story, [claim], new_parcel(stage.story), at)
    arrived_at = send_back(stage.story, claim, at + 2 * HOUR_MS, weight_grams=max(60, deal.grams * percent // 100))
    return claim, arrived_at


def _heavy_enough(claim: RefundClaim, percent: int) -> bool:
    return claim.deal.grams * percent // 100 >= 60


def box_of_paper(stage: ScriptContext) -> None:
    """A fifth of the weight, and nobody has opened it yet."""
    claim, _ = _return(stage, 20)
    stage.expect(DETECTOR, [claim], is_open=not _heavy_enough(claim, 20))


def weighed_the_same(stage: ScriptContext) -> None:
    """Honest: it weighs what was sent."""
    claim, _ = _return(stage, 100)
    stage.expect(DETECTOR, [claim], stands=False)


def without_the_wrapping(stage: ScriptContext) -> None:
    """Honest: the goods are light, their box was heavy, and the shop finds them."""
    claim, arrived_at = _return(stage, 20)
    inspect(stage.story, claim, arrived_at + HOUR_MS, claim.goods())
    stage.expect(DETECTOR, [claim], stands=False)


SCRIPTS = (box_of_paper, weighed_the_same, without_the_wrapping)
