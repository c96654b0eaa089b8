"""Where a shop takes an alert: the complaint centre with vouchers, the cloud tag without, or reviews' management."""

from collections.abc import Iterable

import pytest
from msgspec.structs import replace

from cloudtag.contract.records import Alert, Family
from cloudtag.decisions.alerts import alert_of
from cloudtag.decisions.routes import is_tagged_there, route
from cloudtag.detection.buyer_case import RiskCase
from cloudtag.detection.cases import OrderCase, ParcelCase
from cloudtag.detection.example import complained, day, inspected, ordered, refunded, reviewed, scanned
from cloudtag.detection.finding import Finding
from cloudtag.detection.order_view import OrderView
from cloudtag.detectors.registry import Detector, all_detectors
from cloudtag.policy.load import from_texts, shipped, shipped_texts
from cloudtag.policy.model import Policy
from cloudtag.replay.example import standing_alerts
from cloudtag.wire.replay_form import decode_json
from tests.detectors.judged import Raw

PROOF = [{"kind": "picture", "sha256": "a" * 64}]
RETURN = [
    ordered("placed", 0),
    refunded("opened", day(5), type="return_refund", reason="no_reason"),
    refunded("waybill_filled", day(6), type="return_refund", waybill_no="RET1"),
    inspected(day(8), {"dress": 1}, waybill_no="RET1"),
]
SHOPS = {"complainant": "shop", "type": "malicious_refund"}


def view(events: Iterable[Raw]) -> OrderView:
    return OrderView("o1", [decode_json(event)[1] for event in events])


def routed(events: Iterable[Raw], detector: str = "short_return", policy: Policy | None = None) -> Alert:
    """The alert of a detector of one parcel about order o1."""
    found = all_detectors()[detector]
    order = view(events)
    case = ParcelCase("b1", "RET1", None, [(order, order.refunds["r1"])], [], now_ms=2**41)
    (finding,) = [f for f in found.detect(case, found.parameters()) if isinstance(f, Finding)]
    return alert_of(found, finding, "taobao", case, policy or shipped().at("taobao", 2**40))


def test_without_vouchers_an_alert_goes_to_the_cloud_tag() -> None:
    assert routed(RETURN).route == "cloud_tag"


@pytest.mark.parametrize(
    "voucher",
    [
        refunded("refused", day(7), type="return_refund", evidence=PROOF),
        complained("opened", day(9), **SHOPS, evidence=PROOF),
        complained("opened", day(9), **SHOPS, chat_evidence_no="chat-1"),
        reviewed(day(9), 1, chat_evidence_no="chat-1"),
    ],
    ids=["with its refusal", "on the complaint", "chat on the complaint", "chat on the review"],
)
def test_with_vouchers_it_goes_to_the_complaint_centre(voucher: Raw) -> None:
    assert routed([*RETURN, voucher]).route == "complaint_centre"


def test_what_is_no_voucher_changes_nothing() -> None:
    buyers = refunded("modified", day(7), type="return_refund", evidence=PROOF)
    complaint = complained("opened", day(9), complainant="buyer", type="invoice", evidence=PROOF)
    others = [buyers, complaint, complained("opened", day(9), **SHOPS, complaint_id="x9"), reviewed(day(9), 1)]
    assert routed([*RETURN, *others]).route == "cloud_tag"


def test_after_a_rejected_complaint_of_the_shop_the_tag_is_left() -> None:
    complaint = [
        complained(status, day(9 + n), **SHOPS, evidence=PROOF) for n, status in enumerate(["opened", "rejected"])
    ]
    assert routed([*RETURN, *complaint]).route == "cloud_tag"
    upheld = [{**event, "status": event["status"].replace("rejected", "upheld")} for event in complaint]
    assert routed([*RETURN, *upheld]).route == "complaint_centre"
    # What was rejected was the buyer's: the shop's own proof stands.
    buyers = [{**event, "complainant": "buyer"} for event in complaint]
    proof = refunded("refused", day(7), type="return_refund", evidence=PROOF)
    assert routed([*RETURN, *buyers, proof]).route == "complaint_centre"


def routed_by_all(detector: str, *events: Raw) -> str | None:
    """Where the one alert of a detector goes in the end, by the whole engine, on JD."""
    (alert,) = standing_alerts(detector, [decode_json({**event, "platform": "jd"})[1] for event in events], None)
    return alert.route


HABIT = [
    *(ordered("completed", day(n), refund_id=f"r{n}") for n in range(1, 6)),
    *(refunded("opened", day(n + 9), refund_id=f"r{n}", type="refund_only", reason="quality") for n in range(1, 6)),
]
DENIAL = [
    ordered("shipped", day(1), waybill_no="OUT1"),
    scanned("OUT1", "signed", day(2), signer="recipient"),
    refunded("opened", day(3), type="refund_only", reason="not_received"),
]


@pytest.mark.parametrize(
    ("detector", "events"), [("short_return", RETURN), ("received_refund_only", DENIAL), ("refund_frequency", HABIT)]
)
def test_a_later_word_of_a_complaint_need_not_name_the_order(detector: str, events: list[Raw]) -> None:
    put, proof = complained("opened", day(30), **SHOPS), {"evidence": PROOF}
    assert routed_by_all(detector, *events, put) == "cloud_tag"
    later = complained("reopened", day(31), **SHOPS, **proof, order_id=None)
    assert routed_by_all(detector, *events, put, later) == "complaint_centre"
    assert routed_by_all(detector, *events, later) == "cloud_tag", "nothing says which order it is about"
    another = complained("reopened", day(31), **SHOPS, **proof, order_id=None, shop_id="s2")
    assert routed_by_all(detector, *events, put, another) == "cloud_tag", "that shop numbers its complaints itself"
    rejected = complained("rejected", day(32), **SHOPS, order_id=None)
    assert routed_by_all(detector, *events, put, later, rejected) == "cloud_tag"


def test_a_platform_has_its_own_names_for_the_places() -> None:
    pack = shipped_texts()["jd.toml"].replace(
        "[version.routes]", '[version.routes]\ncomplaint_centre = "report centre"'
    )
    policy = from_texts({**shipped_texts(), "jd.toml": pack}).at("jd", 2**40)
    proof = refunded("refused", day(7), type="return_refund", evidence=PROOF)
    assert routed([*RETURN, proof], policy=policy).route == "report centre"
    assert routed(RETURN, policy=policy).route == "cloud_tag"


def order_alert(detector: Detector, finding: Finding) -> Alert:
    case = OrderCase("b1", view([ordered("placed", 0)]), lambda _: None, now_ms=2**41)
    return alert_of(detector, finding, "taobao", case, shipped().at("taobao", 2**40))


@pytest.fixture
def finding() -> Finding:
    alert = routed(RETURN)
    return Finding(
        anchor="",
        severity="high",
        platform="taobao",
        shop_id="s1",
        order_ids=("o1",),
        decided_at=alert.decided_at,
        evidence=alert.evidence,
        facts={},
        explanation="",
        explanation_zh="",
    )


@pytest.mark.parametrize("detector", all_detectors().values(), ids=lambda d: d.name)
def test_each_detector_has_the_route_of_its_family(detector: Detector, finding: Finding) -> None:
    expected: str | None = "review_management" if detector.rule.family == "review" else "cloud_tag"
    if not detector.rule.accuses or detector.rule.family == "buyer":
        expected = None
    assert order_alert(detector, finding).route == expected


def test_the_whole_site_judgement_follows_its_alerts(finding: Finding) -> None:
    detector, policy = all_detectors()["short_return"], shipped().at("taobao", 2**40)

    def judged(*alerts: Alert) -> str | None:
        return alert_of(detector, finding, "taobao", RiskCase("b1", list(alerts), [], now_ms=2**41), policy).route

    alert = routed(RETURN)
    assert judged(alert) == "cloud_tag"
    assert judged(alert, replace(alert, route="complaint_centre")) == "complaint_centre"


@pytest.mark.parametrize(("has_vouchers", "was_refused"), [(False, False), (True, False), (False, True), (True, True)])
@pytest.mark.parametrize("detector", [d for d in all_detectors().values() if d.rule.accuses], ids=lambda d: d.name)
def test_every_scenario_a_route_leads_to_can_be_tagged_there(
    detector: Detector, *, has_vouchers: bool, was_refused: bool
) -> None:
    """Routes, labels and detectors hold together in every version of every pack."""
    rule = detector.rule
    for policy in shipped().versions():
        found = route(policy, rule.family, rule.scenario, has_vouchers=has_vouchers, was_refused=was_refused)
        if found == policy.routes.cloud_tag:
            assert is_tagged_there(policy, rule.scenario), policy.name
        if is_tagged_there(policy, rule.scenario):
            assert found is not None, policy.name


ROUTES = {
    # platform, family, scenario: without vouchers, with, after a refusal
    ("taobao", "refund", "short_return"): ("cloud_tag", "complaint_centre", "cloud_tag"),
    ("tmall", "order", "mass_unpaid"): ("cloud_tag", "complaint_centre", "cloud_tag"),
    ("taobao", "review", "competitor_review"): ("review_management",) * 3,
    ("jd", "refund", "short_return"): ("cloud_tag", "complaint_centre", "cloud_tag"),
    ("jd", "order", "mass_unpaid"): ("complaint_centre", "complaint_centre", None),
    ("jd", "review", "competitor_review"): ("complaint_centre",) * 3,
    ("aliexpress", "refund", "short_return"): ("report_centre",) * 3,
    ("aliexpress", "review", "extortion"): ("report_centre",) * 3,
    ("aliexpress", "buyer", "account_ring"): (None, None, None),
    ("taobao", "buyer", "account_ring"): (None, "complaint_centre", None),
}


@pytest.mark.parametrize("about", ROUTES)
def test_where_each_platform_sends_what(about: tuple[str, Family, str]) -> None:
    platform, family, scenario = about
    policy = shipped().at(platform, 2**40 + 2**39)
    cases = ((False, False), (True, False), (True, True))
    assert tuple(route(policy, family, scenario, has_vouchers=v, was_refused=r) for v, r in cases) == ROUTES[about]
