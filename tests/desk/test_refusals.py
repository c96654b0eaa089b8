"""However a request is refused: a page in the language of whoever asks, or a problem for who asks for JSON."""

import json
from collections.abc import Callable
from contextlib import closing

import pytest
from starlette.responses import Response

from cloudtag.desk import app as desk_app
from cloudtag.desk.app import FAULT_TEXT, make_app
from cloudtag.desk.headers import HEADERS
from cloudtag.desk.language import catalogue
from cloudtag.desk.refusals import ServerRefusals, is_own_name, wants_problem
from cloudtag.desk.routes import ROUTES, DeskRoute
from cloudtag.desk.visit import LARGEST_FORM_BYTES, Visit
from tests.cli.http.sockets import connect, until_closed
from tests.desk.browser import Answer, Browser
from tests.desk.conftest import DeskWorld
from tests.desk.serving import served

TROUBLE = desk_app._TROUBLE
JSON, PAGE = "application/json", "text/html,application/xhtml+xml,*/*;q=0.8"
KINDS = [(PAGE, "en"), (PAGE, "zh"), (JSON, "en"), (JSON, "zh"), ("", "en"), ("application/problem+json", "en")]
kinds = pytest.mark.parametrize(("accept", "code"), KINDS, ids=[f"{a.partition(',')[0]}-{c}" for a, c in KINDS])


def _is_as_asked(answer: Answer, status: int, accept: str, code: str) -> str:
    """What it says, which is what was asked for: of its kind, in its language, with what every answer says."""
    assert answer.status == status, answer.text
    assert {name: answer.headers.get(name) for name in HEADERS} == HEADERS
    if "json" in accept:
        assert answer.headers["content-type"] == "application/problem+json"
        told = json.loads(answer.text)
        assert set(told) == {"type", "title", "status", "detail"}
        assert told["status"] == status
        detail: str = told["detail"]
        assert any(letter >= "\u4e00" for letter in detail) == (code == "zh"), detail
        return detail
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert f'<html lang="{"zh-CN" if code == "zh" else "en"}">' in answer.text
    assert '<link rel="stylesheet" href="/static/desk.css">' in answer.text
    return answer.text


def _browser(world: DeskWorld, name: str | None, accept: str, code: str) -> Browser:
    browser = world.visitor(name, code)
    if accept:
        browser.headers["accept"] = accept
    return browser


def _csrf(browser: Browser) -> str:
    return browser.get("/queue", accept=PAGE).form("/signout")["csrf"]


Way = Callable[[Browser], Answer]
LARGE = {"reason": "x" * LARGEST_FORM_BYTES}
WAYS: dict[str, tuple[int, str | None, Way]] = {
    "another name": (400, "mei", lambda b: b.get("/queue", host="evil.example")),
    "another name, broken": (400, "mei", lambda b: b.get("/queue", host="[evil")),
    "another name, of a file": (400, None, lambda b: b.get("/static/desk.css", host="evil.example")),
    "no address": (404, "mei", lambda b: b.get("/nowhere")),
    "no address, a stranger": (404, None, lambda b: b.get("/nowhere")),
    "no file": (404, None, lambda b: b.get("/static/none.css")),
    "a file that is sent to": (405, None, lambda b: b.post("/static/desk.css")),
    "another method": (405, "mei", lambda b: b.post("/queue")),
    "a method of none": (405, None, lambda b: b._ask("DELETE", "/signin", None, {})),
    "no session": (401, None, lambda b: b.get("/queue")),
    "no case": (404, "mei", lambda b: b.get("/cases/none")),
    "no figure": (404, "petra", lambda b: b.get("/figures/none.csv")),
    "not for shops": (403, "mei", lambda b: b.get("/platform")),
    "a choice that cannot be": (400, "mei", lambda b: b.get("/queue?severity=none")),
    "a form of nobody": (403, "mei", lambda b: b.post("/views", csrf="x")),
    "a form of another site": (403, "mei", lambda b: b.send("/views", {}, **{"sec-fetch-site": "cross-site"})),
    "a form that cannot be": (400, "mei", lambda b: b.post("/views", csrf=_csrf(b))),
    "a large form": (413, "mei", lambda b: b.send("/views", LARGE)),
    "a form of many fields": (413, "mei", lambda b: b.send("/views", {f"f{n}": "" for n in range(121)})),
    "a file in a form": (403, "mei", lambda b: _multipart(b, 'name="f"; filename="f.txt"')),
    "half a form": (403, "mei", lambda b: _multipart(b, "")),
    "a form that is none": (403, "mei", lambda b: b._ask("POST", "/views", "{}", {"content-type": JSON})),
    "undone too late": (400, "mei", lambda b: b.post("/undo", csrf=_csrf(b), event_id="none")),
    "a wrong token": (401, None, lambda b: _signing_in(b, token="none")),
    "another door": (403, None, lambda b: b.post("/signin", token="mei", csrf="x")),
    "a large token": (413, None, lambda b: b.send("/signin", LARGE)),
    "many tokens": (413, None, lambda b: b.send("/signin", {f"f{n}": "" for n in range(6)})),
    "no provider": (404, None, lambda b: b.get("/signin/oidc")),
    "a way out of another": (403, "mei", lambda b: b.post("/signout", csrf="x")),
    "a large way out": (413, "mei", lambda b: b.send("/signout", LARGE)),
}
"""Ways to be refused: the status, who asks, and how."""


def _signing_in(browser: Browser, token: str) -> Answer:
    return browser.post("/signin", token=token, csrf=browser.get("/signin", accept=PAGE).form("/signin")["csrf"])


def _multipart(browser: Browser, said: str) -> Answer:
    body = f"--b\r\nContent-Disposition: form-data; {said}\r\n\r\nx\r\n--b--\r\n"
    return browser._ask("POST", "/views", body, {"content-type": "multipart/form-data; boundary=b"})


@kinds
@pytest.mark.parametrize("way", WAYS)
def test_it_is_refused_as_asked(world: DeskWorld, way: str, accept: str, code: str) -> None:
    status, name, send = WAYS[way]
    _is_as_asked(send(_browser(world, name, accept, code)), status, accept, code)


@pytest.mark.parametrize("accept", [PAGE, JSON])
@pytest.mark.parametrize("route", ROUTES, ids=lambda route: route.path)
def test_every_address_refuses_strangers_and_other_methods_as_asked(
    world: DeskWorld, route: DeskRoute, accept: str
) -> None:
    names = ("alert_id", "platform", "shop_id", "name", "figure", "consequence_id", "what")
    address = route.path.replace(":path", "").format(**dict.fromkeys(names, "x"))
    browser = _browser(world, None, accept, "zh")
    ask = {"POST": browser.post, "GET": browser.get}
    _is_as_asked(ask.pop(route.method)(address), 401, accept, "zh")
    [other] = ask.values()
    # A figure's file is an address of two forms.
    _is_as_asked(other(address), 405, accept, "zh")


@kinds
def test_whatever_goes_wrong_is_said_as_asked(world: DeskWorld, accept: str, code: str) -> None:
    """Every error that a page may raise, and one that none should."""
    errors: list[type[Exception]] = [*TROUBLE, ZeroDivisionError]

    def raising(error: type[Exception]) -> DeskRoute:
        async def handler(_visit: Visit) -> Response:
            raise error("<script>")

        return DeskRoute(f"/{error.__name__}", handler)

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(desk_app, "ROUTES", [*ROUTES, *map(raising, errors)])
        made = make_app(world.desk)
    browser = _browser(world, "mei", accept, code)
    with served(made, said=ServerRefusals(world.desk)) as browser._port:
        for error in errors:
            status, text = TROUBLE.get(error, (500, FAULT_TEXT))
            answer = browser.get(f"/{error.__name__}")
            told = _is_as_asked(answer, status, accept, code)
            shown = catalogue()["texts"][text] if code == "zh" else text
            assert shown in told.replace("&#39;", "'"), told
            assert "<script>" not in answer.text.replace("<script src=", "")


RAW = {
    "no HTTP": (400, b"hello\r\n\r\n"),
    "no host": (400, b"GET /queue HTTP/1.1\r\nACCEPT\r\n\r\n"),
    "two hosts": (400, b"GET /queue HTTP/1.1\r\nACCEPT\r\nHost: a\r\nHost: b\r\n\r\n"),
    "a large field": (431, b"GET /queue HTTP/1.1\r\nACCEPT\r\nA: " + b"a" * 100_000 + b"\r\n\r\n"),
    "a long address": (414, b"GET /" + b"a" * 20_000 + b" HTTP/1.1\r\nHost: h\r\n\r\n"),
    "a coding": (501, b"POST /views HTTP/1.1\r\nHost: h\r\nACCEPT\r\nTransfer-Encoding: gzip\r\n\r\n"),
}
"""What the server itself refuses; where ACCEPT stands, the client has said by then what it wants."""


@kinds
@pytest.mark.parametrize("way", RAW)
def test_what_the_server_refuses_is_said_as_asked(world: DeskWorld, way: str, accept: str, code: str) -> None:
    status, data = RAW[way]
    wanted = f"Accept: {accept or '*/*'}\r\nAccept-Language: {code}".encode()
    with closing(connect(world.port)) as connection:
        connection.sendall(data.replace(b"ACCEPT", wanted))
        head, _, body = until_closed(connection).partition(b"\r\n\r\n")
    lines = head.decode().split("\r\n")
    headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines[1:])}
    answer = Answer(int(lines[0].split()[1]), headers, body.decode(), ())
    if b"ACCEPT" not in data:
        accept, code = PAGE, "en"
    _is_as_asked(answer, status, accept, code)


@pytest.mark.parametrize(
    ("accept", "is_problem"),
    [
        ("", False),
        ("*/*", False),
        (PAGE, False),
        ("application/json", True),
        ("application/json, */*", False),
        ("application/json, */*;q=0.5", True),
        ("text/html;q=0.4, application/json;q=0.5", True),
        ("text/html;q=0.5, application/json;q=0.5", False),
        ("application/*", True),
        ("APPLICATION/JSON; charset=utf-8", True),
        ("application/json;q=0", False),
        ("application/json;q=much", False),
        (";;,,q=", False),
    ],
)
def test_who_would_rather_have_json_is_given_it(accept: str, is_problem: bool) -> None:
    assert wants_problem(accept) is is_problem


@pytest.mark.parametrize(
    ("host", "is_own"),
    [
        ("desk.example", True),
        ("DESK.example:8765", True),
        ("[::1]:8765", True),
        ("[::1]", True),
        ("a.below.example", True),
        ("below.example", False),
        ("desk.example.evil", False),
        ("evildesk.example", False),
        ("[::1", False),
        ("", False),
        ("desk.example@evil", False),
    ],
)
def test_the_desk_answers_under_its_own_names_alone(host: str, is_own: bool) -> None:
    assert is_own_name(host, ("desk.example", "[::1]", "*.below.example")) is is_own
