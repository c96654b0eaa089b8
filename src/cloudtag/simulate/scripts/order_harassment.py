"""Orders placed for the sake of the note (A14)."""

from cloudtag.simulate.order_context import OrderContext
from cloudtag.simulate.profile import HOUR_MS
from cloudtag.simulate.scripts.script_context import ScriptContext
from cloudtag.simulate.world import Shop

DETECTOR = "order_harassment"
NOTE = "you know what you did"


def _order(
    stage: ScriptContext, shops: list[Shop], note: str | None = NOTE, hours_between: float = 48
) -> list[OrderContext]:
    """Unpaid orders, one at each shop, so long apart."""
    who = stage.buyer()
    deals = [
        stage.story.place(who, where, stage.after(hours_between * n), 1, buyer_note=note)
        for n, where in enumerate(shops)
    ]
    for deal in deals:
        stage.story.move(deal, "closed_unpaid", deal.placed_at + 24 * HOUR_MS)
    return deals


def notes_to_one_shop(stage: ScriptContext) -> None:
    """Three unpaid orders with a note at one shop."""
    stage.platform = "taobao"
    deals = _order(stage, [stage.shop()] * 3)[:2]
    stage.expect_orders(DETECTOR, deals, at=deals[1].placed_at + 24 * HOUR_MS, is_hint=True)


def one_note(stage: ScriptContext) -> None:
    """One unpaid order with a note."""
    stage.platform = "tmall"
    stage.expect_orders(DETECTOR, _order(stage, [stage.shop()]), stands=False)


def one_note_where_one_is_enough(stage: ScriptContext) -> None:
    """One unpaid order with a note, on a platform that judges by the order."""
    stage.platform = "aliexpress"
    stage.expect_orders(DETECTOR, _order(stage, [stage.shop()]), is_hint=True)


def a_note_to_each(stage: ScriptContext) -> None:
    """Three shops, a note each."""
    stage.platform = "jd"
    stage.expect_orders(DETECTOR, _order(stage, [stage.shop() for _ in range(3)]), stands=False)


def two_notes_in_forty_days(stage: ScriptContext) -> None:
    """Two unpaid orders with a note, but long apart."""
    stage.platform = "taobao"
    stage.expect_orders(DETECTOR, _order(stage, [stage.shop()] * 2, hours_between=-24 * 40), stands=False)


def unpaid_without_a_word(stage: ScriptContext) -> None:
    """Honest: three orders left unpaid, without a note."""
    stage.expect_orders(DETECTOR, _order(stage, [stage.shop()] * 3, None), stands=False)


def paid_with_wishes(stage: ScriptContext) -> None:
    """Honest: three paid orders with wishes for the wrapping."""
    who, where = stage.buyer(), stage.shop()
    deals = [stage.received(who, where, 9 * n, buyer_note="please wrap it") for n in range(3)]
    stage.expect_orders(DETECTOR, deals, stands=False)


SCRIPTS = (
    notes_to_one_shop,
    one_note,
    one_note_where_one_is_enough,
    a_note_to_each,
    two_notes_in_forty_days,
    unpaid_without_a_word,
    paid_with_wishes,
)
