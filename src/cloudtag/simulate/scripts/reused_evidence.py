"""Pictures that have proved something else before (T7)."""

from cloudtag.contract.types import Proof
from cloudtag.simulate.profile import HOUR_MS
from cloudtag.simulate.refunds import RefundClaim, claim_refund, tell
from cloudtag.simulate.reviews_and_contacts import complain
from cloudtag.simulate.scripts.script_context import ScriptContext
from cloudtag.simulate.world import Buyer, mix

DETECTOR = "reused_evidence"


def _picture(stage: ScriptContext, number: int = 0, bits: int = 0) -> Proof:
    """A picture of this performance; `number` makes it another file, `bits` is how much of its look differs."""
    look = int(mix(15, stage.number), 16)
    for n in range(bits):
        look ^= 1 << (8 * n + 3)
    return Proof(mix(16, 100 * stage.number + number), "picture", f"{look:016x}")


def _claim(stage: ScriptContext, who: Buyer, hours: float, picture: Proof) -> RefundClaim:
    deal = stage.received(who, stage.shop(), hours)
    at = deal.signed_at + 2 * HOUR_MS
    return claim_refund(stage.story, deal, at, ("refund_only", "damaged", True), evidence=(picture,))


def _claim_twice(
    stage: ScriptContext, second: Buyer, first: Buyer, bits: int, number: int
) -> tuple[RefundClaim, RefundClaim]:
    """One claim a month ago and one now."""
    return (
        _claim(stage, first, -24 * 30, _picture(stage)),
        _claim(stage, second, 0, _picture(stage, number, bits)),
    )


def same_picture_twice(stage: ScriptContext) -> None:
    """One buyer shows one picture of damage to two shops."""
    who = stage.buyer()
    first, second = _claim_twice(stage, who, who, 0, 0)
    stage.expect(DETECTOR, [second])
    stage.expect(DETECTOR, [first], is_open=True)


def borrowed_picture(stage: ScriptContext) -> None:
    """Another buyer's picture."""
    first, second = _claim_twice(stage, stage.buyer(), stage.buyer(), 0, 0)
    stage.expect(DETECTOR, [second])
    stage.expect(DETECTOR, [first], is_open=True)


def retouched_picture(stage: ScriptContext) -> None:
    """Another file of nearly the same look: six bits of sixty-four differ, each in another byte."""
    first, second = _claim_twice(stage, stage.buyer(), stage.buyer(), 6, 1)
    stage.expect(DETECTOR, [second])
    stage.expect(DETECTOR, [first], is_open=True)


def picture_in_a_complaint(stage: ScriptContext) -> None:
    """The picture of a refund turns up in somebody else's complaint."""
    picture = _picture(stage)
    first = _claim(stage, stage.buyer(), -24 * 30, picture)
    deal = stage.received(stage.buyer(), stage.shop())
    complain(stage.story, deal, deal.signed_at + HOUR_MS, "other", evidence=(picture,))
    stage.expect_orders(DETECTOR, [deal])
    stage.expect(DETECTOR, [first], is_open=True)


def similar_picture(stage: ScriptContext) -> None:
    """Honest: two pictures of the same model look alike; seven bits differ."""
    for claim in _claim_twice(stage, stage.buyer(), stage.buyer(), 7, 1):
        stage.expect(DETECTOR, [claim], stands=False)


def picture_sent_again(stage: ScriptContext) -> None:
    """Honest: the buyer attaches the same picture again when amending the same refund."""
    picture = _picture(stage)
    claim = _claim(stage, stage.buyer(), 0, picture)
    tell(stage.story, claim, "modified", claim.deal.signed_at + 9 * HOUR_MS, (picture,))
    stage.expect(DETECTOR, [claim], stands=False)


SCRIPTS = (
    same_picture_twice,
    borrowed_picture,
    retouched_picture,
    picture_in_a_complaint,
    similar_picture,
    picture_sent_again,
)
