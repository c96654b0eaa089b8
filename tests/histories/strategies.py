"""Random histories for property tests: few buyers, shops, orders and numbers, so that everything collides."""

from collections.abc import Sequence

from hypothesis import strategies as st

from cloudtag.contract import disputes
from cloudtag.contract import events as ev
from cloudtag.contract.ids import alert_id as make_alert_id
from cloudtag.contract.types import (
    AppealStatus,
    ChargebackStatus,
    Goods,
    LimitStatus,
    OrderLine,
    OrderStatus,
    TaggedOrder,
    VerdictKind,
)
from tests.histories import dealings, habits, joins, sellers

START_MS = 1_772_409_600_000
"""2026-03-02T00:00:00Z."""
HOUR_MS = 3_600_000
SPAN_HOURS = 24 * 12

BUYERS = ("b1", "b2", "b3")
SHOPS = ("s1", "s2", "s3")
WAYBILLS = ("W1", "W2", "W3")
ORDERS = {f"o{n}": (BUYERS[n % 3], SHOPS[n % 2]) for n in range(1, 6)}
REFUNDS = {f"r{n}": f"o{1 + n % 5}" for n in range(1, 8)}

hours = st.integers(0, SPAN_HOURS)
SCANS = ("label_created", "accepted", "arrived", "signed", "signed", "collected", "refused")
maybe_waybill = st.one_of(st.none(), st.sampled_from(WAYBILLS))


@st.composite
def order(draw: st.DrawFn, event_id: str, at: int) -> ev.OrderChanged:
    order_id = draw(st.sampled_from(sorted(ORDERS)))
    buyer_id, shop_id = ORDERS[order_id]
    status: OrderStatus = draw(st.sampled_from(("placed", "paid", "partly_shipped", "shipped", "shipped", "completed")))
    return ev.OrderChanged(
        event_id, at, "taobao", order_id, buyer_id, shop_id, status,
        lines=(OrderLine("a", draw(st.integers(1, 2)), 100),),
        device_hash=draw(st.sampled_from((None, "d1", "d2"))),
        freight_insured=draw(st.booleans()),
        waybill_no=draw(maybe_waybill) if status in ("partly_shipped", "shipped") else None,
    )  # fmt: skip


@st.composite
def refund(draw: st.DrawFn, event_id: str, at: int) -> ev.RefundChanged:
    refund_id = draw(st.sampled_from(sorted(REFUNDS)))
    order_id = REFUNDS[refund_id]
    buyer_id, shop_id = ORDERS[order_id]
    return ev.RefundChanged(
        event_id, at, "taobao", refund_id, order_id, buyer_id, shop_id,
        status=draw(st.sampled_from(("opened", "modified", "waybill_filled", "withdrawn"))),
        type=draw(st.sampled_from(("unknown", "return_refund", "refund_only"))),
        reason=draw(st.sampled_from(("unknown", "no_reason", "not_received", "not_received"))),
        claims_received=draw(st.sampled_from((None, True))),
        waybill_no=draw(maybe_waybill),
        offline=draw(st.booleans()),
    )  # fmt: skip


@st.composite
def scan(draw: st.DrawFn, event_id: str, at: int) -> ev.ParcelScanned:
    return ev.ParcelScanned(
        event_id, at, "taobao", draw(st.sampled_from((None, "sf"))), draw(st.sampled_from(WAYBILLS)),
        scan=draw(st.sampled_from(SCANS)),
        facility=draw(st.sampled_from((None, "f1", "f2"))),
        signer=draw(st.sampled_from((None, "recipient", "locker"))),
    )  # fmt: skip


@st.composite
def inspection(draw: st.DrawFn, event_id: str, at: int) -> ev.ReturnInspected:
    refund_id = draw(st.sampled_from(sorted(REFUNDS)))
    order_id = REFUNDS[refund_id]
    buyer_id, shop_id = ORDERS[order_id]
    count = draw(st.integers(0, 2))
    return ev.ReturnInspected(
        event_id, at, "taobao", refund_id, order_id, buyer_id, shop_id,
        waybill_no=draw(maybe_waybill), received=(Goods("a", count),) if count else (),
        arrived=count > 0 or draw(st.booleans()),
    )  # fmt: skip


@st.composite
def contact(draw: st.DrawFn, event_id: str, at: int) -> ev.BuyerContacted:
    order_id = draw(st.sampled_from(sorted(ORDERS)))
    return ev.BuyerContacted(event_id, at, "taobao", order_id, *ORDERS[order_id], "chat", draw(st.booleans()))


@st.composite
def verdict(draw: st.DrawFn, event_id: str, at: int) -> ev.AlertAnswered:
    name = draw(st.sampled_from(("no_circulation", "reused_waybill")))
    alert_id = make_alert_id(name, "taobao", "b1", draw(st.sampled_from(WAYBILLS)), "")
    shop_id = draw(st.sampled_from((*SHOPS, *SHOPS, None)))
    kind: VerdictKind = draw(st.sampled_from(("normal", "abnormal", "ignore")))
    account_id, withdraws = draw(st.sampled_from(("main", None))), draw(st.sampled_from((None, None, None, "e0")))
    return ev.AlertAnswered(event_id, at, "taobao", alert_id, "b1", shop_id, account_id, kind, withdraws=withdraws)


@st.composite
def tag(draw: st.DrawFn, event_id: str, at: int) -> ev.TagSubmitted:
    tagged = draw(st.lists(st.sampled_from(sorted(ORDERS)), min_size=1, max_size=3))
    scenarios = draw(
        st.sampled_from((("worn_return",), ("worn_return",), ("short_return",), ("worn_return", "short_return")))
    )
    return ev.TagSubmitted(
        event_id, at, draw(st.sampled_from(("jd", "jd", "taobao"))), f"sub-{event_id}", draw(st.sampled_from(SHOPS)),
        draw(st.sampled_from(("main", "main", "main", "main", "sub"))), scenarios,
        tuple(TaggedOrder(order_id, "b1") for order_id in tagged),
        withdraws=draw(st.sampled_from((None,) * 5 + ("e0",))),
    )  # fmt: skip


@st.composite
def chargeback(draw: st.DrawFn, event_id: str, at: int) -> disputes.ChargebackChanged:
    order_id = draw(st.sampled_from(sorted(ORDERS)))
    status: ChargebackStatus = draw(st.sampled_from(("opened", "won", "lost", "withdrawn")))
    return disputes.ChargebackChanged(event_id, at, "taobao", "k1", order_id, *ORDERS[order_id], status=status)


@st.composite
def limit(draw: st.DrawFn, event_id: str, at: int) -> disputes.OrderLimitChanged:
    status: LimitStatus = draw(st.sampled_from(("set", "lifted")))
    return disputes.OrderLimitChanged(
        event_id, at, "jd", draw(st.sampled_from(SHOPS)), draw(st.sampled_from(BUYERS)), "main", status
    )


@st.composite
def appeal(draw: st.DrawFn, event_id: str, at: int) -> disputes.AppealChanged:
    status: AppealStatus = draw(st.sampled_from(("opened", "upheld", "rejected")))
    return disputes.AppealChanged(event_id, at, "jd", "p1", draw(st.sampled_from(BUYERS)), "q1", status)


DISPUTES = (chargeback, limit, appeal)
EVERYTHING: tuple[dealings.Kind, ...] = (
    *DISPUTES,
    order,
    order,
    refund,
    refund,
    refund,
    scan,
    scan,
    inspection,
    contact,
    verdict,
    sellers.account,
    tag,
    tag,
    tag,
    sellers.abuse,
    sellers.withdrawal,
    sellers.violation,
)
TAGGING = (tag, tag, tag, tag, tag, contact, sellers.account, sellers.abuse, sellers.withdrawal)
MISUSING = (tag, tag, *sellers.FINDING)
DELIVERY = (order, order, refund, refund, scan, verdict)
KINDS: tuple[tuple[dealings.Kind, ...], ...] = (
    EVERYTHING,
    TAGGING,
    MISUSING,
    sellers.SELLING,
    DELIVERY,
    habits.BUYING,
    habits.RETURNING,
    habits.TALKING,
    joins.CLAIMING,
    joins.SHOWING,
    joins.HOARDING,
    joins.RIVALRY,
    joins.RETURNING,
    joins.JOINED,
    dealings.INSURING,
    dealings.EXCLUDING,
    dealings.EVIDENCE,
    dealings.WARNING,
    dealings.ALL,
)
PASSED: list[ev.Event] = [
    ev.AccountChanged(f"exam-{shop}", START_MS, "jd", shop, "main", "exam_passed") for shop in SHOPS
]


@st.composite
def histories(draw: st.DrawFn, max_size: int = 40, kinds: Sequence[Sequence[dealings.Kind]] = KINDS) -> list[ev.Event]:
    """Events in any order, each with an id of its own: of every kind, or of the kinds that meet in one rule."""
    chosen = draw(st.sampled_from(kinds))
    size = draw(st.one_of(st.integers(1, max_size), st.integers(max_size // 2, max_size)))
    exams = draw(st.sampled_from((PASSED, PASSED, PASSED, [])))
    events = [draw(draw(st.sampled_from(chosen))(f"e{n}", START_MS + draw(hours) * HOUR_MS)) for n in range(size)]
    return exams + dealings.aimed(draw, events)
