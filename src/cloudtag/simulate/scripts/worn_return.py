"""Worn, stained or washed goods returned without a reason, again (T5)."""

from collections.abc import Sequence

from cloudtag.contract.events import ReturnInspected
from cloudtag.contract.types import Condition, RefundReason
from cloudtag.simulate.refunds import RefundClaim, return_holding
from cloudtag.simulate.scripts.script_context import ScriptContext

DETECTOR = "worn_return"


def _return_all(
    stage: ScriptContext, conditions: Sequence[tuple[float, Condition | None]], reason: RefundReason = "no_reason"
) -> list[RefundClaim]:
    """One buyer's returns, each begun so many hours after the script and found in that condition."""
    who, claims = stage.buyer(), []
    for hours, condition in conditions:
        deal = stage.received(who, stage.shop(), hours)
        claim, at = stage.agreed_return(deal, refund=("return_refund", reason, True))
        return_holding(stage.story, [claim], at, claim.goods(), (condition,) if condition else ())
        claims.append(claim)
    return claims


def worn_and_washed(stage: ScriptContext) -> None:
    """Two shops get worn clothes back."""
    stage.expect(DETECTOR, _return_all(stage, ((-200, "worn"), (0, "washed"))))


def stained_thrice(stage: ScriptContext) -> None:
    """Three shops do, one of them without the tag."""
    claims = _return_all(stage, ((-900, "stained"), (-450, "tag_removed"), (0, "worn")))
    events = [event for event, _ in stage.story.entries]
    second = [e.occurred_at for e in events if isinstance(e, ReturnInspected) and e.refund_id == claims[1].refund_id]
    stage.expect(DETECTOR, claims, at=second[0])


def worn_once(stage: ScriptContext) -> None:
    """Honest, or lucky: one worn return among good ones."""
    stage.expect(DETECTOR, _return_all(stage, ((-400, None), (-200, None), (0, "worn"))), stands=False)


def worn_with_a_reason(stage: ScriptContext) -> None:
    """Honest: twice the goods wore out too soon, which the buyer said."""
    claims = _return_all(stage, ((-200, "worn"), (0, "worn")), "quality")
    stage.expect(DETECTOR, claims, stands=False)


def worn_long_ago(stage: ScriptContext) -> None:
    """Two worn returns, more than 180 days apart."""
    stage.expect(DETECTOR, _return_all(stage, ((-24 * 200, "worn"), (0, "stained"))), stands=False)


SCRIPTS = (worn_and_washed, stained_thrice, worn_once, worn_with_a_reason, worn_long_ago)
