"""Short words for events about one buyer, and what is told of consequences in the end.

Buyer `b1`, order `o1` of shop `s1`, on JD (where no contact is asked for before a tag) unless a test says otherwise.
Times are milliseconds since the epoch; `T0` is Monday, 2 March 2026, 08:00 in Shanghai.
"""

from collections.abc import Iterable
from typing import Any

from msgspec.structs import replace

from cloudtag.contract import events as ev
from cloudtag.contract.records import Alert, Consequence, Label, TagConfirmation, TagStatus
from cloudtag.contract.types import (
    Complainant,
    ComplaintStatus,
    ComplaintType,
    InsuranceStatus,
    OrderStatus,
    RefundStatus,
    TaggedOrder,
    VerdictKind,
)
from cloudtag.policy.load import shipped
from cloudtag.policy.model import Policies
from cloudtag.replay.driver import judge
from tests.engine.standing import R, latest, of_type

T0 = 1_772_409_600_000
HOUR = 3_600_000
DAY = 24 * HOUR
SHOPS = ("s1", "s2", "s3", "s4", "s5", "s6")


def _id(*parts: object) -> str:
    return "-".join(str(part) for part in parts if part is not None)


def exams(*shops: str, platform: str = "jd", at: int = T0 - DAY) -> list[ev.AccountChanged]:
    """The main accounts of these shops may tag."""
    return [ev.AccountChanged(f"exam-{shop}", at, platform, shop, "main", "exam_passed") for shop in shops or SHOPS]


def tag(
    shop: str, order: str, at: int = T0, scenario: str = "worn_return", platform: str = "jd", buyer: str = "b1"
) -> ev.TagSubmitted:
    """A shop tags one order; the tag's id is `t-<shop>-<order>/<order>`."""
    tagged = (TaggedOrder(order, buyer),)
    return ev.TagSubmitted(
        _id("tag", shop, order, at), at, platform, f"t-{shop}-{order}", shop, "main", (scenario,), tagged
    )


def agreed(
    at: int = T0, first: int = 1, scenario: str = "worn_return", platform: str = "jd", buyer: str = "b1"
) -> list[ev.TagSubmitted]:
    """Shops s1 to s3 tag an order each: `o<first>` and the two after it. Confirmed at `at` + 2 ms."""
    return [tag(f"s{n + 1}", f"o{first + n}", at + n, scenario, platform, buyer) for n in range(3)]


def ordered(
    status: OrderStatus = "placed",
    at: int = T0,
    order: str = "o1",
    shop: str = "s1",
    platform: str = "jd",
    **fields: Any,
) -> ev.OrderChanged:
    return ev.OrderChanged(_id("order", order, status, at), at, platform, order, "b1", shop, status, **fields)


def refunded(
    status: RefundStatus,
    at: int,
    order: str = "o1",
    shop: str = "s1",
    platform: str = "jd",
    refund: str | None = None,
    **fields: Any,
) -> ev.RefundChanged:
    refund = refund or f"r-{order}"
    return ev.RefundChanged(
        _id("refund", refund, status, at), at, platform, refund, order, "b1", shop, status, **fields
    )


def received(at: int, order: str = "o1", shop: str = "s1", platform: str = "jd") -> list[ev.Event]:
    """An order, sent and signed for by the buyer in the three hours up to `at`."""
    number = f"W-{order}"
    return [
        ordered("placed", at - 3 * HOUR, order, shop, platform),
        ordered("shipped", at - 2 * HOUR, order, shop, platform, waybill_no=number),
        ev.ParcelScanned(_id("scan", order, at), at, platform, "sf", number, scan="signed", signer="recipient"),
    ]


def denied(at: int, order: str = "o1", shop: str = "s1", platform: str = "jd", amended: int = 1) -> list[ev.Event]:
    """The buyer has the goods and wants the money: medium, amended once high, twice critical, all in a moment."""
    opened = refunded("opened", at, order, shop, platform, type="refund_only", reason="not_received")
    amendment = refunded("modified", at, order, shop, platform)
    return [
        *received(at - HOUR, order, shop, platform),
        opened,
        *(replace(amendment, event_id=f"{opened.event_id}-{n}") for n in range(amended)),
    ]


def contacts(
    order: str, at: int, shop: str = "s1", count: int = 2, platform: str = "taobao"
) -> list[ev.BuyerContacted]:
    """The shop tried to reach the buyer so many times, up to `at`; nobody answered."""
    return [
        ev.BuyerContacted(_id("contact", order, n, at), at - n * HOUR, platform, order, "b1", shop, "chat", False)
        for n in range(count)
    ]


def complained(
    status: ComplaintStatus,
    at: int,
    by: Complainant = "shop",
    order: str | None = "o1",
    shop: str = "s1",
    platform: str = "jd",
    complaint: str = "c1",
    kind: ComplaintType = "malicious_refund",
) -> ev.ComplaintChanged:
    return ev.ComplaintChanged(
        _id("complaint", complaint, status, at), at, platform, complaint, "b1", shop, by, status, kind, order
    )


def insured(
    status: InsuranceStatus, at: int, order: str = "o1", shop: str = "s1", platform: str = "jd", claim: str = "n1"
) -> ev.InsuranceChanged:
    return ev.InsuranceChanged(_id("claim", claim, status, at), at, platform, claim, order, "b1", shop, status)


def reviewed(
    at: int, rating: int = 1, order: str = "o1", shop: str = "s1", platform: str = "taobao", review: str = "v1"
) -> ev.ReviewPosted:
    return ev.ReviewPosted(_id("review", review, at), at, platform, review, order, "b1", shop, rating)


def answered(
    alert: Alert, verdict: VerdictKind, at: int, shop: str | None = None, buyer: str = "b1"
) -> ev.AlertAnswered:
    """A shop's verdict on an alert; by default the shop the alert is about."""
    shop = shop or alert.shop_id or "s1"
    event_id = _id("verdict", alert.alert_id, shop, at)
    return ev.AlertAnswered(event_id, at, alert.platform, alert.alert_id, buyer, shop, "main", verdict)


def abused(shop: str = "s1", at: int = T0 + DAY, withdraws: str | None = None, platform: str = "jd") -> ev.AbuseFound:
    return ev.AbuseFound(_id("abuse", shop, at), at, platform, shop, None, "false_report", withdraws)


class Told:
    """Everything a replay told, in order, and what stands in the end."""

    def __init__(self, events: Iterable[ev.Event], until: int | None = None, policies: Policies | None = None) -> None:
        self.records = [record for _, record in judge(list(events), until, policies or shipped())]
        self.last = latest(self.records)

    def of(self, struct: type[R]) -> list[R]:
        """The last revisions of records of one type, by their ids."""
        return of_type((record for _, record in sorted(self.last.items(), key=lambda p: p[0][1])), struct)

    def consequences(self, kind: str) -> list[Consequence]:
        """Last revisions of that kind that were not reversed, ended ones included."""
        return [c for c in self.of(Consequence) if c.kind == kind and c.status != "reversed"]

    def one(self, kind: str) -> Consequence:
        (found,) = self.consequences(kind)
        return found

    def revisions(self, kind: str) -> list[Consequence]:
        """Every revision of the only consequence of a kind, in the order told."""
        found = [record for record in self.records if type(record) is Consequence and record.kind == kind]
        assert len({record.consequence_id for record in found}) <= 1, "more than one of the kind"
        return found

    def course(self, kind: str) -> list[str]:
        """The statuses of the only consequence of a kind, in the order told."""
        return [record.status for record in self.revisions(kind)]

    def alert(self, detector: str) -> Alert:
        (found,) = (alert for alert in self.of(Alert) if alert.detector == detector)
        return found

    def tags(self) -> dict[str, str]:
        """Each tag's status by its id."""
        return {status.tag_id: status.status for status in self.of(TagStatus)}

    def confirmations(self) -> list[TagConfirmation]:
        """Those that were not reversed."""
        return [found for found in self.of(TagConfirmation) if found.status == "confirmed"]

    def labels(self) -> list[tuple[str, str]]:
        return [(label.label, label.status) for label in self.of(Label)]
