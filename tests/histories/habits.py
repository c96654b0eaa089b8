"""Events of one buyer with bad habits, for property tests: seven orders at three shops, all that may go wrong."""

from hypothesis import strategies as st

from cloudtag.contract import events as ev
from cloudtag.contract.ids import alert_id as make_alert_id
from cloudtag.contract.scope import scoped
from cloudtag.contract.types import Condition, Goods, OrderLine, OrderStatus, VerdictKind

BUYER = "b1"
ORDERS = {f"h{n}": f"s{1 + n % 3}" for n in range(1, 8)}
ANSWERED = (
    ("worn_return", "", ""),
    ("refund_frequency", "", ""),
    ("invalid_address", "", ""),
    ("no_intent_to_buy", "", ""),
    ("advertising_review", "", ""),
    ("affiliate_abuse", "", "a1"),
    ("order_harassment", "", "s1"),
    ("complaint_abuse", "", "invoice"),
    ("professional_complainer", "", ""),
    ("buyer_risk", "", ""),
)
"""Alerts a shop may answer: detector, subject and anchor."""


def _about(draw: st.DrawFn) -> tuple[str, str, str]:
    order_id = draw(st.sampled_from(sorted(ORDERS)))
    return order_id, BUYER, ORDERS[order_id]


@st.composite
def order(draw: st.DrawFn, event_id: str, at: int) -> ev.OrderChanged:
    status: OrderStatus = draw(
        st.sampled_from(("placed", "placed", "paid", "shipped", "cancelled", "cancelled", "closed_unpaid"))
    )
    return ev.OrderChanged(
        event_id, at, "taobao", *_about(draw), status,
        lines=(OrderLine(draw(st.sampled_from("abc")), draw(st.integers(1, 2)), 100),),
        address_hash=draw(st.sampled_from((None, "x1"))),
        address_valid=draw(st.sampled_from((None, False, False, True))),
        affiliate_id=draw(st.sampled_from((None, "a1", "a1"))),
        buyer_note=draw(st.sampled_from((None, "note"))),
    )  # fmt: skip


@st.composite
def refund(draw: st.DrawFn, event_id: str, at: int) -> ev.RefundChanged:
    about = _about(draw)
    return ev.RefundChanged(
        event_id, at, "taobao", f"r{about[0]}", *about,
        status=draw(st.sampled_from(("opened",) * 3 + ("modified", "agreed", "agreed", "refused", "withdrawn"))),
        type=draw(st.sampled_from(("unknown",) + ("return_refund",) * 3 + ("refund_only", "exchange"))),
        reason=draw(st.sampled_from(("unknown", "no_reason", "no_reason", "quality"))),
        amount_minor=draw(st.sampled_from((None, None, None, None, 40))),
        waybill_no=draw(st.sampled_from((None, None, None, None, "W1"))),
    )  # fmt: skip


@st.composite
def inspection(draw: st.DrawFn, event_id: str, at: int) -> ev.ReturnInspected:
    about = _about(draw)
    condition: tuple[Condition, ...] = draw(
        st.sampled_from(((), ("worn",), ("washed", "stained"), ("damaged_by_buyer",)))
    )
    return ev.ReturnInspected(
        event_id, at, "taobao", f"r{about[0]}", *about,
        waybill_no=draw(st.sampled_from((None, None, "W1"))), received=(Goods("a", 1),), condition=condition,
    )  # fmt: skip


@st.composite
def review(draw: st.DrawFn, event_id: str, at: int) -> ev.ReviewPosted:
    about = _about(draw)
    return ev.ReviewPosted(
        event_id, at, "taobao", f"v{about[0]}", *about,
        rating=draw(st.integers(1, 5)), demands_money=draw(st.booleans()), advertises=draw(st.booleans()),
    )  # fmt: skip


@st.composite
def complaint(draw: st.DrawFn, event_id: str, at: int) -> ev.ComplaintChanged:
    number = draw(st.integers(1, 6))
    about = draw(st.sampled_from((None, f"h{number}")))
    return ev.ComplaintChanged(
        event_id, at, "taobao", f"c{number}", BUYER, ORDERS[f"h{number}"], "buyer",
        status=draw(st.sampled_from(("unknown", "opened", "upheld", "rejected", "rejected", "withdrawn"))),
        type=draw(st.sampled_from(("unknown", "invoice", "invoice", "invoice", "advertising_law", "information_leak"))),
        order_id=about, demands_money=draw(st.booleans()),
    )  # fmt: skip


@st.composite
def verdict(draw: st.DrawFn, event_id: str, at: int) -> ev.AlertAnswered:
    name, subject, anchor = draw(st.sampled_from(ANSWERED))
    alert_id = make_alert_id(name, "taobao", BUYER, scoped(ORDERS[subject], subject) if subject else "", anchor)
    kind: VerdictKind = draw(st.sampled_from(("normal", "normal", "abnormal", "ignore")))
    return ev.AlertAnswered(event_id, at, "taobao", alert_id, BUYER, draw(st.sampled_from(("s1", "s2"))), "main", kind)


BUYING = (order, order, order, refund, verdict)
RETURNING = (order, refund, refund, refund, refund, refund, inspection, inspection, verdict)
TALKING = (order, refund, review, review, complaint, complaint, complaint, complaint, complaint, verdict)
"""Kinds of events that meet in the same rules."""
