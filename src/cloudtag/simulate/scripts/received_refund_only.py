"""Money back for goods "not received" though the buyer signed for them (T6, B28)."""

from cloudtag.contract.ids import alert_id
from cloudtag.contract.scope import NETWORKS, scoped
from cloudtag.contract.types import SignerKind
from cloudtag.simulate.profile import HOUR_MS
from cloudtag.simulate.refunds import RefundClaim, claim_refund, tell
from cloudtag.simulate.scripts.script_context import ScriptContext
from cloudtag.simulate.world import Buyer

DETECTOR = "received_refund_only"


def denied_id(claim: RefundClaim) -> str:
    """The id of the alert about such a claim."""
    deal = claim.deal
    subject = scoped(deal.shop.shop_id, deal.order_id)
    return alert_id(DETECTOR, NETWORKS[deal.shop.platform], deal.buyer.buyer_id, subject, claim.refund_id)


def say_not_received(
    stage: ScriptContext, signer: SignerKind, who: Buyer | None = None, hours: float = 0
) -> RefundClaim:
    """An order signed for by `signer`; two hours later the buyer says it never came."""
    story = stage.story
    deal = story.buy(who or stage.buyer(), stage.shop(), stage.after(hours), 1)
    story.ship(deal)
    story.deliver(deal, signer)
    return claim_refund(story, deal, deal.signed_at + 2 * HOUR_MS, ("refund_only", "not_received", False))


def signed_and_denied(stage: ScriptContext) -> None:
    """The buyer signed, denies it, and amends the refund three times."""
    claim = say_not_received(stage, "recipient")
    stage.expect(DETECTOR, [claim])
    for n in range(1, 4):
        tell(stage.story, claim, "modified", claim.deal.signed_at + (2 + 5 * n) * HOUR_MS)


def denied_once(stage: ScriptContext) -> None:
    """The buyer signed and denies it, once."""
    stage.expect(DETECTOR, [say_not_received(stage, "recipient")])


def left_at_a_station(stage: ScriptContext) -> None:
    """Honest: a pick-up station signed; the buyer truly has nothing."""
    stage.expect(DETECTOR, [say_not_received(stage, "station")], stands=False)


def taken_in_by_the_household(stage: ScriptContext) -> None:
    """Honest: somebody else at home signed and did not say so."""
    stage.expect(DETECTOR, [say_not_received(stage, "household")], stands=False)


SCRIPTS = (signed_and_denied, denied_once, left_at_a_station, taken_in_by_the_household)
