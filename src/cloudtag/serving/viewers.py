"""Who asks: a shop's staff, a reviewer of the platform, an auditor; and what each may do.

A shop is named with its network, since its id means something only there (F1).
"""

from __future__ import annotations

from typing import Literal, NamedTuple, get_args

from msgspec import Struct

ViewerRole = Literal["shop", "platform", "auditor"]
"""A shop's own staff, who see their shops; the platform's reviewers; and those who only look on."""
ViewerScope = Literal["read", "decide", "verdicts", "tags", "events"]
"""What a token may be used for: to look, to ask for a decision, to answer alerts, to tag orders, to send any event."""
SCOPES: tuple[ViewerScope, ...] = get_args(ViewerScope)


class ShopRef(NamedTuple):
    """A shop inside its network."""

    network: str
    shop_id: str


class Viewer(Struct, frozen=True, kw_only=True):
    """Who holds a token. `shops`: a shop's own. `networks`: what anybody else sees; all of them where none is named.

    `account_id`: in whose name a shop's acts are sent.
    """

    name: str
    role: ViewerRole
    shops: frozenset[ShopRef] = frozenset()
    networks: frozenset[str] = frozenset()
    scopes: frozenset[ViewerScope] = frozenset(SCOPES)
    account_id: str | None = None

    def may(self, scope: ViewerScope) -> bool:
        """Whether the token may be used for this."""
        return scope in self.scopes

    def sees_all_of(self, network: str) -> bool:
        """Whether all shops of a network are seen."""
        return self.role != "shop" and (not self.networks or network in self.networks)

    def sees_shop(self, network: str, shop_id: str | None) -> bool:
        """Whether what belongs to a shop is seen; what belongs to no shop is the platform's."""
        return self.sees_all_of(network) or (shop_id is not None and ShopRef(network, shop_id) in self.shops)
