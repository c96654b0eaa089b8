"""Events over HTTP: checked as `produce` checks them, all or none, and each by whose it is."""

import json
from typing import Any

import pytest
from msgspec.structs import replace

from cloudtag.contract.events import AlertAnswered, OrderChanged, TagSubmitted
from cloudtag.contract.streams import INPUTS
from cloudtag.decide.taken_in import MOST_EVENTS, OF_SHOPS
from cloudtag.wire import decode_json, encode_json
from tests.decide.service import Client, Service, serving
from tests.decide.test_authorisation import TAG, VERDICT
from tests.schemas.test_examples import GOOD

ORDER = {
    "stream": "orders", "event_id": "e1", "occurred_at": "2026-03-02T00:00:00Z", "platform": "taobao",
    "order_id": "o1", "buyer_id": "b1", "shop_id": "s1", "status": "placed",
}  # fmt: skip


def sent(client: Client, body: Any, path: str = "/v1/events", token: str = "platform") -> Any:
    return client.ask("POST", path, token, json=body)


def test_what_is_taken_is_on_the_broker(client: Client) -> None:
    reply = sent(client, ORDER)
    assert (reply.status_code, reply.json()) == (202, {"accepted": 1})
    (order,) = client.service.publisher.records
    assert isinstance(order, OrderChanged)
    assert order.order_id == "o1"


def test_events_of_several_streams_come_in_one_request(client: Client) -> None:
    examples = [json.loads(path.read_text()) for path in GOOD if path.parent.name in INPUTS]
    known = [example for example in examples if decode_json(example)]
    reply = sent(client, known)
    taken = client.service.publisher.records
    refused = {error["index"] for error in reply.json().get("errors", ())}
    again = sent(client, [example for n, example in enumerate(known) if n not in refused])
    assert again.status_code == 202
    assert taken == client.service.publisher.records
    assert [encode_json(*decode_json(e)) for n, e in enumerate(known) if n not in refused] != []


@pytest.mark.parametrize(
    ("changes", "reason", "says"),
    [
        ({"status": None}, "invalid_value", "status"),
        ({"status": "unknown"}, "invalid_value", "status: is not said"),
        ({"platform": "toabao"}, "invalid_value", "did you mean taobao?"),
        ({"buyer_id": " "}, "invalid_value", "buyer_id: is blank"),
        ({"occurred_at": 1_772_409_600}, "invalid_value", "looks like seconds"),
        ({"colour": "red"}, "invalid_value", "colour"),
        ({"stream": "order"}, "unknown_stream", "did you mean orders?"),
        ({"stream": "alerts"}, "invalid_value", ""),
        ({"stream": None}, "unknown_stream", ""),
    ],
)
def test_what_produce_refuses_is_refused(client: Client, changes: dict[str, Any], reason: str, says: str) -> None:
    bad = {name: value for name, value in {**ORDER, **changes}.items() if value is not None}
    reply = sent(client, [ORDER, bad])
    assert reply.status_code == 422
    (error,) = reply.json()["errors"]
    assert (error["index"], error["reason"]) == (1, reason)
    assert says in error["error"]
    assert client.service.publisher.records == [], "all or none"


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ("{", 400),
        ("\xff", 400),
        ("[" * 100_000, 400),
        ("[]", 422),
        ("3", 422),
        ('"x"', 422),
        ("[[]]", 422),
        ("[null]", 422),
        (json.dumps([ORDER] * (MOST_EVENTS + 1)), 413),
        (" " * (1 << 20) + "{}", 413),
    ],
)
def test_bodies_that_are_no_events(client: Client, body: str, status: int) -> None:
    reply = client.ask("POST", "/v1/events", data=body.encode("latin-1"), headers={"Content-Type": "application/json"})
    assert (reply.status_code, reply.headers["content-type"]) == (status, "application/problem+json")


def test_a_body_of_no_said_length_is_cut_off(client: Client) -> None:
    reply = client.ask(
        "POST", "/v1/events", data=(b" " * 65536 for _ in range(20)), headers={"Content-Type": "application/json"}
    )
    assert reply.status_code == 413


def test_a_verdict_needs_no_stream_and_has_the_tokens_account(client: Client) -> None:
    told = {name: value for name, value in VERDICT.items() if name != "account_id"}
    assert sent(client, told, "/v1/verdicts", "s1").status_code == 202
    (verdict,) = client.service.publisher.records
    assert isinstance(verdict, AlertAnswered)
    assert verdict.account_id == "s1:main"
    assert sent(client, {**VERDICT, "account_id": "other"}, "/v1/verdicts", "s1").status_code == 403
    assert sent(client, {**VERDICT, "stream": "verdicts"}, "/v1/verdicts").status_code == 202
    assert sent(client, {**VERDICT, "stream": "tags"}, "/v1/verdicts").json()["errors"][0]["reason"] == "wrong_stream"


def test_the_platforms_verdict_is_no_shops(client: Client) -> None:
    told = {**VERDICT, "shop_id": None, "account_id": None}
    assert sent(client, told, "/v1/verdicts", "platform").status_code == 202
    assert sent(client, told, "/v1/verdicts", "s2").status_code == 403


def test_tags_are_taken(client: Client) -> None:
    assert sent(client, [TAG], "/v1/tags", "s1").status_code == 202
    assert isinstance(client.service.publisher.records[0], TagSubmitted)


@pytest.mark.parametrize("stream", sorted(INPUTS))
def test_a_shop_sends_what_is_its_own_to_tell(client: Client, stream: str) -> None:
    event = next(decode_json(path.read_bytes())[1] for path in GOOD if path.parent.name == stream)
    own: dict[str, Any] = {"platform": "taobao", "shop_id": "s2"}
    if stream == "complaints":
        own["complainant"] = "shop"
    changed = replace(event, **{name: value for name, value in own.items() if hasattr(event, name)})
    reply = sent(client, encode_json(stream, changed), token="s2")
    assert reply.status_code == (202 if stream in OF_SHOPS else 403), reply.text
    if stream in OF_SHOPS:
        assert sent(client, encode_json(stream, replace(changed, shop_id="s1")), token="s2").status_code == 403
        assert sent(client, encode_json(stream, replace(changed, platform="jd")), token="s2").status_code == 403
    if stream == "complaints":
        assert sent(client, encode_json(stream, replace(changed, complainant="buyer")), token="s2").status_code == 403


def test_a_broker_that_is_away_is_said(client: Client) -> None:
    client.service.publisher.is_away = True
    reply = sent(client, ORDER)
    assert (reply.status_code, reply.headers["retry-after"]) == (503, "1")


def test_requests_of_a_token_are_limited_by_the_second() -> None:
    with serving(Service(per_second=2)) as client:
        statuses = [client.ask("GET", "/v1/alerts/a1", "s1").status_code for _ in range(20)]
        assert statuses[:2] == [404, 404]
        assert 429 in statuses
        limited = next(
            reply for reply in (client.ask("GET", "/v1/alerts/a1", "s1") for _ in range(50)) if reply.status_code == 429
        )
        assert int(limited.headers["retry-after"]) == 1
        assert client.ask("GET", "/v1/alerts/a1", "s2").status_code == 404
