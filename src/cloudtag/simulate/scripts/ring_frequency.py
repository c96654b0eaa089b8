"""One complaint after the other at one shop, from accounts of one hand (F13)."""

from collections.abc import Sequence

from cloudtag.simulate.profile import HOUR_MS
from cloudtag.simulate.refunds import RefundClaim, claim_refund
from cloudtag.simulate.scripts.script_context import ScriptContext
from cloudtag.simulate.world import Buyer

DETECTOR = "ring_frequency"


def _claims(stage: ScriptContext, people: Sequence[Buyer], days_between: float = 4) -> list[RefundClaim]:
    """Broken goods at one shop, claimed by one after the other."""
    where, claims = stage.shop(), []
    for n, who in enumerate(people):
        deal = stage.received(who, where, 24 * days_between * n)
        claims.append(claim_refund(stage.story, deal, deal.signed_at + 3 * HOUR_MS, ("refund_only", "damaged", True)))
    return claims


def _hand(stage: ScriptContext, accounts: int) -> list[Buyer]:
    first = stage.buyer()
    return [first, *(stage.buyer(device_of=first) for _ in range(accounts - 1))]


def three_accounts_take_turns(stage: ScriptContext) -> None:
    """Four broken cups, claimed by three accounts on one device."""
    hand = _hand(stage, 3)
    claims = _claims(stage, [*hand, hand[0]])
    stage.expect(DETECTOR, claims, among=hand)
    # They are linked, and each has an alert: then they are a ring.
    stage.expect("account_ring", claims, among=hand, is_open=True)


def paid_from_one_account(stage: ScriptContext) -> None:
    """Five accounts that pay from one."""
    first = stage.buyer()
    people = [first, *(stage.buyer(payment_of=first) for _ in range(4))]
    claims = _claims(stage, people)
    stage.expect(DETECTOR, claims, among=people)
    stage.expect("account_ring", claims, among=people, is_open=True)


def two_friends(stage: ScriptContext) -> None:
    """Honest: two friends who order on one device, and a bad batch."""
    hand = _hand(stage, 2)
    stage.expect(DETECTOR, _claims(stage, hand * 2), stands=False)


def neighbours_and_a_bad_batch(stage: ScriptContext) -> None:
    """Honest: four households of one address, and a bad batch."""
    first = stage.buyer()
    people = [first, *(stage.buyer(address_of=first) for _ in range(3))]
    stage.expect(DETECTOR, _claims(stage, people), stands=False)


def spread_over_the_quarter(stage: ScriptContext) -> None:
    """Four claims by three accounts, but weeks apart."""
    hand = _hand(stage, 3)
    stage.expect(DETECTOR, _claims(stage, [*hand, hand[0]], 15), stands=False)


SCRIPTS = (
    three_accounts_take_turns,
    paid_from_one_account,
    two_friends,
    neighbours_and_a_bad_batch,
    spread_over_the_quarter,
)
