"""The buyer's only abnormal order goes to the cloud tag, whatever vouchers there are (B26, B27)."""

from random import Random

import msgspec
import pytest
from msgspec.structs import replace

from cloudtag.contract.records import Alert, ShopOrder
from cloudtag.decisions.routes import is_settled, settled
from cloudtag.detection.example import complained, day, event, inspected, ordered, refunded
from cloudtag.policy.load import shipped
from cloudtag.replay.as_delivered import replay_as_delivered
from cloudtag.replay.driver import judge, replay
from cloudtag.wire.replay_form import decode_json
from tests.detectors.judged import Raw
from tests.engine.standing import standing
from tests.policy.test_routes import PROOF, RETURN, SHOPS

VOUCHER = complained("opened", day(9), **SHOPS, order_id="o1", chat_evidence_no="chat-1")
SECOND: list[Raw] = [
    ordered("placed", day(20), refund_id="r2"),
    refunded("opened", day(25), refund_id="r2", type="return_refund", reason="no_reason"),
    refunded("waybill_filled", day(26), refund_id="r2", type="return_refund", waybill_no="RET2"),
    inspected(day(28), {"dress": 1}, refund_id="r2", waybill_no="RET2"),
]
"""Another order of the buyer of which half the goods came back."""


def told(*events: Raw, detector: str = "short_return", order_id: str = "o1") -> list[Alert]:
    """What was said of one order by one detector, revision by revision."""
    said = [record for _, record in judge([decode_json(event)[1] for event in events])]
    alerts = [record for record in said if isinstance(record, Alert) and record.detector == detector]
    return [alert for alert in alerts if alert.order_ids == (order_id,)]


@pytest.mark.parametrize("platform", ["jd", "shein"])
def test_a_voucher_handed_in_later_moves_the_alert_on(platform: str) -> None:
    alerts = told(*({**entry, "platform": platform} for entry in (*RETURN, VOUCHER)))
    assert [(alert.revision, alert.status, alert.route) for alert in alerts] == [
        (0, "open", "cloud_tag"),
        (1, "open", "complaint_centre"),
    ]


@pytest.mark.parametrize("platform", ["taobao", "tmall"])
def test_the_only_abnormal_order_is_tagged_whatever_vouchers_there_are(platform: str) -> None:
    """B26, B27: one order is no pattern."""
    last = told(*({**entry, "platform": platform} for entry in (*RETURN, VOUCHER)))[-1]
    assert (last.route, last.facts["only_abnormal_order"]) == ("cloud_tag", "true")


def test_without_vouchers_nothing_is_said_of_other_orders() -> None:
    assert "only_abnormal_order" not in told(*RETURN)[-1].facts


def test_a_second_abnormal_order_moves_the_first_on_and_takes_it_back_when_it_turns_out_well() -> None:
    def first(*more: Raw) -> tuple[str | None, str | None]:
        last = told(*RETURN, VOUCHER, *more)[-1]
        return last.route, last.facts.get("only_abnormal_order")

    assert first(*SECOND) == ("complaint_centre", None)
    # The other one had no vouchers of its own.
    assert told(*RETURN, VOUCHER, *SECOND, order_id="o2")[-1].route == "cloud_tag"
    all_back = inspected(day(30), {"dress": 2}, refund_id="r2", waybill_no="RET2")
    assert first(*SECOND, all_back) == ("cloud_tag", "true")


def test_an_order_called_normal_is_not_abnormal() -> None:
    (second,) = told(*SECOND, order_id="o2")
    said = {"alert_id": second.alert_id, "buyer_id": "b1", "account_id": "main", "shop_id": "s1"}
    for verdict, route_left in (("normal", "cloud_tag"), ("ignore", "complaint_centre")):
        verdict_given = event("verdicts", day(40), **said, verdict=verdict)
        assert told(*RETURN, VOUCHER, *SECOND, verdict_given)[-1].route == route_left


def test_what_only_watches_makes_no_order_abnormal() -> None:
    """A complaint that asks for money, and nothing that presses for it: low."""
    asked = complained("opened", day(30), order_id="o2", complaint_id="c2", type="other", demands_money=True)
    events = (*RETURN, VOUCHER, *SECOND[:1], asked)
    assert told(*events, detector="extortion", order_id="o2")[-1].severity == "low"
    assert told(*events)[-1].route == "cloud_tag"


def test_one_alert_over_several_orders_is_about_more_than_one() -> None:
    shared = [
        ordered("placed", day(1), refund_id="r2"),
        refunded("opened", day(5), refund_id="r2", type="return_refund", reason="no_reason"),
        refunded("waybill_filled", day(6), refund_id="r2", type="return_refund", waybill_no="RET1"),
    ]
    said = [record for _, record in judge([decode_json(e)[1] for e in (*RETURN, *shared, VOUCHER)])]
    last = [record for record in said if isinstance(record, Alert) and record.detector == "short_return"][-1]
    assert (last.order_ids, last.route) == (("o1", "o2"), "complaint_centre")


def test_an_alert_of_the_layer_above_counts_and_is_routed_as_well() -> None:
    """A picture from the internet accuses of an order by itself."""
    picture = [{"kind": "picture", "sha256": "b" * 64, "origin": "internet"}]
    claim = [
        ordered("placed", day(10), refund_id="r2"),
        refunded("opened", day(11), refund_id="r2", type="refund_only", reason="damaged", evidence=picture),
        refunded("refused", day(12), refund_id="r2", type="refund_only", evidence=PROOF),
    ]
    assert told(*claim, detector="reused_evidence", order_id="o2")[-1].route == "cloud_tag"
    assert told(*claim, *RETURN, detector="reused_evidence", order_id="o2")[-1].route == "complaint_centre"
    assert told(*claim, *RETURN, VOUCHER)[-1].route == "complaint_centre"


def test_what_is_published_is_settled_whatever_came_first() -> None:
    """A published alert goes where it belongs, or is asked for once more."""
    policy = shipped().at("taobao", 2**40)
    alert = told(*RETURN)[-1]
    other = frozenset((ShopOrder("s1", "o9"),))
    own = frozenset(alert.orders)
    assert own == {ShopOrder("s1", "o1")}
    complained_of = replace(alert, route="complaint_centre")
    tagged = settled(complained_of, policy, lambda: own)
    assert tagged.route == "cloud_tag"
    for published, abnormal, expected in (
        (alert, own, True),
        (alert, own | other, True),
        (complained_of, own, False),
        (complained_of, frozenset[ShopOrder](), False),
        (complained_of, own | other, True),
        (tagged, own, True),
        (tagged, own | other, False),
    ):
        assert is_settled(published, policy, abnormal) is expected
    # Of a policy that is no longer known nothing is asked again.
    assert is_settled(complained_of, None, own)
    # Where both places are one there is nothing to choose, nor where the scenario cannot be tagged.
    assert settled(complained_of, shipped().at("jd", 2**40), lambda: own) == complained_of
    untaggable = replace(complained_of, scenario="account_ring")
    assert settled(untaggable, policy, lambda: own) == untaggable
    assert settled(replace(complained_of, orders=()), policy, frozenset).route == "complaint_centre"


@pytest.mark.parametrize("seed", range(8))
def test_in_whatever_order_the_events_come_the_routes_are_the_same(seed: int) -> None:
    all_back = inspected(day(30), {"dress": 2}, refund_id="r2", waybill_no="RET2")
    lines = [msgspec.json.encode(e) for e in (*RETURN, VOUCHER, *SECOND, *([all_back] if seed % 2 else []))]
    Random(seed).shuffle(lines)
    delivered = standing(record for _, record in replay_as_delivered(lines, 0))
    assert delivered == standing(record for _, record in replay(lines))
    assert delivered
