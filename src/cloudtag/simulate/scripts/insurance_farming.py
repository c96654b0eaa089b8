"""Living on freight insurance (F15)."""

from collections.abc import Sequence

from cloudtag.simulate.order_context import OrderContext
from cloudtag.simulate.profile import DAY_MS
from cloudtag.simulate.scripts.script_context import ScriptContext
from cloudtag.simulate.world import Buyer

DETECTOR = "insurance_farming"


def _farm(stage: ScriptContext, people: Sequence[Buyer], kept: int = 0, days_between: float = 4) -> list[OrderContext]:
    """Insured orders one after the other, paid for by the insurance but for the first so many; no shop twice."""
    deals = []
    for n, who in enumerate(people):
        deal = stage.received(who, stage.shop(), 24 * days_between * n, is_insured=True)
        if n >= kept:
            stage.story.insure(deal, "claimed", deal.signed_at + DAY_MS)
            stage.story.insure(deal, "paid", deal.signed_at + 3 * DAY_MS)
            deals.append(deal)
    return deals


def nine_of_nine(stage: ScriptContext) -> None:
    """Everything insured goes back."""
    stage.expect_orders(DETECTOR, _farm(stage, [stage.buyer()] * 9))


def three_accounts_with_one_phone(stage: ScriptContext) -> None:
    """Three accounts with one phone, three claims each."""
    first = stage.buyer()
    people = [first, stage.buyer(phone_of=first), stage.buyer(phone_of=first)]
    deals = _farm(stage, people * 3)
    stage.expect_orders(DETECTOR, deals, among=people)
    # They are linked, and each has an alert: then they are a ring.
    stage.expect_orders("account_ring", deals, among=people, is_open=True)


def seven_of_seven(stage: ScriptContext) -> None:
    """One claim too few."""
    stage.expect_orders(DETECTOR, _farm(stage, [stage.buyer()] * 7), stands=False)


def eight_of_fourteen(stage: ScriptContext) -> None:
    """Honest: somebody with sizes that seldom fit, who keeps the other six."""
    stage.expect_orders(DETECTOR, _farm(stage, [stage.buyer()] * 14, 6, 3), stands=False)


def neighbours_who_send_all_back(stage: ScriptContext) -> None:
    """Honest: three households of one address, three claims each."""
    first = stage.buyer()
    people = [first, stage.buyer(address_of=first), stage.buyer(address_of=first)]
    stage.expect_orders(DETECTOR, _farm(stage, people * 3), stands=False)


SCRIPTS = (nine_of_nine, three_accounts_with_one_phone, seven_of_seven, eight_of_fourteen, neighbours_who_send_all_back)
