"""What follows an order besides refunds: reviews, and a shop's attempts to reach the buyer."""

from cloudtag.contract.events import BuyerContacted, ReviewPosted
from cloudtag.simulate.deal import Deal
from cloudtag.simulate.story import Story


def review(story: Story, deal: Deal, at: int, rating: int) -> None:
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
        )
    )


def contact(story: Story, deal: Deal, at: int, answered: bool) -> None:
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
