"""Buyers who have most of what they buy refunded (B5)."""

from cloudtag.simulate.profile import HOUR_MS
from cloudtag.simulate.refunds import RefundClaim, agree, claim_refund
from cloudtag.simulate.scripts.script_context import ScriptContext

DETECTOR = "refund_frequency"


def _buy(stage: ScriptContext, kept: int, refunded: int, days_between: float) -> list[RefundClaim]:
    """A buyer's orders: first those that are kept, then those that are refunded."""
    story, who, claims = stage.story, stage.buyer(), []
    count = kept + refunded
    for n in range(count):
        deal = stage.received(who, stage.shop(), -24 * days_between * (count - 1 - n))
        if n >= kept:
            at = deal.signed_at + 3 * HOUR_MS
            claims.append(claim_refund(story, deal, at, ("refund_only", "quality", True)))
            agree(story, claims[-1], at)
    return claims


def five_of_six(stage: ScriptContext) -> None:
    """Five of six orders within two months."""
    claims = _buy(stage, 1, 5, 9)
    stage.expect(DETECTOR, claims, at=claims[-1].deal.signed_at + 3 * HOUR_MS)


def six_of_ten(stage: ScriptContext) -> None:
    """Exactly three fifths."""
    claims = _buy(stage, 4, 6, 6)
    stage.expect(DETECTOR, claims, at=claims[-1].deal.signed_at + 3 * HOUR_MS)


def six_of_eleven(stage: ScriptContext) -> None:
    """Honest: six refunds, of eleven orders."""
    stage.expect(DETECTOR, _buy(stage, 5, 6, 4), stands=False)


def four_bad_purchases(stage: ScriptContext) -> None:
    """Honest, and unlucky: four orders, all refunded."""
    stage.expect(DETECTOR, _buy(stage, 0, 4, 12), stands=False)


def once_a_month(stage: ScriptContext) -> None:
    """Honest: six refunds, four weeks apart from each other."""
    stage.expect(DETECTOR, _buy(stage, 0, 6, 28), stands=False)


SCRIPTS = (five_of_six, six_of_ten, six_of_eleven, four_bad_purchases, once_a_month)
