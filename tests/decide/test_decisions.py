"""Asking for a decision over HTTP: what is answered, to whom, how often the same, and what is recorded."""

import asyncio
from typing import Any

import pytest
from msgspec.structs import replace

from cloudtag.contract.decision_records import DecisionGiven
from tests.decide.service import NOW, Client, Service, serving
from tests.decisions.test_decide import alert

CRITICAL = replace(alert("critical"), revision=2, amount_at_stake_minor=500, currency="CNY")


def test_an_answer_says_what_it_rests_on(client: Client) -> None:
    client.service.view.apply(CRITICAL)
    reply = client.decide()
    assert reply.status_code == 200
    assert reply.headers["cache-control"] == "no-store"
    told = reply.json()
    assert told["answer"] == "hold"
    assert told["because"] == [{"stream": "alerts", "id": "a1", "revision": 2}]
    assert (told["amount_at_stake_minor"], told["currency"]) == (500, "CNY")
    assert told["as_of"] == "2026-03-02T00:00:00Z"
    assert told["valid_until"] == "2026-03-02T00:30:00Z"
    assert told["can_be_reviewed"] is True
    assert told["recorded"] == "waiting"
    assert told["policy_version"].startswith("taobao-")
    assert [len(told["reasons"]), len(told["reasons_zh"])] == [1, 1]


def test_one_request_has_one_answer(client: Client) -> None:
    first = client.decide().json()
    client.service.view.apply(CRITICAL)
    assert client.decide().json() == first
    assert client.decide(token="s1").json()["answer"] == "grant"
    assert client.decide(request_id="q2").json()["answer"] == "hold"
    other = client.decide(refund_id="r2")
    assert other.status_code == 409
    assert other.headers["content-type"] == "application/problem+json"
    assert len(recorded(client.service)) == 2


def test_a_shops_request_is_its_own(client: Client) -> None:
    client.decide()
    assert client.decide(shop_id="s2").json()["decision_id"] != client.decide().json()["decision_id"]
    assert client.decide(platform="jd").status_code == 200


def test_a_number_is_the_same_however_it_is_typed(client: Client) -> None:
    client.service.view.apply(replace(CRITICAL, refund_ids=(), orders=(), order_ids=(), waybill_nos=("SF1",)))
    told = client.decide(waybill_nos=["sf-1"]).json()
    assert (told["waybill_nos"], told["answer"]) == (["SF1"], "inspect")


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"about": "order", "refund_id": None}, 200),
        ({"refund_id": None}, 422),
        ({"about": "return", "refund_id": None}, 422),
        ({"about": "claim", "refund_id": None}, 200),
        ({"about": "unknown"}, 422),
        ({"buyer_id": None}, 422),
        ({"buyer_id": " "}, 422),
        ({"buyer_id": "b" * 257}, 422),
        ({"platform": "toabao"}, 422),
        ({"colour": "red"}, 422),
        ({"waybill_nos": ["w"] * 101}, 422),
    ],
)
def test_what_is_asked_must_make_sense(client: Client, changes: dict[str, Any], status: int) -> None:
    reply = client.decide(**changes)
    assert reply.status_code == status
    assert status == 200 or reply.json()["status"] == status


def test_what_is_not_known_up_to_now_is_said(client: Client) -> None:
    client.service.late_ms = 3_600_000
    told = client.decide().json()
    assert (told["answer"], told["given_by"], told["as_of"]) == ("review", "fail_closed", "2026-03-01T23:00:00Z")
    openly = client.decide(about="order", request_id="q2").json()
    assert (openly["answer"], openly["given_by"]) == ("ship", "fail_open")


def recorded(service: Service) -> list[Any]:
    asyncio.run(service.recorder.finish(10))
    return service.publisher.records


def test_answers_are_recorded_once(client: Client) -> None:
    told = client.decide().json()
    client.decide()
    (record,) = recorded(client.service)
    assert client.service.calls.given == [record]
    assert isinstance(record, DecisionGiven)
    assert (record.decision_id, record.asked_by, record.asked_at) == (told["decision_id"], "platform", NOW)


def test_a_durable_answer_is_on_the_broker_first(client: Client) -> None:
    told = client.decide(durable=True).json()
    assert told["recorded"] == "durable"
    assert [record.decision_id for record in client.service.publisher.records] == [told["decision_id"]]  # type: ignore[attr-defined]
    client.service.publisher.is_away = True
    away = client.decide(durable=True, request_id="q2")
    assert (away.status_code, away.headers["retry-after"]) == (503, "1")
    client.service.publisher.is_away = False
    assert client.decide(durable=True, request_id="q2").json()["recorded"] == "durable"


def test_what_there_is_no_room_to_record_is_counted() -> None:
    with serving(Service(most_waiting=1)) as client:
        assert client.decide().json()["recorded"] == "waiting"
        assert client.decide(request_id="q2").json()["recorded"] == "lost"
        assert (client.service.recorder.lost, client.service.recorder.waiting) == (1, 1)
        assert len(recorded(client.service)) == 1
        assert client.decide(request_id="q2").json()["recorded"] == "waiting"
        assert len(recorded(client.service)) == 2


def test_the_oldest_answers_are_forgotten() -> None:
    with serving(Service(remembered=2)) as client:
        for request_id in ("q1", "q2", "q1", "q3"):
            client.decide(request_id=request_id)
        client.service.view.apply(CRITICAL)
        answers = {request_id: client.decide(request_id=request_id).json()["answer"] for request_id in ("q1", "q3")}
        assert answers == {"q1": "grant", "q3": "grant"}
        assert client.decide(request_id="q2").json()["answer"] == "hold"


def test_each_call_is_counted_with_its_status(client: Client) -> None:
    client.decide()
    client.decide(platform="toabao")
    client.ask("GET", "/v1/alerts/a1")
    assert client.service.calls.seen == [
        ("/v1/decisions", 200),
        ("/v1/decisions", 422),
        ("/v1/alerts/{alert_id}", 404),
    ]
