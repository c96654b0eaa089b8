"""The ASGI application: who may is asked first, then what the address takes is read, and only then is anything done."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from time import perf_counter
from typing import Any, Protocol

import msgspec
from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from cloudtag.decide.api import ApiCall, DecideApi, NoParams
from cloudtag.decide.openapi import openapi
from cloudtag.decide.page import page
from cloudtag.decide.routes import API_ROUTES, ApiRoute
from cloudtag.serving.bearer import admitted
from cloudtag.serving.limits import RequestRates, body_of
from cloudtag.serving.problems import HANDLERS, ProblemError, fault_response, response_of
from cloudtag.serving.tokens import TokenBook
from cloudtag.wire.codec import MAX_RECORD_BYTES

BODY_BYTES = MAX_RECORD_BYTES
"""A body may be as large as a record."""
HUNG_UP = 499
"""What is counted where somebody hung up before having said everything: no status is sent."""
PUBLIC = ("/openapi.json", "/docs")
"""What needs no token: the description of the interface."""
_PAGE_POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
_NOTHING = NoParams()
_encoded = msgspec.json.Encoder().encode
_SAFE = {"cache-control": "no-store", "x-content-type-options": "nosniff"}

Endpoint = Callable[[Request], Awaitable[Response]]
"""What Starlette calls."""


class CallObserver(Protocol):
    """Whoever counts calls."""

    def answered(self, path: str, status: int, seconds: float) -> None:
        """A call of an address was answered."""


@dataclass(frozen=True, slots=True)
class Gate:
    """Who is let in, and how often."""

    book: TokenBook
    rates: RequestRates
    observer: CallObserver


class Application:
    """The whole interface. What is asked most often is found without trying one address after the other."""

    def __init__(self, endpoints: Mapping[ApiRoute, Endpoint]) -> None:
        routes = [Route(route.path, endpoint, methods=[route.method]) for route, endpoint in endpoints.items()]
        public = [Route("/openapi.json", _description), Route("/docs", _docs)]
        self._others = Starlette(routes=[*routes, *public], exception_handlers=HANDLERS)
        self._straight = {(r.method, r.path): endpoint for r, endpoint in endpoints.items() if not r.path_names}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        endpoint = self._straight.get((scope["method"], scope["path"])) if scope["type"] == "http" else None
        if endpoint is None:
            await self._others(scope, receive, send)
            return
        request = Request(scope, receive, send)
        try:
            response = await endpoint(request)
        except ProblemError as problem:
            response = response_of(problem)
        except ClientDisconnect:
            return
        except Exception as error:
            # As the framework does it: whoever asks is answered, and the server is told.
            await (await fault_response(request, error))(scope, receive, send)
            raise
        await response(scope, receive, send)


def application(api: DecideApi, gate: Gate) -> Application:
    """The whole interface."""
    return Application({route: _endpoint(route, api, gate) for route in API_ROUTES})


def _endpoint(route: ApiRoute, api: DecideApi, gate: Gate) -> Endpoint:
    handler = route.handler(api)

    async def answer(request: Request) -> Response:
        viewer = admitted(request, gate.book, gate.rates, route.scope)
        params = _params(route, request)
        body = await body_of(request, BODY_BYTES) if route.body else b""
        reply = await handler(ApiCall(viewer, params, body))
        return Response(_encoded(reply.content), reply.status, _SAFE, "application/json")

    async def endpoint(request: Request) -> Response:
        begun, status = perf_counter(), int(HTTPStatus.INTERNAL_SERVER_ERROR)
        try:
            response = await answer(request)
            status = response.status_code
        except ProblemError as problem:
            status = problem.status
            raise
        except ClientDisconnect:
            status = HUNG_UP
            raise
        finally:
            gate.observer.answered(route.template, status, perf_counter() - begun)
        return response

    return endpoint


def _params(route: ApiRoute, request: Request) -> Any:
    """What the address says. Raises ``ProblemError`` for what it does not take, and for what is said twice."""
    if route.params is NoParams and not request.scope["query_string"]:
        return _NOTHING
    given = request.query_params.multi_items()
    values: dict[str, Any] = {**dict(given), **request.path_params}
    if len(values) != len(given) + len(request.path_params):
        raise ProblemError(HTTPStatus.UNPROCESSABLE_ENTITY, "a parameter is given twice")
    try:
        params = msgspec.convert(values, route.params)
    except msgspec.ValidationError as error:
        raise ProblemError(HTTPStatus.UNPROCESSABLE_ENTITY, str(error)) from None
    for name in route.params.__struct_fields__:
        if not getattr(params, name).strip():
            raise ProblemError(HTTPStatus.UNPROCESSABLE_ENTITY, f"{name}: is blank")
    return params


async def _description(_: Request) -> Response:
    return Response(msgspec.json.encode(openapi()), media_type="application/json", headers=_SAFE)


async def _docs(_: Request) -> Response:
    headers = {**_SAFE, "content-security-policy": _PAGE_POLICY}
    return HTMLResponse(page(openapi()), headers=headers)
