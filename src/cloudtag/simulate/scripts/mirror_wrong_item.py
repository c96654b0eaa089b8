"""Two neighbours who claim to have got each other's goods (B21)."""

from cloudtag.contract.types import Goods, OrderLine
from cloudtag.simulate.profile import HOUR_MS
from cloudtag.simulate.refunds import RefundClaim, claim_refund, return_holding
from cloudtag.simulate.scripts.script_context import ScriptContext
from cloudtag.simulate.world import Buyer

DETECTOR = "mirror_wrong_item"
Pair = tuple[Buyer, Buyer]
"""The two buyers of a mirrored claim."""


def _claims(
    stage: ScriptContext, buyers: Pair, hours: tuple[float, float], said: tuple[OrderLine, OrderLine] | None = None
) -> list[RefundClaim]:
    """Each orders one size and says that the other one came (or what `said` has)."""
    where, sizes = stage.shop(), (stage.goods(12900), stage.goods(12900))
    claims = []
    for n, who in enumerate(buyers):
        deal = stage.received(who, where, hours[n], lines=(sizes[n],))
        other = (said or sizes[::-1])[n]
        opened_at = deal.signed_at + 3 * HOUR_MS
        goods = (Goods(other.sku_id, 1),)
        claims.append(claim_refund(stage.story, deal, opened_at, ("return_refund", "wrong_item", True), goods))
    return claims


def large_for_larger(stage: ScriptContext) -> None:
    """Neighbours: L for XL and XL for L, by word alone."""
    first = stage.buyer()
    pair = (first, stage.buyer(area_of=first))
    claims = _claims(stage, pair, (0, 10))
    stage.expect(DETECTOR, claims[:1], among=pair, at=max(claim.deal.signed_at for claim in claims) + 3 * HOUR_MS)


def sent_back_crosswise(stage: ScriptContext) -> None:
    """At one address; each sends back what the other had ordered."""
    first = stage.buyer()
    pair = (first, stage.buyer(address_of=first))
    where, sizes = stage.shop(), (stage.goods(12900), stage.goods(12900))
    claims: list[RefundClaim] = []
    opened_at: list[int] = []
    for n, who in enumerate(pair):
        deal = stage.received(who, where, 10 * n, lines=(sizes[n],))
        claim, at = stage.agreed_return(deal, refund=("return_refund", "wrong_item", True))
        opened_at.append(return_holding(stage.story, [claim], at, (Goods(sizes[1 - n].sku_id, 1),)))
        claims.append(claim)
    stage.expect(DETECTOR, claims[:1], among=pair, at=max(opened_at))
    for claim in claims:
        # Neither is the dearer; and whether a wrong item that comes back was switched is left open.
        stage.expect("cross_account_switch", [claim], is_open=True)
        stage.expect("switched_goods", [claim], is_open=True)


def neighbours_with_other_goods(stage: ScriptContext) -> None:
    """Honest: two neighbours got wrong items from one shop, but not each other's."""
    first = stage.buyer()
    pair = (first, stage.buyer(area_of=first))
    for claim in _claims(stage, pair, (0, 10), (stage.goods(100), stage.goods(100))):
        stage.expect(DETECTOR, [claim], stands=False)


def strangers_crosswise(stage: ScriptContext) -> None:
    """Honest: the shop mixed up the parcels of two strangers."""
    for claim in _claims(stage, (stage.buyer(), stage.buyer()), (0, 10)):
        stage.expect(DETECTOR, [claim], stands=False)


def neighbours_months_apart(stage: ScriptContext) -> None:
    """Honest: the same between neighbours, forty days apart."""
    first = stage.buyer()
    for claim in _claims(stage, (first, stage.buyer(area_of=first)), (-24 * 40, 0)):
        stage.expect(DETECTOR, [claim], stands=False)


SCRIPTS = (
    large_for_larger,
    sent_back_crosswise,
    neighbours_with_other_goods,
    strangers_crosswise,
    neighbours_months_apart,
)
