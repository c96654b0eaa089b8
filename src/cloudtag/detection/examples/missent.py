"""What a return says of the buyer, or does not, when it brings back what the shop had sent by mistake (F8)."""

from __future__ import annotations

from collections.abc import Callable

from cloudtag.detection.example import day, inspected, ordered
from cloudtag.detection.rule import Example

_Events = tuple[dict[str, object], ...]
_Examples = tuple[Example, ...]
_SKIRTS = [{"sku_id": "skirt", "quantity": 2, "unit_price_minor": 9900}]
_SOLD = ordered("paid", day(-9), refund_id="r9", buyer_id="b9", lines=_SKIRTS)
_MIXED = {"dress": 1, "skirt": 1}


def missent(of: Callable[[str], _Events], fires: tuple[dict[str, object], ...], until: str | None = None) -> _Examples:
    """Examples of a rule by which the return of two dresses, for a reason, is accused until the goods are found."""

    def example(name: str, reason: str, found: dict[str, int], *others: dict[str, object], is_found: bool) -> Example:
        events = (*others, *of(reason), inspected(day(10), found, waybill_no=None))
        return Example(name=name, events=events, until=until, fires=fires if is_found else ())

    return (
        example("near miss: two skirts, which others buy there, as the buyer had said", "wrong_item", {"skirt": 2},
                _SOLD, is_found=False),
        example("near miss: a dress, and a skirt that others buy there, as the buyer had said", "wrong_item", _MIXED,
                _SOLD, is_found=False),
        example("two skirts, which others buy there, and nothing was said of it", "quality", {"skirt": 2},
                _SOLD, is_found=True),
        example("one skirt, which others buy there, for two dresses", "wrong_item", {"skirt": 1}, _SOLD, is_found=True),
        example("two bricks, which nobody buys there, as the buyer had said", "wrong_item", {"brick": 2},
                _SOLD, is_found=True),
        example("a skirt, which others buy there, and a brick", "wrong_item", {"skirt": 1, "brick": 1},
                _SOLD, is_found=True),
    )  # fmt: skip
