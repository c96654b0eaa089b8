"""Commissions on orders that come to nothing (B6)."""

from cloudtag.simulate.order_context import OrderContext
from cloudtag.simulate.profile import HOUR_MS
from cloudtag.simulate.refunds import agree, claim_refund
from cloudtag.simulate.scripts.script_context import ScriptContext

DETECTOR = "affiliate_abuse"


def _order(stage: ScriptContext, kept: int, affiliates: tuple[str, ...]) -> list[OrderContext]:
    """A buyer's orders over affiliates: the first are kept, the others closed, the last one refunded."""
    story, who, deals = stage.story, stage.buyer(), []
    for n, affiliate in enumerate(affiliates):
        at, mark = stage.after(-24 * 6 * (len(affiliates) - 1 - n)), f"{affiliate}-{stage.number}"
        if kept <= n < len(affiliates) - 1:
            deals.append(story.place(who, stage.shop(), at, 1, affiliate_id=mark))
            story.move(deals[-1], "closed_unpaid", at + 24 * HOUR_MS)
            continue
        deals.append(story.receive(who, stage.shop(), at, 1, affiliate_id=mark))
    if kept < len(affiliates):
        opened_at = deals[-1].signed_at + 3 * HOUR_MS
        agree(story, claim_refund(story, deals[-1], opened_at, ("refund_only", "quality", True)), opened_at)
    return deals


def three_for_the_commission(stage: ScriptContext) -> None:
    """Three orders over one affiliate: two never paid, one refunded."""
    deals = _order(stage, 0, ("a", "a", "a"))
    stage.expect_orders(DETECTOR, deals, at=deals[-1].signed_at + 3 * HOUR_MS)


def bought_what_was_praised(stage: ScriptContext) -> None:
    """Honest: a fan of one affiliate keeps two of six, which is not quite a fifth too few."""
    stage.expect_orders(DETECTOR, _order(stage, 2, ("a",) * 6), stands=False)


def three_affiliates(stage: ScriptContext) -> None:
    """Three orders over three affiliates come to nothing."""
    stage.expect_orders(DETECTOR, _order(stage, 0, ("a", "b", "c")), stands=False)


def two_over_one_affiliate(stage: ScriptContext) -> None:
    """Two orders over one affiliate come to nothing."""
    stage.expect_orders(DETECTOR, _order(stage, 0, ("a", "a")), stands=False)


SCRIPTS = (three_for_the_commission, bought_what_was_praised, three_affiliates, two_over_one_affiliate)
