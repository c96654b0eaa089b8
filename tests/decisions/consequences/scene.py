"""Short words for events about one buyer, and what is told of consequences in the end.

Buyer `b1`, order `o1` of shop `s1`, on JD (where no contact is asked for before a tag) unless a test says otherwise.
Times are milliseconds since the epoch; `T0` is Monday, 2 March 2026, 08:00 in Shanghai.
"""

from typing import Any

from msgspec.structs import replace

from cloudtag.contract import events as ev
from cloudtag.contract.records import Alert, Consequence, Label, TagConfirmation, TagStatus
from cloudtag.contract.types import TaggedOrder
from cloudtag.policy.load import shipped
from cloudtag.replay.driver import judge
from tests.engine.standing import latest

T0 = 1_772_409_600_000
HOUR = 3_600_000
DAY = 24 * HOUR
SCENES = shipped().at("aliexpress", T0).tags.scenarios
"""What is tagged there: a scenario of refunds stands for its scene."""
SHOPS = ("s1", "s2", "s3", "s4", "s5", "s6")


def _id(*parts: Any) -> Any:
    return "-".join(str(part) for part in parts if part is not None)


def exams(*shops: Any, platform: Any = "jd", at: Any = T0 - DAY) -> Any:
    """The main accounts of these shops may tag."""
    return [ev.AccountChanged(f"exam-{shop}", at, platform, shop, "main", "exam_passed") for shop in shops or SHOPS]


def tag(
    shop: Any, order: Any, at: Any = T0, scenario: Any = "worn_return", platform: Any = "jd", buyer: Any = "b1"
) -> Any:
    """A shop tags one order; the tag's id is `t-<shop>-<order>/<order>`."""
    tagged = (TaggedOrder(order, buyer),)
    if platform == "aliexpress" and scenario not in SCENES:
        scenario = "malicious_refund"
    return ev.TagSubmitted(
        _id("tag", shop, order, at), at, platform, f"t-{shop}-{order}", shop, "main", (scenario,), tagged
    )


def agreed(at: Any = T0, first: Any = 1, scenario: Any = "worn_return", platform: Any = "jd", buyer: Any = "b1") -> Any:
    """Shops s1 to s3 tag an order each: `o<first>` and the two after it. Confirmed at `at` + 2 ms."""
    return [tag(f"s{n + 1}", f"o{first + n}", at + n, scenario, platform, buyer) for n in range(3)]


def ordered(
    status: Any = "placed", at: Any = T0, order: Any = "o1", shop: Any = "s1", platform: Any = "jd", **fields: Any
) -> Any:
    return ev.OrderChanged(_id("order", order, status, at), at, platform, order, "b1", shop, status, **fields)


def refunded(
    status: Any, at: Any, order: Any = "o1", shop: Any = "s1", platform: Any = "jd", refund: Any = None, **fields: Any
) -> Any:
    refund = refund or f"r-{order}"
    return ev.RefundChanged(
        _id("refund", refund, status, at), at, platform, refund, order, "b1", shop, status, **fields
    )


def received(at: Any, order: Any = "o1", shop: Any = "s1", platform: Any = "jd") -> Any:
    """An order, sent and signed for by the buyer in the three hours up to `at`."""
    number = f"W-{order}"
    return [
        ordered("placed", at - 3 * HOUR, order, shop, platform),
        ordered("shipped", at - 2 * HOUR, order, shop, platform, waybill_no=number),
        ev.ParcelScanned(_id("scan", order, at), at, platform, "sf", number, scan="signed", signer="recipient"),
    ]


def denied(at: Any, order: Any = "o1", shop: Any = "s1", platform: Any = "jd", amended: Any = 1) -> Any:
    """The buyer has the goods and wants the money: medium, amended once high, twice critical, all in a moment."""
    opened = refunded("opened", at, order, shop, platform, type="refund_only", reason="not_received")
    amendment = refunded("modified", at, order, shop, platform)
    return [
        *received(at - HOUR, order, shop, platform),
        opened,
        *(replace(amendment, event_id=f"{opened.event_id}-{n}") for n in range(amended)),
    ]


def contacts(order: Any, at: Any, shop: Any = "s1", count: Any = 2, platform: Any = "taobao") -> Any:
    """The shop tried to reach the buyer so many times, up to `at`; nobody answered."""
    return [
        ev.BuyerContacted(_id("contact", order, n, at), at - n * HOUR, platform, order, "b1", shop, "chat", False)
        for n in range(count)
    ]


def complained(
    status: Any,
    at: Any,
    by: Any = "shop",
    order: Any = "o1",
    shop: Any = "s1",
    platform: Any = "jd",
    complaint: Any = "c1",
    kind: Any = "malicious_refund",
) -> Any:
    return ev.ComplaintChanged(
        _id("complaint", complaint, status, at), at, platform, complaint, "b1", shop, by, status, kind, order
    )


def insured(status: Any, at: Any, order: Any = "o1", shop: Any = "s1", platform: Any = "jd", claim: Any = "n1") -> Any:
    return ev.InsuranceChanged(_id("claim", claim, status, at), at, platform, claim, order, "b1", shop, status)


def reviewed(
    at: Any, rating: Any = 1, order: Any = "o1", shop: Any = "s1", platform: Any = "taobao", review: Any = "v1"
) -> Any:
    return ev.ReviewPosted(_id("review", review, at), at, platform, review, order, "b1", shop, rating)


def answered(alert: Any, verdict: Any, at: Any, shop: Any = None, buyer: Any = "b1") -> Any:
    """A shop's verdict on an alert; by default the shop the alert is about."""
    shop = shop or alert.shop_id or "s1"
    event_id = _id("verdict", alert.alert_id, shop, at)
    return ev.AlertAnswered(event_id, at, alert.platform, alert.alert_id, buyer, shop, "main", verdict)


def abused(shop: Any = "s1", at: Any = T0 + DAY, withdraws: Any = None, platform: Any = "jd") -> Any:
    return ev.AbuseFound(_id("abuse", shop, at), at, platform, shop, None, "false_report", withdraws)


def known(events: Any) -> Any:
    """The events, and each order that is tagged or reported and that nothing tells of: long delivered, of that shop."""
    events = list(events)
    told = {(e.shop_id, e.order_id) for e in events if type(e) in (ev.OrderChanged, ev.RefundChanged)}
    asked: dict[Any, Any] = {}
    for event in events:
        if type(event) is ev.TagSubmitted:
            asked |= {(event.shop_id, tagged.order_id, tagged.buyer_id): event for tagged in event.orders}
        elif type(event) is ev.ComplaintChanged and event.complainant == "shop" and event.order_id is not None:
            asked[event.shop_id, event.order_id, event.buyer_id] = event
    return events + [
        ev.OrderChanged(
            f"known-{shop}-{order}-{buyer}", e.occurred_at - DAY, e.platform, order, buyer, shop, "completed"
        )
        for (shop, order, buyer), e in asked.items()
        if (shop, order) not in told
    ]


class Told:
    """Everything a replay told, in order, and what stands in the end."""

    def __init__(self, events: Any, until: Any = None, policies: Any = None) -> None:
        self.records = [record for _, record in judge(known(events), until, policies or shipped())]
        self.last = latest(self.records)

    def of(self, struct: Any) -> Any:
        return [record for (kind, _), record in sorted(self.last.items(), key=lambda p: p[0][1]) if kind is struct]

    def consequences(self, kind: Any) -> Any:
        """Last revisions of that kind that were not reversed, ended ones included."""
        return [c for c in self.of(Consequence) if c.kind == kind and c.status != "reversed"]

    def one(self, kind: Any) -> Any:
        (found,) = self.consequences(kind)
        return found

    def revisions(self, kind: Any) -> Any:
        """Every revision of the only consequence of a kind, in the order told."""
        found = [record for record in self.records if type(record) is Consequence and record.kind == kind]
        assert len({record.consequence_id for record in found}) <= 1, "more than one of the kind"
        return found

    def course(self, kind: Any) -> Any:
        """The statuses of the only consequence of a kind, in the order told."""
        return [record.status for record in self.revisions(kind)]

    def alert(self, detector: Any) -> Any:
        (found,) = (alert for alert in self.of(Alert) if alert.detector == detector)
        return found

    def tags(self) -> Any:
        """Each tag's status by its id."""
        return {status.tag_id: status.status for status in self.of(TagStatus)}

    def confirmations(self) -> Any:
        """Those that were not reversed."""
        return [found for found in self.of(TagConfirmation) if found.status == "confirmed"]

    def labels(self) -> Any:
        return [(label.label, label.status) for label in self.of(Label)]
