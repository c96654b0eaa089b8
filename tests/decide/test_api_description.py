"""The description of the interface is true: requests made from it, right and wrong ones, are answered as it says."""

from collections.abc import Iterator
from typing import Any

import msgspec
import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.specs.openapi.checks import positive_data_acceptance

from cloudtag.contract.streams import INPUTS
from cloudtag.decide.openapi import openapi
from cloudtag.decide.routes import API_ROUTES
from tests.decide.service import Client, Service, serving
from tests.decisions.alerts import an_alert
from tests.effort import examples

FEWER = [
    # What a schema says of an event is not all that is asked of one: its times, its ids, the spelling of a platform.
    positive_data_acceptance,
]


@pytest.fixture(scope="module")
def served() -> Iterator[Client]:
    service = Service()
    service.view.apply(an_alert())
    with serving(service) as client:
        yield client


DESCRIBED = schemathesis.openapi.from_dict(openapi())
OPERATIONS: list[Any] = [found.ok() for found in DESCRIBED.get_all_operations()]  # type: ignore[union-attr]


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.label)
@pytest.mark.parametrize("mode", list(GenerationMode), ids=lambda mode: mode.value)
@given(st.data())
@settings(max_examples=examples(30), deadline=None, suppress_health_check=list(HealthCheck))
def test_it_is_answered_as_described(served: Client, operation: Any, mode: GenerationMode, data: Any) -> None:
    case = data.draw(operation.as_strategy(generation_mode=mode))
    headers = {"Authorization": "Bearer platform"}
    case.call_and_validate(base_url=served.url, headers=headers, excluded_checks=FEWER, timeout=30)


def test_it_tells_of_every_address_and_every_event(served: Client) -> None:
    told = requests.get(f"{served.url}/openapi.json", timeout=30).json()
    assert told == msgspec.json.decode(msgspec.json.encode(openapi()))
    assert told["openapi"].startswith("3.1")
    described = {(method.upper(), path) for path, methods in told["paths"].items() for method in methods}
    assert described == {(route.method, route.template) for route in API_ROUTES}
    lines = {f"{stream.struct.__name__}Line" for stream in INPUTS.values()}
    assert lines <= set(told["components"]["schemas"])


def test_the_page_is_whole_and_asks_nobody_else(served: Client) -> None:
    reply = requests.get(f"{served.url}/docs", timeout=30)
    assert reply.status_code == 200
    assert "default-src 'none'" in reply.headers["content-security-policy"]
    assert all(route.template in reply.text for route in API_ROUTES)
    assert "http" not in reply.text.replace("http://", "http").split("<style>")[0]
    assert "<script" not in reply.text
    assert "src=" not in reply.text


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/", 404),
        ("GET", "/v1", 404),
        ("GET", "/v2/decisions", 404),
        ("GET", "/v1/decisions", 405),
        ("DELETE", "/v1/alerts/a1", 405),
        ("PUT", "/v1/events", 405),
        ("POST", "/openapi.json", 405),
        ("POST", "/v1/decisions", 415),
        ("GET", "/v1/orders/o1", 422),
        ("GET", "/v1/orders/o1?platform=taobao&shop_id=s1&shop_id=s2", 422),
        ("GET", "/v1/orders/o1?platform=taobao&shop_id=s1&order_id=o2", 422),
        ("GET", "/v1/orders/o1?platform=taobao&shop_id=%20", 422),
        ("GET", "/v1/orders/o1?platform=taobao&shop_id=s1&colour=red", 422),
        ("GET", "/v1/alerts/", 422),
        ("GET", "/v1/alerts/" + "a" * 257, 422),
    ],
)
def test_whatever_is_wrong_is_a_problem(served: Client, method: str, path: str, status: int) -> None:
    reply = served.ask(method, path)
    assert (reply.status_code, reply.headers["content-type"]) == (status, "application/problem+json")
    told = reply.json()
    assert (told["status"], set(told)) == (status, {"type", "title", "status", "detail"})
    assert told["detail"]


def test_a_path_may_hold_slashes(served: Client) -> None:
    reply = served.ask("GET", "/v1/orders/o%2F1?platform=taobao&shop_id=s1")
    assert (reply.status_code, reply.json()["alerts"]) == (200, [])
    assert served.ask("GET", "/v1/buyers/b%2F1/standing?platform=taobao").status_code == 200
    assert served.ask("HEAD", "/v1/alerts/a1").text == ""


def test_a_fault_of_the_service_is_a_problem_too(monkeypatch: pytest.MonkeyPatch) -> None:
    service = Service()

    def broken(alert_id: str) -> None:
        raise RuntimeError(alert_id)

    monkeypatch.setattr(service.view, "alert", broken)
    with serving(service) as client:
        reply = client.ask("GET", "/v1/alerts/a1")
    assert (reply.status_code, reply.headers["content-type"]) == (500, "application/problem+json")
    assert "a1" not in reply.text
