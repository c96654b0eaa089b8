"""Events that join buyers with buyers and shops, for property tests: three buyers, two shops, few of everything."""

from typing import Any

from hypothesis import strategies as st

from cloudtag.contract import events as ev
from cloudtag.contract.ids import alert_id as make_alert_id
from cloudtag.contract.scope import scoped
from cloudtag.contract.types import Goods, OrderLine, OrderStatus, Proof, VerdictKind

MINUTE_MS = 60_000
BUYERS = ("b1", "b2", "b3")
SHOPS = ("s1", "s2")
ORDERS = {f"j{n}": (BUYERS[n % 3], SHOPS[n == 7]) for n in range(1, 8)}
REFUNDS = {f"q{n}": f"j{n}" for n in range(1, 7)} | {"q8": "j1"}
SKUS = {"a": 900, "b": 100, "c": 100}
LOOKS = ("00ff00ff00ff00ff", "01fe01fe01fe00ff", "01fe01fe01fe01ff", "ffffffffffffffff")
PICTURES = [Proof(f"sha{n}", "picture", look) for n, look in enumerate(LOOKS)] + [Proof("sha0", "picture")]
DESTINATIONS = (None, "home", "w1", "w2")
ANSWERED = (
    ("account_ring", "", ""),
    ("mass_unpaid", "", "s1/a"),
    ("mirror_wrong_item", "", "q1"),
    ("reused_evidence", "", "q1"),
    ("competitor_order", "", "s1"),
    ("cross_account_switch", "j1", "q1"),
)
"""Alerts a shop may answer: detector, subject and anchor."""


def _maybe(*values: str) -> st.SearchStrategy[str | None]:
    return st.sampled_from((None, *values))


def _about(draw: st.DrawFn) -> tuple[str, str, str]:
    order_id = draw(st.sampled_from(sorted(ORDERS)))
    return order_id, *ORDERS[order_id]


def _sku(order_id: str) -> str:
    return "abc"[int(order_id[1:]) % 2]


def _order(draw: st.DrawFn, event_id: str, at: int, status: OrderStatus, **fields: Any) -> ev.OrderChanged:
    about = _about(draw)
    sku_id = _sku(about[0])
    shown = draw(st.sampled_from(({"address_hash": "x1"}, {"address_area": "n1"}, {"device_hash": "d1"}, {})))
    lines = (OrderLine(sku_id, draw(st.sampled_from((1, 1, 20))), SKUS[sku_id]),)
    return ev.OrderChanged(event_id, at, "taobao", *about, status, lines=lines, **{**shown, **fields})


@st.composite
def order(draw: st.DrawFn, event_id: str, at: int) -> ev.OrderChanged:
    status: OrderStatus = draw(st.sampled_from(("placed", "paid", "paid", "shipped", "cancelled", "closed_unpaid")))
    number = draw(_maybe("V1", "V2")) if status == "shipped" else None
    return _order(draw, event_id, at, status, waybill_no=number)


@st.composite
def rushed(draw: st.DrawFn, event_id: str, at: int) -> ev.OrderChanged:
    """Ten orders of one sku by three buyers, within two hours and a half of one of two days."""
    number = draw(st.integers(1, 10))
    at += draw(st.integers(0, 15)) * 10 * MINUTE_MS - at % (8 * 24 * 60 * MINUTE_MS)
    status: OrderStatus = draw(st.sampled_from(("placed",) * 10 + ("paid", "cancelled", "closed_unpaid")))
    return ev.OrderChanged(
        event_id, at, "taobao", f"u{number}", BUYERS[number % 3], "s1", status,
        lines=(OrderLine("a", draw(st.sampled_from((1, 1, 1, 20))), 900),),
        device_hash=draw(_maybe("d1", "d1", "d2")),
        stock_zeroed=draw(st.sampled_from((False, False, False, True))),
    )  # fmt: skip


SWAPPED = {"q1": "j1", "q6": "j6"}
"""Refunds of two buyers at one shop, of orders for different skus."""


@st.composite
def neighbour(draw: st.DrawFn, event_id: str, at: int) -> ev.OrderChanged:
    order_id = draw(st.sampled_from(("j1", "j6", "j6", "j3")))
    sku_id = _sku(order_id)
    return ev.OrderChanged(
        event_id, at, "taobao", order_id, *ORDERS[order_id],
        draw(st.sampled_from(("paid", "paid", "paid", "cancelled"))),
        lines=(OrderLine(sku_id, 1, SKUS[sku_id]),),
        address_area="n1",
        device_hash=draw(_maybe("d1")),
    )  # fmt: skip


@st.composite
def swap(draw: st.DrawFn, event_id: str, at: int) -> ev.RefundChanged:
    refund_id = draw(st.sampled_from(sorted(SWAPPED)))
    order_id = SWAPPED[refund_id]
    other = "b" if _sku(order_id) == "a" else "a"
    return ev.RefundChanged(
        event_id, at, "taobao", refund_id, order_id, *ORDERS[order_id],
        status=draw(st.sampled_from(("opened",) * 5 + ("modified", "withdrawn"))),
        type="return_refund",
        reason=draw(st.sampled_from(("unknown", "wrong_item", "wrong_item", "wrong_item", "not_as_described"))),
        lines=(Goods(draw(st.sampled_from((other, other, "c", _sku(order_id)))), 1),),
    )  # fmt: skip


@st.composite
def opened_up(draw: st.DrawFn, event_id: str, at: int) -> ev.ReturnInspected:
    refund_id = draw(st.sampled_from(sorted(SWAPPED)))
    order_id = SWAPPED[refund_id]
    found = draw(st.sampled_from("aabbb"))
    return ev.ReturnInspected(
        event_id, at, "taobao", refund_id, order_id, *ORDERS[order_id], received=(Goods(found, 1),)
    )


@st.composite
def claim(draw: st.DrawFn, event_id: str, at: int) -> ev.RefundChanged:
    refund_id = draw(st.sampled_from(sorted(REFUNDS)))
    order_id = REFUNDS[refund_id]
    said = draw(_maybe("a", "b"))
    return ev.RefundChanged(
        event_id, at, "taobao", refund_id, order_id, *ORDERS[order_id],
        status=draw(st.sampled_from(("opened", "opened", "modified", "waybill_filled", "withdrawn"))),
        type="return_refund",
        reason=draw(st.sampled_from(("unknown", "wrong_item", "wrong_item", "not_as_described", "no_reason"))),
        lines=(Goods(said, 1),) if said else (),
        waybill_no=draw(_maybe("R1", "R2")),
        evidence=tuple(draw(st.lists(st.sampled_from(PICTURES), max_size=2))),
    )  # fmt: skip


@st.composite
def inspection(draw: st.DrawFn, event_id: str, at: int) -> ev.ReturnInspected:
    refund_id = draw(st.sampled_from(sorted(REFUNDS)))
    order_id = REFUNDS[refund_id]
    found = draw(st.sampled_from("aabb "))
    return ev.ReturnInspected(
        event_id, at, "taobao", refund_id, order_id, *ORDERS[order_id],
        waybill_no=draw(_maybe("R1")), received=(Goods(found, 1),) if found != " " else (),
    )  # fmt: skip


@st.composite
def complaint(draw: st.DrawFn, event_id: str, at: int) -> ev.ComplaintChanged:
    order_id, buyer_id, shop_id = _about(draw)
    return ev.ComplaintChanged(
        event_id, at, "taobao", draw(st.sampled_from(("k1", "k2"))) + buyer_id + shop_id, buyer_id, shop_id,
        complainant=draw(st.sampled_from(("unknown", "buyer", "buyer", "shop"))),
        status="opened",
        type="other",
        order_id=draw(st.sampled_from((None, order_id))),
        evidence=tuple(draw(st.lists(st.sampled_from(PICTURES), min_size=1, max_size=2))),
    )  # fmt: skip


@st.composite
def shop(draw: st.DrawFn, event_id: str, at: int) -> ev.ShopDescribed:
    return ev.ShopDescribed(
        event_id, at, "taobao", draw(st.sampled_from((*SHOPS, "s3", "s3"))),
        return_address_hashes=draw(st.sampled_from(((), ("w1",), ("w1",), ("w1", "w2")))),
        phone_hash=draw(_maybe("p1")),
        device_hashes=draw(st.sampled_from(((), ("d1",), ("d1", "d2")))),
        category=draw(_maybe("tea", "tea", "shoes")),
    )  # fmt: skip


@st.composite
def travel(draw: st.DrawFn, event_id: str, at: int) -> ev.ParcelScanned:
    return ev.ParcelScanned(
        event_id, at, "taobao", "sf", draw(st.sampled_from(("R1", "R2"))),
        scan=draw(st.sampled_from(("accepted", "arrived", "signed", "refused"))),
        destination_hash=draw(st.sampled_from(DESTINATIONS)),
    )  # fmt: skip


@st.composite
def review(draw: st.DrawFn, event_id: str, at: int) -> ev.ReviewPosted:
    order_id = draw(st.sampled_from(("z1", "z2")))
    rating = draw(st.sampled_from((1, 2, 5)))
    return ev.ReviewPosted(event_id, at, "taobao", f"v{order_id}", order_id, "b1", "s1", rating)


@st.composite
def rival_order(draw: st.DrawFn, event_id: str, at: int) -> ev.OrderChanged:
    """By one buyer at one shop, on the device of another."""
    status: OrderStatus = draw(st.sampled_from(("placed", "placed", "paid", "cancelled", "cancelled", "closed_unpaid")))
    return ev.OrderChanged(
        event_id, at, "taobao", draw(st.sampled_from(("z1", "z2", "z3", "z4"))), "b1", "s1", status,
        lines=(OrderLine("a", 1, 900),), device_hash="d2", phone_hash=draw(_maybe("p1")),
    )  # fmt: skip


@st.composite
def rival_shop(draw: st.DrawFn, event_id: str, at: int) -> ev.ShopDescribed:
    shop_id = draw(st.sampled_from(("s1", "s3")))
    return ev.ShopDescribed(
        event_id, at, "taobao", shop_id,
        device_hashes=draw(st.sampled_from(((), ("d2",), ("d2",)))) if shop_id == "s3" else (),
        category=draw(st.sampled_from(("tea", "tea", "tea", "shoes"))),
    )  # fmt: skip


@st.composite
def verdict(draw: st.DrawFn, event_id: str, at: int) -> ev.AlertAnswered:
    buyer_id = draw(st.sampled_from(BUYERS))
    name, subject, anchor = draw(st.sampled_from(ANSWERED))
    kind: VerdictKind = draw(st.sampled_from(("normal", "normal", "abnormal")))
    alert_id = make_alert_id(name, "taobao", buyer_id, scoped("s1", subject) if subject else "", anchor)
    return ev.AlertAnswered(event_id, at, "taobao", alert_id, buyer_id, "s1", "main", kind)


CLAIMING = (neighbour, neighbour, swap, swap, swap, opened_up, verdict)
SHOWING = (order, claim, claim, complaint, complaint, verdict)
HOARDING = (rushed, rushed, rushed, rushed, rushed, verdict)
RIVALRY = (rival_order, rival_order, rival_order, rival_shop, rival_shop, review, verdict)
RETURNING = (order, claim, claim, travel, travel, shop, inspection)
JOINED = (order, rushed, claim, swap, neighbour, inspection, complaint, shop, travel, review, rival_order, verdict)
