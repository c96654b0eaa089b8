"""Returns that hold less than they claim (T1)."""

from cloudtag.contract.types import Goods
from cloudtag.simulate.profile import HOUR_MS
from cloudtag.simulate.refunds import inspect, return_holding
from cloudtag.simulate.scripts.script_context import ScriptContext

DETECTOR = "short_return"


def five_as_one(stage: ScriptContext) -> None:
    """Five orders announced as one parcel, one number in five refunds, one item inside (T1a)."""
    who, where = stage.buyer(), stage.shop()
    returns = [stage.agreed_return(stage.received(who, where, n / 4)) for n in range(5)]
    claims = [claim for claim, _ in returns]
    return_holding(stage.story, claims, max(at for _, at in returns), claims[0].goods())
    stage.expect(DETECTOR, claims)
    stage.expect("reused_waybill", claims, stands=False)


def empty_parcel(stage: ScriptContext) -> None:
    """The parcel is empty."""
    claim, at = stage.agreed_return(stage.received(stage.buyer(), stage.shop()))
    return_holding(stage.story, [claim], at, ())
    stage.expect(DETECTOR, [claim])


def two_of_three(stage: ScriptContext) -> None:
    """Three pieces claimed, two sent."""
    claim, at = stage.agreed_return(stage.received(stage.buyer(), stage.shop(), pieces=3))
    return_holding(stage.story, [claim], at, (Goods(claim.goods()[0].sku_id, 2),))
    stage.expect(DETECTOR, [claim])


def part_of_an_order(stage: ScriptContext) -> None:
    """Honest: of three pieces one is claimed and one comes back."""
    deal = stage.received(stage.buyer(), stage.shop(), pieces=3)
    claim, at = stage.agreed_return(deal, (Goods(deal.lines[0].sku_id, 1),))
    return_holding(stage.story, [claim], at, claim.lines)
    stage.expect(DETECTOR, [claim], stands=False)


def counted_again(stage: ScriptContext) -> None:
    """Honest: the shop misses a piece, finds it an hour later and writes a second inspection."""
    claim, at = stage.agreed_return(stage.received(stage.buyer(), stage.shop(), pieces=2))
    opened_at = return_holding(stage.story, [claim], at, (Goods(claim.goods()[0].sku_id, 1),))
    inspect(stage.story, claim, opened_at + HOUR_MS, claim.goods())
    stage.expect(DETECTOR, [claim], stands=False)


SCRIPTS = (five_as_one, empty_parcel, two_of_three, part_of_an_order, counted_again)
