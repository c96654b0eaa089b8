"""Boxes that one buyer sends back to one shop, in any of which may be what was to be in another."""

from hypothesis import strategies as st

from cloudtag.contract import events as ev
from cloudtag.contract.types import Goods, OrderLine
from tests.histories import dealings

START_MS = 1_772_409_600_000
GOODS = ("red", "blue", "green")
NUMBERS = (None, None, None, "R1", "R2")
places = st.integers(1, 4)


def about(n: int) -> tuple[str, str, str]:
    """The n-th order, of one buyer at one shop: the first three hold one article each, the fourth is like the first."""
    return f"o{n}", "b1", "s1"


def goods(n: int) -> str:
    return GOODS[(n - 1) % len(GOODS)]


@st.composite
def ordered(draw: st.DrawFn, event_id: str, at: int) -> ev.OrderChanged:
    n = draw(places)
    named = draw(st.sampled_from((goods(n), goods(n), goods(n), "blue")))
    lines = draw(st.sampled_from(((OrderLine(named, 1, 100),), (OrderLine(named, 1, 100),), ())))
    return ev.OrderChanged(event_id, at, "taobao", *about(n), draw(st.sampled_from(("placed", "shipped"))), lines=lines)


@st.composite
def refunded(draw: st.DrawFn, event_id: str, at: int) -> ev.RefundChanged:
    n = draw(places)
    return ev.RefundChanged(
        event_id, at, "taobao", draw(st.sampled_from((f"r{n}", f"r{n}", f"q{n}"))), *about(n),
        draw(st.sampled_from(("opened", "opened", "waybill_filled", "withdrawn"))), "return_refund",
        draw(st.sampled_from(("no_reason", "no_reason", "no_reason", "wrong_item"))),
        lines=draw(st.sampled_from(((), (), (Goods(goods(n), 1),)))),
        waybill_no=draw(st.sampled_from(NUMBERS)),
    )  # fmt: skip


@st.composite
def inspected(draw: st.DrawFn, event_id: str, at: int) -> ev.ReturnInspected:
    n = draw(places)
    found = draw(st.lists(st.sampled_from((*GOODS, "stone")), max_size=2))
    return ev.ReturnInspected(
        event_id, at, "taobao", draw(st.sampled_from((f"r{n}", f"r{n}", f"q{n}"))), *about(n),
        waybill_no=draw(st.sampled_from(NUMBERS)), received=tuple(Goods(sku, 1) for sku in found),
    )  # fmt: skip


MIXING: tuple[dealings.Kind, ...] = (ordered, ordered, refunded, refunded, inspected, inspected, inspected)
"""In any order, corrections and all: lines and refunds that come after the shop has looked, too."""
EACH_ONCE: list[ev.Event] = [
    event
    for n in range(1, 5)
    for event in (
        ev.OrderChanged(f"b{n}", START_MS, "taobao", *about(n), "shipped", lines=(OrderLine(goods(n), 1, 100),)),
        ev.RefundChanged(f"m{n}", START_MS + n, "taobao", f"r{n}", *about(n), "opened", "return_refund", "no_reason"),
    )
]
"""What is mostly known of the orders when the shop looks into the first box."""


@st.composite
def boxes(draw: st.DrawFn, max_size: int = 16) -> list[ev.Event]:
    """Events about a few returns, in any order of arrival."""
    count = draw(st.integers(2, max_size))
    hours = st.integers(1, 100)
    events = [draw(draw(st.sampled_from(MIXING))(f"e{n}", START_MS + draw(hours) * 3_600_000)) for n in range(count)]
    known = draw(st.sampled_from((EACH_ONCE, EACH_ONCE, [])))
    return known + events if draw(st.booleans()) else events + known
