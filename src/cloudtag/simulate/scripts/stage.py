"""What a script is given: a story to tell, a time to begin, and people nobody else plays."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from cloudtag.contract.types import Goods
from cloudtag.simulate.deal import Deal
from cloudtag.simulate.labels import AlertLabel, Label
from cloudtag.simulate.profile import HOUR_MS
from cloudtag.simulate.refunds import Claim, agree, claim_refund
from cloudtag.simulate.story import Story
from cloudtag.simulate.world import OUTSIDE, PLATFORMS, SHOPS_PER_PLATFORM, Buyer, Shop, buyer, shop


@dataclass(slots=True)
class Stage:
    """One performance of a script: when it begins, on which platform, and the labels it leaves."""

    story: Story
    name: str
    at: int
    first_buyer: int
    platform: str = ""
    labels: list[Label] = field(default_factory=list)
    _buyers: int = 0
    _shop: int = -1

    def __post_init__(self) -> None:
        """Choose the platform and the street the script plays in."""
        self.platform = self.platform or self.story.rng.choice(PLATFORMS)
        self._shop = self.story.rng.randrange(SHOPS_PER_PLATFORM)

    def buyer(self, device_of: Buyer | None = None) -> Buyer:
        """A buyer nobody else plays; he may use the device of another."""
        number = OUTSIDE + self.first_buyer + self._buyers
        self._buyers += 1
        lender = None if device_of is None else int(device_of.buyer_id[1:], 16)
        return buyer(number, self.platform, lender)

    def shop(self) -> Shop:
        """Another shop of the platform, different from those already asked for (up to as many as there are)."""
        self._shop += 1
        return shop(self.platform, self._shop)

    def received(self, who: Buyer, where: Shop, hours: float = 0, pieces: int = 1) -> Deal:
        """An order of the scripted buyer that arrived and was signed for by himself."""
        return self.story.receive(who, where, self.at + int(hours * HOUR_MS), pieces)

    def agreed_return(self, deal: Deal, lines: tuple[Goods, ...] = ()) -> tuple[Claim, int]:
        """A return the shop agreed to, opened after the order arrived; and when it was agreed."""
        opened_at = deal.signed_at + self.story.delays.opening.draw(self.story.rng)
        claim = claim_refund(self.story, deal, opened_at, lines=lines)
        return claim, agree(self.story, claim, opened_at)

    def expect(self, detector: str, claims: Sequence[Claim], *, stands: bool = True) -> None:
        """Label the buyer of `claims`: this detector's alert must stand, or must not."""
        deal = claims[0].deal
        shops = {claim.deal.shop.shop_id for claim in claims}
        self.labels.append(
            AlertLabel(
                story=self.name,
                detector=detector,
                buyer_id=deal.buyer.buyer_id,
                shop_id=deal.shop.shop_id if len(shops) == 1 else None,
                order_ids=tuple(claim.deal.order_id for claim in claims),
                refund_ids=tuple(claim.refund_id for claim in claims),
                stands=stands,
            )
        )
