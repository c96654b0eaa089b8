"""Who gets in, what another shop's staff reach (nothing), and what other sites can make a browser do (nothing)."""

import pytest

from cloudtag.desk.headers import HEADERS
from cloudtag.desk.routes import ROUTES, DeskRoute
from cloudtag.desk.session import COOKIE
from tests.desk.browser import Answer, Browser
from tests.desk.cases import alert_of_case, case_of
from tests.desk.conftest import DeskWorld

FORM = {
    "form_id": "x" * 24,
    "revision": "0",
    "verdict": "normal",
    "act": "claim",
    "status": "set",
    "event_id": "desk-1",
    "reason": "the courts ask for it",
    "hours": "1",
}
by_path = pytest.mark.parametrize("route", ROUTES, ids=lambda route: route.path)
acts_only = pytest.mark.parametrize("route", [r for r in ROUTES if r.is_act], ids=lambda route: route.path)


def _address(world: DeskWorld, route: DeskRoute) -> str:
    """The route's address about what is shop s1's."""
    return route.path.replace(":path", "").format(alert_id=alert_of_case(case_of(world, "o31")), **PLACES)


PLACES = {"platform": "taobao", "shop_id": "s1", "name": "short_return", "figure": "precision", "consequence_id": "c-1"}
PLACES["what"] = "verdict"


def _asked(browser: Browser, route: DeskRoute, address: str, **fields: str) -> Answer:
    return browser.send(address, {**FORM, **fields}) if route.is_act else browser.get(address)


@by_path
def test_nobody_gets_in_without_a_token(world: DeskWorld, route: DeskRoute) -> None:
    answer = _asked(world.visitor(None), route, _address(world, route))
    assert answer.status == 401
    assert "o31" not in answer.told


@by_path
@pytest.mark.parametrize("name", ["otto", "nobody", "jade"])
def test_a_stranger_to_a_shop_sees_and_does_nothing_there(world: DeskWorld, route: DeskRoute, name: str) -> None:
    if not route.is_scoped:
        pytest.skip("about no shop")
    stranger = world.visitor(name)
    token = stranger.get("/queue").form("/signout")["csrf"]
    answer = _asked(stranger, route, _address(world, route), csrf=token)
    assert answer.status == 404 if not route.is_act else answer.status in (403, 404)
    for told in ("o31", "RET31", "r31"):
        assert told not in answer.told
    assert not [event for event in world.pipeline.sent if getattr(event, "shop_id", "") == "s1"]


@acts_only
@pytest.mark.parametrize("token", ["", "x", "other"])
def test_a_form_of_another_session_is_refused(world: DeskWorld, route: DeskRoute, token: str) -> None:
    mei = world.visitor("mei")
    if token == "other":
        token = world.visitor("mei").get("/queue").form("/signout")["csrf"]
    assert _asked(mei, route, _address(world, route), csrf=token).status == 403
    assert not [event for event in world.pipeline.sent if hasattr(event, "platform")]


@acts_only
def test_what_another_site_sends_is_refused(world: DeskWorld, route: DeskRoute) -> None:
    mei = world.visitor("mei")
    fields = {**FORM, "csrf": mei.get("/queue").form("/signout")["csrf"]}
    assert mei.send(_address(world, route), fields, **{"sec-fetch-site": "cross-site"}).status == 403


@acts_only
def test_nothing_is_done_by_looking(world: DeskWorld, route: DeskRoute) -> None:
    assert world.visitor("mei").get(_address(world, route)).status == 405


def test_a_token_is_exchanged_for_a_cookie_scripts_cannot_read(world: DeskWorld) -> None:
    browser = world.visitor(None)
    assert browser.get("/signin?token=mei").status == 200
    assert COOKIE not in browser.cookies, "an address alone signs nobody in"
    [cookie] = browser.sign_in("mei").cookies
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    assert "mei" not in cookie


@pytest.mark.parametrize("token", ["", "x", "m" * 600, "mei\x00", "é"])
def test_a_wrong_token_opens_nothing(world: DeskWorld, token: str) -> None:
    browser = world.visitor(None)
    assert browser.sign_in(token).status == 401
    assert COOKIE not in browser.cookies


@pytest.mark.parametrize("door", ["", "x", "other"])
def test_no_other_site_signs_anybody_in(world: DeskWorld, door: str) -> None:
    browser = world.visitor(None)
    browser.get("/signin")
    if door == "other":
        door = world.visitor(None).get("/signin").form("/signin")["csrf"]
    assert browser.post("/signin", token="mei", csrf=door).status == 403
    assert COOKIE not in browser.cookies


@pytest.mark.parametrize("cookie", ["", "x", "InguIg.abc"])
def test_a_made_up_cookie_opens_nothing(world: DeskWorld, cookie: str) -> None:
    browser = world.visitor(None)
    browser.cookies[COOKIE] = cookie
    assert browser.get("/queue").status == 401


def test_a_session_ends(acted: DeskWorld) -> None:
    mei, other = acted.visitor("mei"), acted.visitor("mei")
    mei.act("/queue", "/signout")
    assert mei.get("/queue").status == 401
    assert other.get("/queue").status == 200
    acted.seconds += 12 * 3600
    assert other.get("/queue").status == 401


def test_every_answer_forbids_what_a_page_does_not_need(world: DeskWorld) -> None:
    mei = world.visitor("mei")
    for address in ("/queue", "/static/desk.css", "/nowhere", "/signin"):
        answer = mei.get(address)
        assert {name: answer.headers.get(name) for name in HEADERS} == HEADERS
        assert "unsafe" not in answer.headers["content-security-policy"]
        assert "<script>" not in answer.text
        assert " style=" not in answer.text
        assert " onclick" not in answer.text
