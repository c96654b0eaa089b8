"""Other goods, or imitations, come back (T2, T2a)."""

from cloudtag.contract.types import Goods
from cloudtag.simulate.profile import HOUR_MS
from cloudtag.simulate.refunds import inspect, return_holding
from cloudtag.simulate.scripts.script_context import ScriptContext

DETECTOR = "switched_goods"


def worthless_in_its_place(stage: ScriptContext) -> None:
    """The parcel holds something the shop never sent."""
    claim, at = stage.agreed_return(stage.received(stage.buyer(), stage.shop()))
    return_holding(stage.story, [claim], at, (Goods("sku-brick", 1),))
    stage.expect(DETECTOR, [claim])


def imitation(stage: ScriptContext) -> None:
    """The parcel holds an imitation of the goods."""
    claim, at = stage.agreed_return(stage.received(stage.buyer(), stage.shop()))
    return_holding(stage.story, [claim], at, claim.goods(), authentic=False)
    stage.expect(DETECTOR, [claim])


def wrong_item_goes_back(stage: ScriptContext) -> None:
    """Honest, an odd but true reason: the shop had sent the wrong item, and that is what comes back."""
    where, other = stage.shop(), stage.goods(5900)
    stage.received(stage.buyer(), where, lines=(other,))
    deal = stage.received(stage.buyer(), where)
    claim, at = stage.agreed_return(deal, refund=("return_refund", "wrong_item", True))
    return_holding(stage.story, [claim], at, (Goods(other.sku_id, 1),))
    stage.expect(DETECTOR, [claim], stands=False)
    stage.expect("shop_side", [claim], is_open=True)


def gift_comes_too(stage: ScriptContext) -> None:
    """Honest: the free gift comes back with the goods."""
    claim, at = stage.agreed_return(stage.received(stage.buyer(), stage.shop()))
    return_holding(stage.story, [claim], at, (*claim.goods(), Goods("sku-gift", 1)))
    stage.expect(DETECTOR, [claim], stands=False)


def booked_under_the_wrong_sku(stage: ScriptContext) -> None:
    """Honest: the shop writes down the wrong sku and puts it right."""
    claim, at = stage.agreed_return(stage.received(stage.buyer(), stage.shop()))
    opened_at = return_holding(stage.story, [claim], at, (Goods("sku-typo", 1),))
    inspect(stage.story, claim, opened_at + HOUR_MS, claim.goods(), authentic=True)
    stage.expect(DETECTOR, [claim], stands=False)


SCRIPTS = (worthless_in_its_place, imitation, wrong_item_goes_back, gift_comes_too, booked_under_the_wrong_sku)
