"""Card complaints over instalments requests (B29)."""

from cloudtag.simulate.order_context import OrderContext
from cloudtag.simulate.profile import HOUR_MS
from cloudtag.simulate.reviews_and_contacts import complain
from cloudtag.simulate.scripts.script_context import ScriptContext

DETECTOR = "card_extortion"


def _complain(stage: ScriptContext, *, asked_before: bool, demands_money: bool) -> OrderContext:
    deal = stage.received(stage.buyer(), stage.shop())
    at = deal.signed_at + 4 * HOUR_MS
    if asked_before:
        complain(stage.story, deal, at, "instalments")
    complain(stage.story, deal, at + 20 * HOUR_MS, "credit_card", number=2, demands_money=demands_money)
    # Whatever a complaint is about, that it demands money is a weak signal by itself.
    stage.expect_orders("extortion", [deal], stands=demands_money, is_hint=True)
    return deal


def instalments_refused(stage: ScriptContext) -> None:
    """Instalments were asked for; the complaint is about cards, and has a price."""
    stage.expect_orders(DETECTOR, [_complain(stage, asked_before=True, demands_money=True)])


def relabelled(stage: ScriptContext) -> None:
    """One complaint, given the other type later."""
    deal = stage.received(stage.buyer(), stage.shop())
    complain(stage.story, deal, deal.signed_at + 4 * HOUR_MS, "instalments")
    complain(stage.story, deal, deal.signed_at + 9 * HOUR_MS, "credit_card", demands_money=True)
    stage.expect_orders(DETECTOR, [deal])
    stage.expect_orders("extortion", [deal], is_hint=True)


def card_refused(stage: ScriptContext) -> None:
    """A card was refused and money is asked; instalments were never the matter."""
    stage.expect_orders(DETECTOR, [_complain(stage, asked_before=False, demands_money=True)], stands=False)


def nothing_asked(stage: ScriptContext) -> None:
    """Honest: both were refused, and no money is asked."""
    stage.expect_orders(DETECTOR, [_complain(stage, asked_before=True, demands_money=False)], stands=False)


SCRIPTS = (instalments_refused, relabelled, card_refused, nothing_asked)
