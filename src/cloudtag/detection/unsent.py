"""Whether goods that a buyer misses may not have been sent at all, as the shop itself says (F7)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from cloudtag.contract.types import Goods
from cloudtag.detection.goods import count_pieces, ordered_pieces
from cloudtag.detection.order_view import OrderView

_ALL_SENT = ("shipped", "completed")


def may_be_unsent(order: OrderView, goods: Sequence[Goods], at_ms: int) -> bool:
    """Whether some of the claimed goods, of all where none are named, may not have left the shop by a moment.

    An order that is partly shipped still lacks what no parcel of it is said to hold, which may be anything where
    nobody said what one holds. One that is shipped has left, but for articles of which its parcels are said to hold
    fewer pieces than were ordered, where no more than these are claimed; a part of a set is in any of its parcels.
    """
    parcels = order.sent.values()
    is_listed = bool(parcels) and all(parcel.lines for parcel in parcels)
    sent = [order.first_at[status].occurred_at for status in _ALL_SENT if status in order.first_at]
    is_partly = "partly_shipped" in order.first_at and not any(shipped_ms <= at_ms for shipped_ms in sent)
    if not is_listed:
        return is_partly
    held = count_pieces((line for parcel in parcels for line in parcel.lines), (order,))
    lacking = Counter(ordered_pieces(order)) - held
    if is_partly:
        return not lacking.keys().isdisjoint(count_pieces(goods, (order,)) or lacking)
    articles = {line.sku_id for line in order.lines}
    return bool(goods) and all(one.sku_id in articles for one in goods) and count_pieces(goods, (order,)) <= lacking
