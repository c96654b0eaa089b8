"""Money back for goods "not received" though the buyer signed for them (T6, B28)."""

from cloudtag.contract.types import SignerKind
from cloudtag.simulate.profile import HOUR_MS
from cloudtag.simulate.refunds import Claim, claim_refund, tell
from cloudtag.simulate.scripts.stage import Stage

DETECTOR = "received_refund_only"


def _say_not_received(stage: Stage, signer: SignerKind) -> Claim:
    """An order signed for by `signer`; two hours later the buyer says it never came."""
    story = stage.story
    deal = story.buy(stage.buyer(), stage.shop(), stage.at, 1)
    story.ship(deal)
    story.deliver(deal, signer)
    return claim_refund(story, deal, deal.signed_at + 2 * HOUR_MS, ("refund_only", "not_received", False))


def signed_and_denied(stage: Stage) -> None:
    """The buyer signed, denies it, and amends the refund three times."""
    claim = _say_not_received(stage, "recipient")
    for n in range(1, 4):
        tell(stage.story, claim, "modified", claim.deal.signed_at + (2 + 5 * n) * HOUR_MS)
    stage.expect(DETECTOR, [claim])


def denied_once(stage: Stage) -> None:
    """The buyer signed and denies it, once."""
    stage.expect(DETECTOR, [_say_not_received(stage, "recipient")])


def left_at_a_station(stage: Stage) -> None:
    """Honest: a pick-up station signed; the buyer truly has nothing."""
    stage.expect(DETECTOR, [_say_not_received(stage, "station")], stands=False)


SCRIPTS = (signed_and_denied, denied_once, left_at_a_station)
