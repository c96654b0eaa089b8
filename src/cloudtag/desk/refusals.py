"""Refusals as the kind of answer a client asks for: a page in its language for browsers, problem+json (RFC 9457) else.

Whatever answers with a status that refuses says it on a page. Here that becomes a problem for who wants one, and what
the desk's own code never sees is said as well: another name than its own, and what the server itself refuses.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from http import HTTPStatus

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from cloudtag.desk.desk import Desk
from cloudtag.desk.headers import HEADERS
from cloudtag.desk.visit import REFUSED_WITH, language_of, rendered
from cloudtag.serving.problems import MEDIA_TYPE, problem_bytes

BAD = 400
PAGE_TYPE = "text/html"
OTHER_NAME = "The desk is not reached under this name. Whoever runs it can add the name to CLOUDTAG_DESK_NAMES."
STALE_TEXT = "What this is about has changed since you opened the page. Nothing was sent."
SIGN_IN_TEXT = "Sign in first."
UNREAD = "What was sent cannot be answered."
REFUSAL_TEXTS = (OTHER_NAME, STALE_TEXT, SIGN_IN_TEXT, UNREAD)
_OF_STATUS = {HTTPStatus.CONFLICT: STALE_TEXT, HTTPStatus.UNAUTHORIZED: SIGN_IN_TEXT}
"""What a page says at length."""
_JSON = ("application/json", MEDIA_TYPE, "application/*")
_HTML = (PAGE_TYPE, "application/xhtml+xml", "text/*", "*/*")


def wants_problem(accept: str) -> bool:
    """Whether a client would rather have JSON than a page; who says neither has a page."""
    weights = dict(_weighed(accept))
    return max((weights.get(kind, 0.0) for kind in _JSON), default=0.0) > max(weights.get(kind, 0.0) for kind in _HTML)


def _weighed(accept: str) -> Iterable[tuple[str, float]]:
    for part in accept.split(","):
        kind, *parameters = (each.strip().lower() for each in part.split(";"))
        weight = next((each[2:] for each in parameters if each.startswith("q=")), "1")
        try:
            yield kind, float(weight)
        except ValueError:
            yield kind, 0.0


class AsAsked:
    """Makes a problem of each page that refuses, for a client that asks for one."""

    def __init__(self, app: ASGIApp, desk: Desk) -> None:
        self._app, self._desk = app, desk

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on."""
        if scope["type"] != "http" or not wants_problem(Headers(scope=scope).get("accept", "")):
            await self._app(scope, receive, send)
            return
        is_replaced = False

        async def as_problem(message: Message) -> None:
            nonlocal is_replaced
            if message["type"] == "http.response.start" and _is_refusing_page(message):
                is_replaced = True
                body = problem_bytes(message["status"], self._detail(scope, message["status"]))
                headers = MutableHeaders(scope=message)
                headers["content-type"], headers["content-length"] = MEDIA_TYPE, str(len(body))
                await send(message)
                await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else body})
            elif not is_replaced:
                await send(message)

        await self._app(scope, receive, as_problem)

    def _detail(self, scope: Scope, status: int) -> str:
        text = scope.setdefault("state", {}).get(REFUSED_WITH) or _OF_STATUS.get(HTTPStatus(status), UNREAD)
        return language_of(Request(scope), self._desk).say(text)


def _is_refusing_page(message: Message) -> bool:
    kind = Headers(raw=message["headers"]).get("content-type", "")
    return message["status"] >= BAD and kind.startswith(PAGE_TYPE)


class OwnNames:
    """Answers under the desk's own names alone: another site's name that leads here must not be one of them."""

    def __init__(self, app: ASGIApp, desk: Desk) -> None:
        self._app, self._desk = app, desk

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or refuse it."""
        if scope["type"] != "http" or is_own_name(Headers(scope=scope).get("host", ""), self._desk.hosts):
            await self._app(scope, receive, send)
            return
        request = Request(scope)
        language = language_of(request, self._desk)
        response = rendered(request, language, "trouble.html", BAD, text=OTHER_NAME, detail="")
        await response(scope, receive, send)


def is_own_name(host: str, names: Sequence[str]) -> bool:
    """Whether the field `Host` says one of these names, with a port or without; `*.example.com` is any name below."""
    name = host[: host.index("]") + 1] if host.startswith("[") and "]" in host else host.partition(":")[0]
    return any(_is_name(name.lower(), own.lower()) for own in names)


def _is_name(name: str, own: str) -> bool:
    return own in ("*", name) or (own.startswith("*.") and name.endswith(own[1:]))


class ServerRefusals:
    """What the server itself refuses, as the desk says it: it cannot be read, it takes too long, or it is too much."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._made: dict[tuple[int, str, str, bool], tuple[Mapping[str, str], bytes]] = {}
        """There are few of them, and they cost whoever is flooded less if they are made once."""

    def __call__(
        self, status: int, detail: str, fields: Sequence[tuple[bytes, bytes]]
    ) -> tuple[Mapping[str, str], bytes]:
        """The fields of an answer and its body, given what was read of the head."""
        headers = [field for field in fields if field[0] in (b"accept", b"accept-language", b"cookie")]
        scope = {"type": "http", "method": "GET", "path": "/", "query_string": b"", "headers": headers}
        request = Request(scope)
        language, is_problem = language_of(request, self._desk), wants_problem(request.headers.get("accept", ""))
        key = status, detail, language.code, is_problem
        if key not in self._made:
            if is_problem:
                kind, body = MEDIA_TYPE, problem_bytes(status, f"{language.say(UNREAD)} ({detail})")
            else:
                page = rendered(request, language, "trouble.html", status, text=UNREAD, detail=detail)
                kind, body = page.headers["content-type"], bytes(page.body)
            self._made[key] = {**HEADERS, "content-type": kind}, body
        return self._made[key]
