"""What a script is given: events to add to, a time to begin, and people nobody else plays."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from msgspec.structs import replace

from cloudtag.contract.types import Goods, OrderLine
from cloudtag.simulate.attack_script import AttackScript
from cloudtag.simulate.labels import AlertLabel, ExpectedLabel
from cloudtag.simulate.order_context import OrderContext
from cloudtag.simulate.profile import DAY_MS, HOUR_MS
from cloudtag.simulate.refunds import RefundClaim, agree, claim_refund
from cloudtag.simulate.setup import describe
from cloudtag.simulate.world import (
    CATEGORIES,
    OUTSIDE,
    PLATFORMS,
    SHOPS_PER_PLATFORM,
    Buyer,
    Shop,
    buyer,
    new_shop,
    shop,
)

PEOPLE = 40
"""No script needs more buyers, or more shops of its own."""


@dataclass(slots=True)
class ScriptContext:
    """One performance of a script: when it begins, on which platform, and the labels it leaves."""

    story: AttackScript
    name: str
    at: int
    number: int
    platform: str = ""
    labels: list[ExpectedLabel] = field(default_factory=list)
    _buyers: int = 0
    _shops: int = 0
    _shop: int = -1

    def __post_init__(self) -> None:
        """Choose the platform and the street the script plays in."""
        self.platform = self.platform or self.story.rng.choice(PLATFORMS)
        self._shop = self.story.rng.randrange(SHOPS_PER_PLATFORM)

    def buyer(
        self,
        device_of: Buyer | None = None,
        phone_of: Buyer | None = None,
        payment_of: Buyer | None = None,
        address_of: Buyer | None = None,
        area_of: Buyer | None = None,
        **shown: str,
    ) -> Buyer:
        """A buyer nobody else plays; he may share with others what orders show, or live near somebody."""
        who = buyer(OUTSIDE + PEOPLE * self.number + self._buyers, self.platform)
        self._buyers += 1
        lent: tuple[tuple[str, Buyer | None], ...] = (
            ("device_hash", device_of),
            ("phone_hash", phone_of),
            ("payment_hash", payment_of),
            ("address_hash", address_of),
            ("address_area", area_of or address_of),
        )
        shown |= {name: getattr(lender, name) for name, lender in lent if lender is not None}
        return replace(who, **shown) if shown else who

    def shop(self) -> Shop:
        """Another shop of the platform, different from those already asked for (up to as many as there are)."""
        self._shop += 1
        return shop(self.platform, self._shop)

    def own_shop(self, category: str | None = None, *more_addresses: str) -> Shop:
        """A shop that exists in this script alone; it may take returns at further addresses."""
        number = PEOPLE * self.number + self._shops
        self._shops += 1
        name = f"{self.platform}-own-shop-{number}"
        mine = new_shop(name, self.platform, category or self.story.rng.choice(CATEGORIES), 10_000 + number)
        self.story.add(describe(mine, self.story.next_event_id(), self.at - 230 * DAY_MS, *more_addresses), 0)
        return mine

    def other_category(self, than: Shop) -> str:
        """A category the shop does not sell in."""
        return CATEGORIES[(CATEGORIES.index(than.category) + 1) % len(CATEGORIES)]

    def after(self, hours: float) -> int:
        """So many hours after the script begins; before it, when negative."""
        return self.at + int(hours * HOUR_MS)

    def received(self, who: Buyer, where: Shop, hours: float = 0, pieces: int = 1, **said: Any) -> OrderContext:
        """An order of the scripted buyer that arrived and was signed for by himself."""
        return self.story.receive(who, where, self.after(hours), pieces, **said)

    def agreed_return(
        self, deal: OrderContext, lines: tuple[Goods, ...] = (), **refund: Any
    ) -> tuple[RefundClaim, int]:
        """A return the shop agreed to, opened after the order arrived; and when it was agreed."""
        opened_at = deal.signed_at + self.story.delays.opening.draw(self.story.rng)
        claim = claim_refund(self.story, deal, opened_at, lines=lines, **refund)
        return claim, agree(self.story, claim, opened_at)

    def goods(self, price: int, pieces: int = 1) -> OrderLine:
        """Goods nobody else buys."""
        return OrderLine(self.story.ids.next("g"), pieces, price)

    def expect(self, detector: str, claims: Sequence[RefundClaim], **label: Any) -> None:
        """Label the buyer of `claims`: this detector's alert must stand, or (`stands` false) must not.

        `at` is when the last fact needed had happened: unless given, that of the event added last. `among` are the
        buyers of the case, `is_open` says that the rule's text leaves the answer open, `silence` names the rule that
        forbids to accuse somebody who does deceive, `is_hint` that the rule's own text calls the alert low.
        """
        deals = [claim.deal for claim in claims]
        self._label(detector, deals, tuple(claim.refund_id for claim in claims), **label)

    def expect_orders(self, detector: str, deals: Sequence[OrderContext], **label: Any) -> None:
        """The same of orders, for a detector that is not about refunds."""
        self._label(detector, deals, (), **label)

    def _label(
        self,
        detector: str,
        deals: Sequence[OrderContext],
        refund_ids: tuple[str, ...],
        *,
        stands: bool = True,
        at: int | None = None,
        among: Sequence[Buyer] = (),
        is_open: bool = False,
        silence: str = "",
        is_hint: bool = False,
    ) -> None:
        shops = {deal.shop.shop_id for deal in deals}
        buyer_id = deals[0].buyer.buyer_id
        told_at = self.story.entries[-1][0].occurred_at
        self.labels.append(
            AlertLabel(
                story=self.name,
                detector=detector,
                buyer_id=buyer_id,
                shop_id=deals[0].shop.shop_id if len(shops) == 1 else None,
                order_ids=tuple(deal.order_id for deal in deals),
                refund_ids=refund_ids,
                stands=stands,
                at=told_at if at is None else at,
                among=tuple(other.buyer_id for other in among if other.buyer_id != buyer_id),
                is_open=is_open or bool(silence),
                silence=silence,
                is_hint=is_hint,
            )
        )
