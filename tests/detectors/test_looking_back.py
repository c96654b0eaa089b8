"""How far back what accounts do together is looked at: so long nothing that a finding rests on may be let go."""

from collections.abc import Sequence
from itertools import groupby

from cloudtag.contract.dealings import AskedBack, BadRating, Dealings
from cloudtag.contract.links import AttributeUsed, LinkReported
from cloudtag.detection.buyer_case import BuyerCase, RiskCase
from cloudtag.detection.dealings import SLACK_MS
from cloudtag.detection.example import day, event, ordered
from cloudtag.detection.finding import Finding
from cloudtag.detection.order_view import OrderView
from cloudtag.detection.windows import DAY_MS
from cloudtag.detectors import account_ring, insurance_farming, review_bombing, ring_frequency
from cloudtag.replay.example import standing_alerts
from tests.detectors.edges.building import denied
from tests.detectors.judged import Raw, events_of, time_of
from tests.detectors.linked_accounts import asks, rates


def orders(raws: Sequence[Raw]) -> list[OrderView]:
    by_order = groupby(events_of(raws), lambda event: getattr(event, "order_id", ""))
    return [OrderView(order_id, list(events), "s1") for order_id, events in by_order]


def case_of(own: Sequence[Raw], others: Sequence[tuple[str, AskedBack | BadRating]]) -> BuyerCase:
    """A buyer whose orders are those, on one device with others who asked for money back, or rated badly."""
    uses = tuple(
        AttributeUsed(0, True, "device:d1", what.occurred_at, what.event_id, "taobao", buyer, dealings=_told(what))
        for buyer, what in others
    )
    return BuyerCase("b1", orders(own), [], [LinkReported(0, True, "b1", "device:d1", 0, uses)], lambda _: None, 0)


def _told(what: AskedBack | BadRating) -> Dealings:
    return Dealings(asked=(what,)) if isinstance(what, AskedBack) else Dealings(rated=(what,))


def asked(n: int, at: str) -> tuple[str, AskedBack]:
    return f"b{n}", AskedBack("damaged", "s1", f"o{n}", f"r{n}", time_of(at), f"e{n}")


def test_ring_frequency_looks_back_from_the_first_claim() -> None:
    others = [asked(2, "2026-03-05T00:00:00Z"), asked(3, "2026-03-14T00:00:00Z")]
    (found,) = ring_frequency.detect(case_of((*asks(1, 1), *asks(4, 1)), others), ring_frequency.Parameters())
    assert isinstance(found, Finding)
    assert found.since_at == time_of("2026-03-05T00:00:00Z") - SLACK_MS


def test_account_ring_looks_back_from_the_first_alert_of_any_member() -> None:
    alerts = standing_alerts("received_refund_only", events_of(denied(1, 0)), None)
    told = (("b2", "2026-03-15T00:00:00Z", "2026-02-20T00:00:00Z"), ("b3", "2026-03-16T00:00:00Z", None))
    uses = tuple(
        AttributeUsed(
            0, True, "device:d1", time_of(at), f"e-{buyer}", "taobao", buyer, alerted_at=time_of(since) if since else 0
        )
        for buyer, at, since in told
    )
    case = RiskCase("b1", list(alerts), [LinkReported(0, True, "b1", "device:d1", 0, uses)], 0)
    (found,) = account_ring.detect(case, account_ring.Parameters())
    assert isinstance(found, Finding)
    assert found.since_at == time_of("2026-02-20T00:00:00Z") - 30 * DAY_MS


def test_insurance_farming_looks_back_from_the_first_order_it_paid_for() -> None:
    own = [
        raw
        for n, at in enumerate((0, 1, 2, 3, 4, 5, 6, 55), start=1)
        for raw in (
            ordered("placed", day(at), refund_id=f"r{n}", freight_insured=True),
            event(
                "insurance", day(at + 5), status="paid", claim_id=f"k{n}", order_id=f"o{n}", buyer_id="b1", shop_id="s1"
            ),
        )
    ]
    (found,) = insurance_farming.detect(case_of(own, ()), insurance_farming.Parameters())
    assert isinstance(found, Finding)
    assert found.since_at == time_of(day(0)) - SLACK_MS


def rated(n: int, at: str, rating: int = 1) -> tuple[str, BadRating]:
    return f"b{n}", BadRating(rating, "s1", f"o{n}", f"v{n}", time_of(at), f"e{n}")


def test_review_bombing_looks_back_from_the_first_rating() -> None:
    others = [rated(n, f"2026-03-08T0{n}:00:00Z") for n in range(2, 6)]
    (found,) = review_bombing.detect(case_of(rates(1, 1), others), review_bombing.Parameters())
    assert isinstance(found, Finding)
    assert found.since_at == time_of("2026-03-08T01:00:00Z") - SLACK_MS


def test_review_bombing_names_the_platform_of_its_shop() -> None:
    """Not of another shop of the network, where the buyer ordered first."""
    elsewhere = {**ordered("completed", day(1), refund_id="r9"), "platform": "tmall", "shop_id": "s0"}
    case = case_of(rates(1, 1), [rated(n, f"2026-03-08T0{n}:00:00Z") for n in range(2, 6)])
    case.orders.insert(0, OrderView("o9", events_of([elsewhere]), "s0"))
    (found,) = review_bombing.detect(case, review_bombing.Parameters())
    assert isinstance(found, Finding)
    assert found.platform == "taobao"


def test_review_bombing_counts_no_more_stars_than_a_policy_calls_bad() -> None:
    others = [rated(n, f"2026-03-08T0{n}:00:00Z", rating=2) for n in range(2, 6)]
    for bad_rating, count in ((2, 1), (1, 0)):
        given = review_bombing.Parameters(bad_rating=bad_rating)
        assert len(list(review_bombing.detect(case_of(rates(1, 1), others), given))) == count
