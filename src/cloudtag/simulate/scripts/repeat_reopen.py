"""Refunds opened again and again after a refusal (B25, T6)."""

from cloudtag.simulate.profile import HOUR_MS
from cloudtag.simulate.refunds import RefundClaim, claim_refund, tell
from cloudtag.simulate.scripts.script_context import ScriptContext

DETECTOR = "repeat_reopen"


def _claim(stage: ScriptContext) -> tuple[RefundClaim, int]:
    deal = stage.received(stage.buyer(), stage.shop())
    at = deal.signed_at + 3 * HOUR_MS
    return claim_refund(stage.story, deal, at, ("refund_only", "quality", True)), at


def _modify_after_refusal(stage: ScriptContext, times: int) -> RefundClaim:
    claim, at = _claim(stage)
    for n in range(times):
        tell(stage.story, claim, "refused", at + (10 * n + 4) * HOUR_MS)
        tell(stage.story, claim, "modified", at + (10 * n + 8) * HOUR_MS)
    return claim


def will_not_take_no(stage: ScriptContext) -> None:
    """Refused and amended, three times."""
    stage.expect(DETECTOR, [_modify_after_refusal(stage, 3)], is_hint=True)


def opened_anew(stage: ScriptContext) -> None:
    """Refused, and three times a new refund of the same order."""
    claim, at = _claim(stage)
    claims = [claim]
    for n in range(3):
        tell(stage.story, claims[-1], "refused", at + (10 * n + 4) * HOUR_MS)
        opened_at = at + (10 * n + 8) * HOUR_MS
        claims.append(claim_refund(stage.story, claim.deal, opened_at, ("refund_only", "quality", True)))
    stage.expect(DETECTOR, claims, is_hint=True)


def tried_twice(stage: ScriptContext) -> None:
    """Honest: amended twice after refusals, with better reasons."""
    stage.expect(DETECTOR, [_modify_after_refusal(stage, 2)], stands=False)


def amended_before_any_answer(stage: ScriptContext) -> None:
    """Honest: amended three times before the shop answered; the refusal is accepted."""
    claim, at = _claim(stage)
    for n in range(3):
        tell(stage.story, claim, "modified", at + (n + 1) * HOUR_MS)
    tell(stage.story, claim, "refused", at + 9 * HOUR_MS)
    stage.expect(DETECTOR, [claim], stands=False)


SCRIPTS = (will_not_take_no, opened_anew, tried_twice, amended_before_any_answer)
