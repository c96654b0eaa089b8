"""Events that lead to consequences, for property tests: one buyer's six orders at three shops, and what all say of it.

Names no digest can hold by chance, so that a test may look for them in what is told.
"""

from collections.abc import Callable
from functools import partial

from hypothesis import strategies as st
from msgspec.structs import replace

from cloudtag.contract import events as ev
from cloudtag.contract.ids import alert_id as make_alert_id
from cloudtag.contract.scope import scoped
from cloudtag.contract.types import (
    Complainant,
    ComplaintType,
    Goods,
    InsuranceStatus,
    OrderStatus,
    TaggedOrder,
    VerdictKind,
)

BUYER, STRANGER = "nina", "otto"
SHOPS = ("s1", "s2", "s3")
ORDERS = {f"y{n}": SHOPS[n % 3] for n in range(1, 7)}
HOUR_MS = 3_600_000
START_MS = 1_772_409_600_000
"""When histories begin: 2026-03-02T00:00:00Z."""
ANSWERED = tuple(
    (shop_id, make_alert_id(name, "taobao", BUYER, scoped(shop_id, order_id), anchor))
    for order_id, shop_id in ORDERS.items()
    for name, anchor in (("received_refund_only", f"r{order_id}"), ("shipping_exemption", ""))
)
"""Alerts that may be answered, and the shops that may answer them."""
Kind = Callable[[str, int], st.SearchStrategy[ev.Event]]
"""Draws an event of one kind, given its id and its time."""
COMPLAINTS: tuple[tuple[Complainant, ComplaintType], ...] = (
    ("buyer", "insurance_refused"),
    ("shop", "malicious_refund"),
)
ANOTHER = "another"
"""What a finding withdraws until the history is complete: some finding of it."""


def _about(draw: st.DrawFn, buyer_id: str = BUYER) -> tuple[str, str, str]:
    order_id = draw(st.sampled_from(sorted(ORDERS)))
    return order_id, buyer_id, ORDERS[order_id]


def _early(at: int, part: int) -> int:
    """The same moment of a span that is so many times shorter: most of what comes first comes first."""
    return START_MS + (at - START_MS) // part


@st.composite
def order(draw: st.DrawFn, event_id: str, at: int, platform: str) -> ev.OrderChanged:
    about = _about(draw)
    status: OrderStatus = draw(st.sampled_from(("placed", "shipped", "shipped", "shipped", "closed_unpaid")))
    return ev.OrderChanged(
        event_id, _early(at, 9), platform, *about, status,
        address_valid=draw(st.sampled_from((None, None, None, True, False))),
        freight_insured=draw(st.booleans()),
        waybill_no=f"W{about[0]}" if status == "shipped" else None,
    )  # fmt: skip


@st.composite
def scan(draw: st.DrawFn, event_id: str, at: int, platform: str) -> ev.ParcelScanned:
    signer = draw(st.sampled_from(("recipient",) * 5 + ("locker",)))
    number = f"W{draw(st.sampled_from(sorted(ORDERS)))}"
    return ev.ParcelScanned(event_id, _early(at, 3), platform, "sf", number, scan="signed", signer=signer)


@st.composite
def refund(draw: st.DrawFn, event_id: str, at: int, platform: str) -> ev.RefundChanged:
    about = _about(draw)
    hours = draw(st.sampled_from((None, 12, 24, 60, 24 * 7)))
    return ev.RefundChanged(
        event_id, at, platform, f"r{about[0]}", *about,
        status=draw(st.sampled_from(("opened", "opened", "modified", "modified", "modified", "refused", "unknown"))),
        type=draw(st.sampled_from(("refund_only",) * 6 + ("unknown", "return_refund"))),
        reason=draw(st.sampled_from(("not_received",) * 5 + ("unknown",))),
        deadline_at=None if hours is None else at + hours * HOUR_MS,
    )  # fmt: skip


@st.composite
def inspection(draw: st.DrawFn, event_id: str, at: int, platform: str) -> ev.ReturnInspected:
    about = _about(draw)
    at = max(at, START_MS + 5 * 24 * HOUR_MS)
    received = draw(st.sampled_from(((), (Goods("a", 1),))))
    return ev.ReturnInspected(event_id, at, platform, f"r{about[0]}", *about, received=received)


@st.composite
def contact(draw: st.DrawFn, event_id: str, at: int, platform: str) -> ev.BuyerContacted:
    return ev.BuyerContacted(event_id, at, platform, *_about(draw), "chat", draw(st.sampled_from((False, False, True))))


@st.composite
def insurance(draw: st.DrawFn, event_id: str, at: int, platform: str) -> ev.InsuranceChanged:
    about = _about(draw)
    status: InsuranceStatus = draw(st.sampled_from(("bound", "claimed", "claimed", "paid")))
    return ev.InsuranceChanged(event_id, at, platform, f"n{about[0]}", *about, status)


@st.composite
def review(draw: st.DrawFn, event_id: str, at: int, platform: str) -> ev.ReviewPosted:
    about = _about(draw)
    return ev.ReviewPosted(event_id, at, platform, f"v{about[0]}", *about, draw(st.integers(1, 5)))


@st.composite
def complaint(draw: st.DrawFn, event_id: str, at: int, platform: str) -> ev.ComplaintChanged:
    """By the buyer about a refused claim, or by the shop; not every event names the order."""
    order_id, buyer_id, shop_id = _about(draw)
    by, kind = draw(st.sampled_from(COMPLAINTS))
    return ev.ComplaintChanged(
        event_id, at, platform, f"k{by}{order_id}", buyer_id, shop_id, by,
        status=draw(st.sampled_from(("opened", "opened", "upheld", "upheld", "rejected", "withdrawn", "unknown"))),
        type=draw(st.sampled_from(("unknown", kind, kind))),
        order_id=draw(st.sampled_from((None, order_id, order_id))),
    )  # fmt: skip


@st.composite
def verdict(draw: st.DrawFn, event_id: str, at: int, platform: str) -> ev.AlertAnswered:
    shop_id, alert_id = draw(st.sampled_from(ANSWERED))
    kind: VerdictKind = draw(st.sampled_from(("normal", "abnormal", "abnormal", "ignore", "unknown")))
    shop_id = draw(st.sampled_from((shop_id, shop_id, *SHOPS)))
    return ev.AlertAnswered(event_id, at, platform, alert_id, BUYER, shop_id, "main", kind)


@st.composite
def tag(
    draw: st.DrawFn, event_id: str, at: int, platform: str, scenarios: tuple[str, ...] = ("worn_return",)
) -> ev.TagSubmitted:
    """Of one's own order or another's, of the buyer or, by mistake, of a stranger."""
    order_id = draw(st.sampled_from(sorted(ORDERS)))
    also = draw(st.sampled_from(((), (), *((other,) for other in ORDERS if other != order_id))))
    tagged = (order_id, *also) if draw(st.booleans()) else (order_id,)
    buyer_id = draw(st.sampled_from((BUYER,) * 9 + (STRANGER,)))
    scenario = draw(st.sampled_from(scenarios))
    if platform == "aliexpress":
        scenario = "malicious_refund"
    shop_id = draw(st.sampled_from((ORDERS[order_id],) * 4 + SHOPS))
    orders = tuple(TaggedOrder(order_id, buyer_id) for order_id in tagged)
    return ev.TagSubmitted(event_id, at, platform, f"sub-{event_id}", shop_id, "main", (scenario,), orders)


@st.composite
def finding(draw: st.DrawFn, event_id: str, at: int, platform: str) -> ev.AbuseFound:
    withdraws = draw(st.sampled_from((None, ANOTHER, ANOTHER, ANOTHER)))
    at = max(at, START_MS + 4 * 24 * HOUR_MS)
    return ev.AbuseFound(event_id, at, platform, draw(st.sampled_from(SHOPS)), None, "false_report", withdraws)


def aimed(draw: st.DrawFn, events: list[ev.Event]) -> list[ev.Event]:
    """The history with every withdrawal aimed at a finding in it, be it the withdrawal itself."""
    findings = [event for event in events if type(event) is ev.AbuseFound]

    def aim(event: ev.Event) -> ev.Event:
        if type(event) is not ev.AbuseFound or event.withdraws != ANOTHER:
            return event
        own = [other.event_id for other in findings if other.shop_id == event.shop_id]
        return replace(event, withdraws=draw(st.sampled_from(own)))

    return [aim(event) for event in events]


def _on(platform: str, *kinds: Callable[..., st.SearchStrategy[ev.Event]]) -> tuple[Kind, ...]:
    return tuple(partial(kind, platform=platform) for kind in kinds)


_FRAUD = partial(tag, scenarios=("freight_insurance",))
_DENIED = partial(tag, scenarios=("received_refund_only", "received_refund_only", "short_return"))
INSURING = _on("jd", *(_FRAUD,) * 6, insurance, insurance, complaint, complaint, finding, order)
EXCLUDING = _on("taobao", *(tag,) * 6, review, review, complaint, complaint, finding, order)
EVIDENCE = _on("aliexpress", *(order,) * 3, *(scan,) * 3, *(refund,) * 4, *(_DENIED,) * 3, verdict, verdict, finding)
WARNING = _on("tmall", *(order,) * 3, *(scan,) * 3, *(refund,) * 5, inspection, verdict, complaint, insurance)
ALL = (
    *_on("jd", tag, _DENIED, _FRAUD, finding),
    *_on("taobao", order, scan, refund, inspection, contact, insurance, review, complaint, verdict, tag, _FRAUD),
    *_on("aliexpress", order, refund, verdict, tag, _DENIED, finding),
)
"""Kinds of events that meet in the same consequences."""
