"""A dear item swapped for the cheap one that a linked account bought in the same shop (T2b)."""

from cloudtag.contract.types import Goods, RefundReason
from cloudtag.simulate.refunds import RefundClaim, return_holding
from cloudtag.simulate.scripts.script_context import ScriptContext
from cloudtag.simulate.world import Buyer, Shop

DETECTOR = "cross_account_switch"


def _swap(
    stage: ScriptContext, buyers: tuple[Buyer, Buyer], shops: tuple[Shop, Shop], reason: RefundReason
) -> RefundClaim:
    """The first buys the cheap item; the second buys the dear one, complains, and sends back the cheap one."""
    cheap, dear = stage.goods(1900), stage.goods(89900)
    stage.received(buyers[0], shops[0], lines=(cheap,))
    deal = stage.received(buyers[1], shops[1], 3, lines=(dear,))
    claim, at = stage.agreed_return(deal, refund=("return_refund", reason, True))
    return_holding(stage.story, [claim], at, (Goods(cheap.sku_id, 1),))
    # A sku that was not sent: whether the buyer's word, that it was, counts against that is left open.
    stage.expect("switched_goods", [claim], is_open=True)
    return claim


def swapped_on_one_device(stage: ScriptContext) -> None:
    """Both accounts are used on one device."""
    first, where = stage.buyer(), stage.shop()
    claim = _swap(stage, (first, stage.buyer(device_of=first)), (where, where), "wrong_item")
    stage.expect(DETECTOR, [claim])


def swapped_by_one_payer(stage: ScriptContext) -> None:
    """Both accounts pay with one card."""
    first, where = stage.buyer(), stage.shop()
    claim = _swap(stage, (first, stage.buyer(payment_of=first)), (where, where), "not_as_described")
    stage.expect(DETECTOR, [claim])


def swapped_next_door(stage: ScriptContext) -> None:
    """The two accounts have goods sent to addresses near each other."""
    first, where = stage.buyer(), stage.shop()
    claim = _swap(stage, (first, stage.buyer(area_of=first)), (where, where), "not_as_described")
    stage.expect(DETECTOR, [claim])


def stranger_bought_it_too(stage: ScriptContext) -> None:
    """Honest: the shop sent the wrong item, which a stranger happens to have bought as well."""
    where = stage.shop()
    claim = _swap(stage, (stage.buyer(), stage.buyer()), (where, where), "wrong_item")
    stage.expect(DETECTOR, [claim], stands=False)
    stage.expect("shop_side", [claim])


def sister_bought_it_elsewhere(stage: ScriptContext) -> None:
    """Honest: the wrong item came, and somebody at the same address has one, but from another shop."""
    first = stage.buyer()
    claim = _swap(stage, (first, stage.buyer(address_of=first)), (stage.shop(), stage.shop()), "wrong_item")
    stage.expect(DETECTOR, [claim], stands=False)


def sister_bought_the_cheap_one(stage: ScriptContext) -> None:
    """Honest: two at one address buy in one shop; the dear item goes back as it came."""
    first, where = stage.buyer(), stage.shop()
    stage.received(first, where, lines=(stage.goods(1900),))
    deal = stage.received(stage.buyer(address_of=first), where, 3, lines=(stage.goods(89900),))
    claim, at = stage.agreed_return(deal, refund=("return_refund", "not_as_described", True))
    return_holding(stage.story, [claim], at, claim.goods())
    stage.expect(DETECTOR, [claim], stands=False)


SCRIPTS = (
    swapped_on_one_device,
    swapped_by_one_payer,
    swapped_next_door,
    stranger_bought_it_too,
    sister_bought_it_elsewhere,
    sister_bought_the_cheap_one,
)
