"""Who gets what, tried at every address of the table: nothing without a token or its scope, nothing of another shop."""

from typing import Any

import pytest
import requests
from msgspec.structs import replace

from cloudtag.contract.records import ShopOrder
from cloudtag.contract.scope import NETWORKS
from cloudtag.decide.asking import DecisionRequest, asked_by
from cloudtag.decide.routes import API_ROUTES, ApiRoute
from cloudtag.decisions.decision_answers import decision_id
from cloudtag.serving.viewers import SCOPES
from tests.decide.service import Client, Service, question, serving
from tests.decisions.alerts import an_alert
from tests.decisions.test_decide import follows, tag
from tests.warehouse import record_samples

SECRET = "s1-secret"
VERDICT = {
    "event_id": "v1", "occurred_at": "2026-03-02T00:00:00Z", "platform": "taobao", "alert_id": "a1", "buyer_id": "b1",
    "shop_id": "s1", "account_id": "s1:main", "verdict": "normal",
}  # fmt: skip
TAG = {
    "event_id": "t1", "occurred_at": "2026-03-02T00:00:00Z", "platform": "taobao", "submission_id": "t1",
    "shop_id": "s1", "account_id": "s1:main", "scenarios": ["short_return"],
    "orders": [{"order_id": SECRET, "buyer_id": "b1"}],
}  # fmt: skip
TOLD_OF = asked_by(DecisionRequest(**question(order_id=SECRET, request_id="told")), "s1", NETWORKS)
PATHS = {
    "/v1/decisions": "/v1/decisions",
    "/v1/decisions/{decision_id}/outcome": f"/v1/decisions/{decision_id(TOLD_OF)}/outcome",
    "/v1/buyers/{buyer_id}/standing": "/v1/buyers/b1/standing?platform=taobao",
    "/v1/alerts/{alert_id}": "/v1/alerts/a1",
    "/v1/orders/{order_id}": f"/v1/orders/{SECRET}?platform=taobao&shop_id=s1",
    "/v1/verdicts": "/v1/verdicts",
    "/v1/tags": "/v1/tags",
    "/v1/events": "/v1/events",
}
BODIES: dict[str, Any] = {
    "/v1/decisions": question(order_id=SECRET),
    "/v1/decisions/{decision_id}/outcome": {"event_id": "e1", "was_followed": True},
    "/v1/verdicts": VERDICT,
    "/v1/tags": TAG,
    "/v1/events": {"stream": "tags", **TAG},
}
every_route = pytest.mark.parametrize("route", API_ROUTES, ids=lambda route: f"{route.method} {route.template}")


@pytest.fixture(scope="module")
def served() -> Any:
    """Everything that stands is of shop `s1`, and named so."""
    service = Service()
    alert = replace(an_alert(shop_id="s1", order_ids=(SECRET,)), orders=(ShopOrder("s1", SECRET),), explanation=SECRET)
    service.view.apply(alert)
    service.view.apply(replace(tag(), platform="taobao", order_id=SECRET, tag_id=f"t/{SECRET}", buyer_id="b1"))
    service.view.apply(replace(follows("order_hold", order=SECRET), platform="taobao"))
    service.view.apply(replace(record_samples.report_status("c1", "b1", "s1", "pending", 1), platform="taobao"))
    service.watch.add(service.decider.decide(TOLD_OF), is_own=True)
    with serving(service) as client:
        yield client


@pytest.fixture
def client(served: Client) -> Client:
    """The same one for all: what an earlier test sent is forgotten."""
    served.service.publisher.records.clear()
    return served


def asked(client: Client, route: ApiRoute, token: str | None) -> requests.Response:
    path = PATHS[route.template]
    return client.ask(route.method, path, token, json=BODIES.get(route.template))


@every_route
def test_the_shop_itself_gets_what_is_its_own(client: Client, route: ApiRoute) -> None:
    reply = asked(client, route, "s1")
    assert reply.status_code == route.status
    assert route.method == "POST" or SECRET in reply.text


@every_route
@pytest.mark.parametrize("stranger", ["s2", "far"])
def test_a_stranger_to_the_shop_gets_nothing_of_it(client: Client, route: ApiRoute, stranger: str) -> None:
    before = len(client.service.answers)
    reply = asked(client, route, stranger)
    assert SECRET not in reply.text
    assert reply.status_code in (403, 404) or all(not found for name, found in reply.json().items() if name != "as_of")
    assert client.service.publisher.records == []
    assert len(client.service.answers) == before


@every_route
@pytest.mark.parametrize("token", [None, "", "nobody", "s1 ", "S1"])
def test_without_a_token_nobody_gets_anything(client: Client, route: ApiRoute, token: str | None) -> None:
    reply = asked(client, route, token)
    if token == "s1 ":
        assert reply.status_code == route.status
        return
    assert (reply.status_code, reply.headers["www-authenticate"]) == (401, "Bearer")
    assert SECRET not in reply.text
    assert client.service.publisher.records == []


@every_route
@pytest.mark.parametrize("scope", SCOPES)
def test_a_token_does_what_its_scope_says_alone(client: Client, route: ApiRoute, scope: str) -> None:
    reply = asked(client, route, f"only-{scope}")
    # A tag may not come in by another door either.
    is_allowed = scope == route.scope and route.template != "/v1/events"
    assert reply.status_code == (route.status if is_allowed else 403)
    assert is_allowed or client.service.publisher.records == []


@every_route
def test_an_auditor_only_reads(client: Client, route: ApiRoute) -> None:
    assert asked(client, route, "auditor").status_code == (200 if route.method == "GET" else 403)


@every_route
def test_a_basic_password_is_no_token(client: Client, route: ApiRoute) -> None:
    reply = client.ask(route.method, PATHS[route.template], None, headers={"Authorization": "Basic platform"})
    assert reply.status_code == 401


def test_every_address_is_tried() -> None:
    assert set(PATHS) == {route.template for route in API_ROUTES}
    assert set(BODIES) == {route.template for route in API_ROUTES if route.body}
