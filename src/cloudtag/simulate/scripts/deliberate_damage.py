"""Money back for damage of the buyer's own making (B7)."""

from cloudtag.contract.types import Condition, RefundType
from cloudtag.simulate.profile import HOUR_MS
from cloudtag.simulate.refunds import RefundClaim, claim_refund, inspect
from cloudtag.simulate.scripts.script_context import ScriptContext

DETECTOR = "deliberate_damage"


def _claim(stage: ScriptContext, kind: RefundType, *condition: Condition) -> RefundClaim:
    deal = stage.received(stage.buyer(), stage.shop())
    at = deal.signed_at + 5 * HOUR_MS
    claim = claim_refund(stage.story, deal, at, (kind, "damaged", True))
    inspect(stage.story, claim, at + 30 * HOUR_MS, claim.goods(), condition)
    return claim


def cut_with_scissors(stage: ScriptContext) -> None:
    """Money without return for damage; the shop sees who made it."""
    stage.expect(DETECTOR, [_claim(stage, "refund_only", "damaged_by_buyer")])


def broken_on_the_road(stage: ScriptContext) -> None:
    """Honest: it arrived broken."""
    stage.expect(DETECTOR, [_claim(stage, "refund_only")], stands=False)


def sent_back_damaged(stage: ScriptContext) -> None:
    """The buyer damaged it, and sends it back as damaged."""
    stage.expect(DETECTOR, [_claim(stage, "return_refund", "damaged_by_buyer")])


def blamed_and_cleared(stage: ScriptContext) -> None:
    """Honest: the shop books the damage to the buyer and takes that back."""
    claim = _claim(stage, "refund_only", "damaged_by_buyer")
    inspect(stage.story, claim, claim.deal.signed_at + 60 * HOUR_MS, claim.goods())
    stage.expect(DETECTOR, [claim], stands=False)


SCRIPTS = (cut_with_scissors, broken_on_the_road, sent_back_damaged, blamed_and_cleared)
