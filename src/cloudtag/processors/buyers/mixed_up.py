"""Which returns of a buyer to one shop may have been mixed up: one lacks what was found in another (F6).

Most returns hold what they were to hold. They are not kept here, so that a buyer with thousands of them is judged as
one with ten: a return is read with the few others whose boxes it may have been mixed up with, and with no more.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Set

from msgspec import Struct

from cloudtag.contract.scope import unscoped
from cloudtag.detection.crosswise import Doubtful

_Article = tuple[str, str]
"""A shop, and an article there."""
NOTHING = Doubtful(frozenset(), frozenset())


class MixedUp(Struct):
    """The orders of whose returns something is missing or strange, by name. It says what the facts held now amount to,
    in whatever order they came."""

    doubtful: dict[str, Doubtful] = {}
    lacking: dict[_Article, set[str]] = {}
    """The orders whose returns lack an article."""
    holding: dict[_Article, set[str]] = {}
    """The orders in whose returns an article was found that they do not name."""
    strange: dict[str, set[str]] = {}
    """By shop, the orders in whose returns anything was found that they do not name."""

    def put(self, name: str, doubtful: Doubtful) -> None:
        """What is doubtful about an order's returns, in place of what was before."""
        before = self.doubtful.get(name, NOTHING)
        if before == doubtful:
            return
        shop_id = unscoped(name)[0]
        _move(self.lacking, name, shop_id, (before.lacks, doubtful.lacks))
        _move(self.holding, name, shop_id, (before.strange, doubtful.strange))
        if doubtful == NOTHING:
            del self.doubtful[name]
        else:
            self.doubtful[name] = doubtful
        if doubtful.strange:
            self.strange.setdefault(shop_id, set()).add(name)
        elif before.strange:
            self.strange[shop_id].discard(name)
            if not self.strange[shop_id]:
                del self.strange[shop_id]

    def with_all(self, names: Iterable[str], joint: Set[str]) -> set[str]:
        """These orders and all whose boxes may have been mixed up with theirs, over however many others.

        `joint`: the orders that share a return number. What was looked for in one of them may be another's, so they may
        lack anything.
        """
        found = set(names)
        waiting = list(found) if self.doubtful else []
        while waiting:
            for others in self._beside(waiting.pop(), joint):
                waiting += others - found
                found |= others
        return found

    def _beside(self, name: str, joint: Set[str]) -> Iterator[Set[str]]:
        own = self.doubtful.get(name)
        if own is None:
            return
        shop_id = unscoped(name)[0]
        yield from (self.holding.get((shop_id, sku_id), frozenset()) for sku_id in own.lacks)
        yield from (self.lacking.get((shop_id, sku_id), frozenset()) for sku_id in own.strange)
        strange = self.strange.get(shop_id)
        if strange and joint:
            if name in joint:
                yield strange
            elif own.strange:
                yield strange & joint


def _move(groups: dict[_Article, set[str]], name: str, shop_id: str, articles: tuple[Set[str], Set[str]]) -> None:
    before, after = articles
    for sku_id in before - after:
        members = groups[shop_id, sku_id]
        members.discard(name)
        if not members:
            del groups[shop_id, sku_id]
    for sku_id in after - before:
        groups.setdefault((shop_id, sku_id), set()).add(name)
