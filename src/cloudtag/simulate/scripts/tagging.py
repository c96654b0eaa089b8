"""Shops that tag buyers: rightly, too much, without permission, ambiguously, twice (J3-J5, J8, T9, B14)."""

from collections.abc import Sequence
from typing import Any

from cloudtag.contract.events import AccountChanged, TagSubmitted
from cloudtag.contract.types import AccountStatus, TaggedOrder
from cloudtag.simulate.labels import ConfirmationLabel, TagLabel
from cloudtag.simulate.order_context import OrderContext
from cloudtag.simulate.profile import HOUR_MS, MINUTE_MS
from cloudtag.simulate.refunds import return_holding
from cloudtag.simulate.reviews_and_contacts import contact
from cloudtag.simulate.scripts.script_context import ScriptContext
from cloudtag.simulate.scripts.short_return import DETECTOR

Outcome = tuple[str, str | None]
"""The final status of a tag, and the reason of a rejection."""
PENDING: Outcome = ("pending", None)
CONFIRMED: Outcome = ("confirmed", None)


def submit(
    stage: ScriptContext,
    tagged: Sequence[tuple[OrderContext, Outcome]],
    at: int,
    scenarios: tuple[str, ...] = ("worn_return",),
    account: str | None = None,
) -> None:
    """A shop tags orders; each is labelled with the final status, and the reason, expected of it."""
    story, where = stage.story, tagged[0][0].shop
    submission_id = story.ids.next("t")
    story.add(
        TagSubmitted(
            story.next_event_id(),
            at,
            where.platform,
            submission_id,
            where.shop_id,
            account or where.main_account,
            scenarios,
            tuple(TaggedOrder(deal.order_id, deal.buyer.buyer_id) for deal, _ in tagged),
        )
    )
    stage.labels += [
        TagLabel(
            story=stage.name,
            submission_id=submission_id,
            order_id=deal.order_id,
            buyer_id=deal.buyer.buyer_id,
            shop_id=where.shop_id,
            scenario=scenarios[0] if len(scenarios) == 1 else None,
            status=status,
            reason=reason,
        )
        for deal, (status, reason) in tagged
    ]


def confirm(stage: ScriptContext, deal: OrderContext, scenario: str, **truth: Any) -> None:
    """Label the buyer as confirmed, or as one who must not be."""
    buyer_id = deal.buyer.buyer_id
    stage.labels.append(ConfirmationLabel(story=stage.name, buyer_id=buyer_id, scenario=scenario, **truth))


def on_cloud_tag(stage: ScriptContext) -> ScriptContext:
    """Move a script to where shops tag by the scenarios of the catalogue: AliExpress knows report scenes alone."""
    if stage.platform == "aliexpress":
        stage.platform = "tmall"
    return stage


def three_shops_agree(stage: ScriptContext) -> None:
    """Three shops tag a buyer for goods sent back worn; the platform knows nothing of it, but three are enough (J8)."""
    who = on_cloud_tag(stage).buyer()
    deals = [stage.received(who, stage.shop(), n) for n in range(3)]
    for deal in deals:
        submit(stage, [(deal, CONFIRMED)], deal.signed_at + 20 * HOUR_MS)
    confirm(stage, deals[0], "worn_return")


def empty_parcels_speak(stage: ScriptContext) -> None:
    """A thief sends empty parcels to three shops; each tries to reach him twice, then tags him (T8).

    The alert about the parcel bears each tag out by itself; that makes three confirmations, and none by the shops (T9).
    """
    story, who = on_cloud_tag(stage).story, stage.buyer()
    deals = []
    for n in range(3):
        deal = stage.received(who, stage.shop(), n)
        claim, at = stage.agreed_return(deal)
        opened_at = return_holding(story, [claim], at, ())
        stage.expect(DETECTOR, [claim])
        for hours in (1, 3):
            contact(story, deal, opened_at + hours * HOUR_MS, answered=False)
        submit(stage, [(deal, CONFIRMED)], opened_at + 5 * HOUR_MS, (DETECTOR,))
        deals.append(deal)
    confirm(stage, deals[0], DETECTOR, basis="platform_evidence", times=3)


def two_shops_agree(stage: ScriptContext) -> None:
    """Two shops tag a buyer, one of them two of his orders: one distinct shop short, so all stay pending (J8)."""
    who, first, second = on_cloud_tag(stage).buyer(), stage.shop(), stage.shop()
    deals = [stage.received(who, where, n) for n, where in enumerate((first, first, second))]
    for deal in deals:
        submit(stage, [(deal, PENDING)], deal.signed_at + 20 * HOUR_MS)
    confirm(stage, deals[0], "worn_return", stands=False)


def too_many_orders(stage: ScriptContext) -> None:
    """A shop tags the twenty-one orders of an honest reseller at once (J3)."""
    who, where = stage.buyer(), stage.shop()
    refused = ("rejected", "too_many_orders")
    tagged = [(stage.story.buy(who, where, stage.at + n * MINUTE_MS, 1), refused) for n in range(21)]
    submit(stage, tagged, stage.at + 6 * HOUR_MS)


def no_permission(stage: ScriptContext) -> None:
    """An account that passed no exam tags, and so does one whose permission was revoked (B14, A18)."""
    story, where = on_cloud_tag(stage).story, stage.shop()
    deal = stage.received(stage.buyer(), where)
    refused = ("rejected", "no_permission")
    submit(stage, [(deal, refused)], deal.signed_at + HOUR_MS, account=f"{where.shop_id}:temp")
    account = f"{where.shop_id}:{story.ids.next('a')}"
    steps: tuple[tuple[AccountStatus, int], ...] = (("exam_passed", 0), ("revoked", 1))
    for status, hours in steps:
        at = deal.placed_at + hours * HOUR_MS
        event_id = story.next_event_id()
        story.add(AccountChanged(event_id, at, where.platform, where.shop_id, account, status))
    other = stage.received(stage.buyer(), where, 1)
    submit(stage, [(other, refused)], other.signed_at + 2 * HOUR_MS, account=account)


def unclear_scenario(stage: ScriptContext) -> None:
    """One submission names two scenarios (J4), another one that does not exist."""
    where = on_cloud_tag(stage).shop()
    deal, other = (stage.received(stage.buyer(), where, n) for n in range(2))
    both = ("worn_return", "short_return")
    submit(stage, [(deal, ("rejected", "one_scenario_only"))], deal.signed_at + HOUR_MS, both)
    submit(stage, [(other, ("rejected", "unknown_scenario"))], other.signed_at + HOUR_MS, ("rudeness",))


def tagged_twice(stage: ScriptContext) -> None:
    """A shop tags an order again that it tagged already; the other order of that submission goes on (J5)."""
    where = on_cloud_tag(stage).shop()
    deal, other = (stage.received(stage.buyer(), where, n) for n in range(2))
    at = max(deal.signed_at, other.signed_at) + HOUR_MS
    submit(stage, [(deal, PENDING)], at)
    submit(stage, [(deal, ("rejected", "duplicate_order")), (other, PENDING)], at + HOUR_MS)


SCRIPTS = (
    three_shops_agree,
    empty_parcels_speak,
    two_shops_agree,
    too_many_orders,
    no_permission,
    unclear_scenario,
    tagged_twice,
)
