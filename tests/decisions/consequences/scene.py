"""Short words for events about one buyer, and what is told of consequences in the end.

Buyer `b1`, order `o1` of shop `s1`, on JD (where no contact is asked for before a tag) unless a test says otherwise.
Times are milliseconds since the epoch; `T0` is Monday, 2 March 2026, 08:00 in Shanghai.
"""

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
SHOPS = ("s1", "s2", "s3", "s4", "s5", "s6")


def _id(*parts):
    return "-".join(str(part) for part in parts if part is not None)


def exams(*shops, platform="jd", at=T0 - DAY):
    """The main accounts of these shops may tag."""
    return [ev.AccountChanged(f"exam-{shop}", at, platform, shop, "main", "exam_passed") for shop in shops or SHOPS]


def tag(shop, order, at=T0, scenario="worn_return", platform="jd", buyer="b1"):
    """A shop tags one order; the tag's id is `t-<shop>-<order>/<order>`."""
    tagged = (TaggedOrder(order, buyer),)
    return ev.TagSubmitted(
        _id("tag", shop, order, at), at, platform, f"t-{shop}-{order}", shop, "main", (scenario,), tagged
    )


def agreed(at=T0, first=1, scenario="worn_return", platform="jd", buyer="b1"):
    """Shops s1 to s3 tag an order each: `o<first>` and the two after it. Confirmed at `at` + 2 ms."""
    return [tag(f"s{n + 1}", f"o{first + n}", at + n, scenario, platform, buyer) for n in range(3)]


def ordered(status="placed", at=T0, order="o1", shop="s1", platform="jd", **fields):
    return ev.OrderChanged(_id("order", order, status, at), at, platform, order, "b1", shop, status, **fields)


def refunded(status, at, order="o1", shop="s1", platform="jd", refund=None, **fields):
    refund = refund or f"r-{order}"
    return ev.RefundChanged(
        _id("refund", refund, status, at), at, platform, refund, order, "b1", shop, status, **fields
    )


def received(at, order="o1", shop="s1", platform="jd"):
    """An order, sent and signed for by the buyer in the three hours up to `at`."""
    number = f"W-{order}"
    return [
        ordered("placed", at - 3 * HOUR, order, shop, platform),
        ordered("shipped", at - 2 * HOUR, order, shop, platform, waybill_no=number),
        ev.ParcelScanned(_id("scan", order, at), at, platform, "sf", number, scan="signed", signer="recipient"),
    ]


def denied(at, order="o1", shop="s1", platform="jd", amended=1):
    """The buyer has the goods and wants the money: medium, amended once high, twice critical, all in a moment."""
    opened = refunded("opened", at, order, shop, platform, type="refund_only", reason="not_received")
    amendment = refunded("modified", at, order, shop, platform)
    return [
        *received(at - HOUR, order, shop, platform),
        opened,
        *(replace(amendment, event_id=f"{opened.event_id}-{n}") for n in range(amended)),
    ]


def contacts(order, at, shop="s1", count=2, platform="taobao"):
    """The shop tried to reach the buyer so many times, up to `at`; nobody answered."""
    return [
        ev.BuyerContacted(_id("contact", order, n, at), at - n * HOUR, platform, order, "b1", shop, "chat", False)
        for n in range(count)
    ]


def complained(status, at, by="shop", order="o1", shop="s1", platform="jd", complaint="c1", kind="malicious_refund"):
    return ev.ComplaintChanged(
        _id("complaint", complaint, status, at), at, platform, complaint, "b1", shop, by, status, kind, order
    )


def insured(status, at, order="o1", shop="s1", platform="jd", claim="n1"):
    return ev.InsuranceChanged(_id("claim", claim, status, at), at, platform, claim, order, "b1", shop, status)


def reviewed(at, rating=1, order="o1", shop="s1", platform="taobao", review="v1"):
    return ev.ReviewPosted(_id("review", review, at), at, platform, review, order, "b1", shop, rating)


def answered(alert, verdict, at, shop=None, buyer="b1"):
    """A shop's verdict on an alert; by default the shop the alert is about."""
    shop = shop or alert.shop_id or "s1"
    event_id = _id("verdict", alert.alert_id, shop, at)
    return ev.AlertAnswered(event_id, at, alert.platform, alert.alert_id, buyer, shop, "main", verdict)


def abused(shop="s1", at=T0 + DAY, withdraws=None, platform="jd"):
    return ev.AbuseFound(_id("abuse", shop, at), at, platform, shop, None, "false_report", withdraws)


class Told:
    """Everything a replay told, in order, and what stands in the end."""

    def __init__(self, events, until=None, policies=None):
        self.records = [record for _, record in judge(list(events), until, policies or shipped())]
        self.last = latest(self.records)

    def of(self, struct):
        return [record for (kind, _), record in sorted(self.last.items(), key=lambda p: p[0][1]) if kind is struct]

    def consequences(self, kind):
        """Last revisions of that kind that were not reversed, ended ones included."""
        return [c for c in self.of(Consequence) if c.kind == kind and c.status != "reversed"]

    def one(self, kind):
        (found,) = self.consequences(kind)
        return found

    def revisions(self, kind):
        """Every revision of the only consequence of a kind, in the order told."""
        found = [record for record in self.records if type(record) is Consequence and record.kind == kind]
        assert len({record.consequence_id for record in found}) <= 1, "more than one of the kind"
        return found

    def course(self, kind):
        """The statuses of the only consequence of a kind, in the order told."""
        return [record.status for record in self.revisions(kind)]

    def alert(self, detector):
        (found,) = (alert for alert in self.of(Alert) if alert.detector == detector)
        return found

    def tags(self):
        """Each tag's status by its id."""
        return {status.tag_id: status.status for status in self.of(TagStatus)}

    def confirmations(self):
        """Those that were not reversed."""
        return [found for found in self.of(TagConfirmation) if found.status == "confirmed"]

    def labels(self):
        return [(label.label, label.status) for label in self.of(Label)]
