"""Orders that are paid back more than once (F14)."""

from cloudtag.contract.disputes import ChargebackChanged
from cloudtag.contract.types import ChargebackStatus
from cloudtag.simulate.order_context import OrderContext
from cloudtag.simulate.profile import HOUR_MS
from cloudtag.simulate.refunds import RefundClaim, claim_refund, return_honestly, tell
from cloudtag.simulate.scripts.script_context import ScriptContext

DETECTOR = "double_refund"


def _paid_back(stage: ScriptContext, deal: OrderContext, hours: int) -> RefundClaim:
    """The price is paid back without a return."""
    at = deal.signed_at + hours * HOUR_MS
    claim = claim_refund(stage.story, deal, at, ("refund_only", "quality", True))
    tell(stage.story, claim, "completed", at + 20 * HOUR_MS)
    return claim


def _charge_back(stage: ScriptContext, deal: OrderContext, status: ChargebackStatus, hours: int) -> None:
    """The buyer's bank is asked for the price of an order, or says what came of it."""
    shop = deal.shop
    stage.story.add(
        ChargebackChanged(
            stage.story.next_event_id(),
            deal.signed_at + hours * HOUR_MS,
            shop.platform,
            f"{deal.order_id}:chargeback",
            deal.order_id,
            deal.buyer.buyer_id,
            shop.shop_id,
            deal.buyer.payment_hash,
            status,
            sum(line.quantity * line.unit_price_minor for line in deal.lines),
        )
    )


def paid_and_returned(stage: ScriptContext) -> None:
    """Paid back without a return, then sent back and paid again."""
    deal = stage.received(stage.buyer(), stage.shop())
    first = _paid_back(stage, deal, 4)
    second = claim_refund(stage.story, deal, deal.signed_at + 30 * HOUR_MS)
    return_honestly(stage.story, [second], deal.signed_at + 40 * HOUR_MS)
    stage.expect(DETECTOR, [first, second])


def paid_by_the_bank_too(stage: ScriptContext) -> None:
    """Paid back by the shop, then by the bank."""
    deal = stage.received(stage.buyer(), stage.shop())
    claim = _paid_back(stage, deal, 4)
    _charge_back(stage, deal, "opened", 60)
    stage.expect(DETECTOR, [claim])
    _charge_back(stage, deal, "lost", 200)


def bank_refuses(stage: ScriptContext) -> None:
    """The shop shows the bank that it has paid, and wins."""
    deal = stage.received(stage.buyer(), stage.shop())
    claim = _paid_back(stage, deal, 4)
    _charge_back(stage, deal, "opened", 60)
    _charge_back(stage, deal, "won", 200)
    stage.expect(DETECTOR, [claim], stands=False)


def paid_once(stage: ScriptContext) -> None:
    """Honest: the first refund is withdrawn, the goods go back."""
    deal = stage.received(stage.buyer(), stage.shop())
    first = claim_refund(stage.story, deal, deal.signed_at + 4 * HOUR_MS, ("refund_only", "quality", True))
    tell(stage.story, first, "withdrawn", deal.signed_at + 9 * HOUR_MS)
    second = claim_refund(stage.story, deal, deal.signed_at + 30 * HOUR_MS)
    return_honestly(stage.story, [second], deal.signed_at + 40 * HOUR_MS)
    stage.expect(DETECTOR, [first, second], stands=False)


SCRIPTS = (paid_and_returned, paid_by_the_bank_too, bank_refuses, paid_once)
