"""One complaint after the other, none of them upheld (B8)."""

from collections.abc import Sequence

from cloudtag.contract.types import ComplaintStatus, ComplaintType
from cloudtag.simulate.order_context import OrderContext
from cloudtag.simulate.profile import HOUR_MS
from cloudtag.simulate.reviews_and_contacts import complain
from cloudtag.simulate.scripts.script_context import ScriptContext
from cloudtag.simulate.world import Shop

DETECTOR = "complaint_abuse"
PlannedComplaint = tuple[Shop, ComplaintType, ComplaintStatus]
"""The shop a complaint is about, its type, and how it ends."""


def _complain(stage: ScriptContext, told: Sequence[PlannedComplaint], days_between: float = 4) -> list[OrderContext]:
    """A buyer's complaints, each about an order of its own and decided the next day."""
    who, deals = stage.buyer(), []
    for n, (where, kind, outcome) in enumerate(told):
        deal = stage.received(who, where, -24 * days_between * (len(told) - 1 - n))
        complain(stage.story, deal, deal.signed_at + 4 * HOUR_MS, kind)
        complain(stage.story, deal, deal.signed_at + 28 * HOUR_MS, kind, outcome)
        deals.append(deal)
    return deals


def three_rejected(stage: ScriptContext) -> None:
    """Three of one kind over two shops."""
    first, second = stage.shop(), stage.shop()
    told: list[PlannedComplaint] = [(where, "late_delivery", "rejected") for where in (first, second, first)]
    stage.expect_orders(DETECTOR, _complain(stage, told))


def withdrawn_in_time(stage: ScriptContext) -> None:
    """Three of one kind over three shops, withdrawn when the shops gave in."""
    told: list[PlannedComplaint] = [(stage.shop(), "invoice", "withdrawn") for _ in range(3)]
    stage.expect_orders(DETECTOR, _complain(stage, told))


def three_upheld(stage: ScriptContext) -> None:
    """Honest: three times right."""
    told: list[PlannedComplaint] = [(stage.shop(), "late_delivery", "upheld") for _ in range(3)]
    stage.expect_orders(DETECTOR, _complain(stage, told), stands=False)


def three_kinds(stage: ScriptContext) -> None:
    """Honest: three complaints of three kinds, all rejected."""
    kinds: tuple[ComplaintType, ...] = ("late_delivery", "invoice", "postage")
    told: list[PlannedComplaint] = [(stage.shop(), kind, "rejected") for kind in kinds]
    stage.expect_orders(DETECTOR, _complain(stage, told), stands=False)


def quarrel_with_one_shop(stage: ScriptContext) -> None:
    """Honest: three rejected complaints about one shop."""
    where = stage.shop()
    told: list[PlannedComplaint] = [(where, "late_delivery", "rejected") for _ in range(3)]
    stage.expect_orders(DETECTOR, _complain(stage, told), stands=False)


def complaints_of_a_year(stage: ScriptContext) -> None:
    """Honest: three rejected complaints, two months apart."""
    told: list[PlannedComplaint] = [(stage.shop(), "late_delivery", "rejected") for _ in range(3)]
    stage.expect_orders(DETECTOR, _complain(stage, told, 60), stands=False)


SCRIPTS = (
    three_rejected,
    withdrawn_in_time,
    three_upheld,
    three_kinds,
    quarrel_with_one_shop,
    complaints_of_a_year,
)
