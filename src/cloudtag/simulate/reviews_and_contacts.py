"""What follows an order besides refunds: reviews, and a shop's attempts to reach the buyer."""

from cloudtag.contract.events import BuyerContacted, ComplaintChanged, ReviewPosted
from cloudtag.contract.types import Complainant, ComplaintStatus, ComplaintType, Proof
from cloudtag.simulate.attack_script import AttackScript
from cloudtag.simulate.order_context import OrderContext


def review(
    story: AttackScript,
    deal: OrderContext,
    at: int,
    rating: int,
    *,
    demands_money: bool = False,
    advertises: bool = False,
) -> None:
    """The buyer reviews the order."""
    story.add(
        ReviewPosted(
            story.next_event_id(),
            at,
            deal.shop.platform,
            f"{deal.order_id}:review",
            deal.order_id,
            deal.buyer.buyer_id,
            deal.shop.shop_id,
            rating,
            demands_money,
            advertises,
        )
    )


def contact(story: AttackScript, deal: OrderContext, at: int, answered: bool) -> None:
    """The shop tries to reach the buyer."""
    story.add(
        BuyerContacted(
            story.next_event_id(),
            at,
            deal.shop.platform,
            deal.order_id,
            deal.buyer.buyer_id,
            deal.shop.shop_id,
            "chat" if story.rng.random() < 0.7 else "phone",
            answered,
        )
    )


def complain(
    story: AttackScript,
    deal: OrderContext,
    at: int,
    kind: ComplaintType,
    status: ComplaintStatus = "opened",
    *,
    number: int = 1,
    demands_money: bool = False,
    complainant: Complainant = "buyer",
    evidence: tuple[Proof, ...] = (),
) -> None:
    """A complaint about the order, the `number`th, is opened or decided."""
    story.add(
        ComplaintChanged(
            story.next_event_id(),
            at,
            deal.shop.platform,
            f"{deal.order_id}:complaint-{number}",
            deal.buyer.buyer_id,
            deal.shop.shop_id,
            complainant,
            status,
            kind,
            deal.order_id,
            demands_money,
            None,
            evidence,
        )
    )
