"""An answer that the engine was asked for: what would follow is taken up, and nothing is kept; or it says why not."""

from typing import Any

import pytest
from msgspec.structs import replace

from cloudtag.contract.decision_records import DecisionGiven
from cloudtag.serving.engine_way import EngineSaid
from tests.decide.service import Client
from tests.decide.test_watching import apply, told
from tests.decisions.test_decide import alert

AT = "2026-03-02T00:00:00Z"
REFUND = {
    "stream": "refunds", "event_id": "e1", "occurred_at": AT, "platform": "taobao", "refund_id": "r1", "order_id": "o1",
    "buyer_id": "b1", "shop_id": "s1", "status": "opened", "type": "refund_only", "reason": "not_as_described",
    "amount_minor": 9900, "currency": "CNY",
}  # fmt: skip
CRITICAL = alert("critical")


def judged(client: Client, *, token: str = "platform", event: dict[str, Any] | None = None, **more: Any) -> Any:
    return client.decide(token, judge=True, events=[{**REFUND, **(event or {})}], **more)


def test_what_would_follow_is_what_is_answered_and_nothing_is_kept(client: Client) -> None:
    client.service.engine.said = EngineSaid((CRITICAL,), ("parcel SF1",))
    reply = judged(client).json()
    assert (reply["answer"], reply["is_judged"], reply["not_asked"]) == ("hold", True, ["parcel SF1"])
    assert reply["supposed"] == [{"stream": "alerts", "id": CRITICAL.alert_id, "revision": 0}]
    assert "not yet asked: parcel SF1" in reply["reasons"][-1]
    assert len(client.service.view) == 0
    assert client.service.publisher.records == []
    ((buyer_id, (event,)),) = client.service.engine.asked
    assert (buyer_id, type(event).__name__) == ("b1", "RefundChanged")
    assert client.decide(request_id="q2").json()["answer"] == "grant"


def test_what_would_be_taken_back_does_not_stand(client: Client) -> None:
    client.service.view.apply(CRITICAL)
    client.service.engine.said = EngineSaid((replace(CRITICAL, revision=1, status="withdrawn"),))
    assert judged(client).json()["answer"] == "grant"
    assert client.decide(request_id="q2").json()["answer"] == "hold"


def test_an_engine_that_does_not_answer_leaves_what_stands(client: Client) -> None:
    client.service.view.apply(CRITICAL)
    reply = judged(client).json()
    assert (reply["answer"], reply["is_judged"], reply["not_asked"]) == ("hold", False, ["the engine: it is away"])
    assert reply["reasons"][0].startswith("The engine could not be asked (it is away)")


def test_a_request_has_one_answer_whatever_the_engine_says_later(client: Client) -> None:
    client.service.engine.said = EngineSaid((CRITICAL,))
    first = judged(client).json()
    client.service.engine.said = EngineSaid()
    assert judged(client).json() == first
    assert len(client.service.engine.asked) == 1


@pytest.mark.parametrize(
    ("body", "token", "status", "says"),
    [
        ({"judge": True}, "platform", 422, "they are what is judged"),
        ({"events": [REFUND]}, "platform", 422, "judge: it is not said"),
        ({"judge": True, "events": [{**REFUND, "buyer_id": "b2"}]}, "platform", 422, "not about this buyer"),
        ({"judge": True, "events": [{**REFUND, "platform": "jd"}]}, "platform", 422, "not about this buyer"),
        ({"judge": True, "events": [{**REFUND, "status": "open"}]}, "platform", 422, "events[0]"),
        ({"judge": True, "events": [{**REFUND, "stream": "alerts"}]}, "platform", 422, "events[0]"),
        ({"judge": True, "events": [REFUND] * 21}, "platform", 422, "length <= 20"),
        ({"judge": True, "events": [{**REFUND, "shop_id": "s2"}]}, "s1", 403, "not for that shop"),
        ({"judge": True, "events": [REFUND]}, "only-decide", 200, ""),
    ],
)  # fmt: skip
def test_what_may_be_judged(client: Client, body: dict[str, Any], token: str, status: int, says: str) -> None:
    reply = client.decide(token, **body)
    assert (reply.status_code, says in reply.text) == (status, True), reply.text


def test_an_answer_is_not_told_of_before_what_it_supposes_has_come(client: Client) -> None:
    service = client.service
    service.engine.said = EngineSaid((CRITICAL,))
    assert judged(client).json()["answer"] == "hold"
    (given,) = [each for each in service.calls.given if isinstance(each, DecisionGiven)]
    assert given.supposed
    service.watch.touch_all()
    assert told(service) == []
    apply(service, CRITICAL)
    assert told(service) == []
    apply(service, replace(CRITICAL, revision=1, status="withdrawn"))
    assert [change.answer for change in told(service)] == ["grant"]
