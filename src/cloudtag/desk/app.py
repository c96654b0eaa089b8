"""The desk as an ASGI application."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from importlib.resources import files
from urllib.parse import parse_qs, urlsplit

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from cloudtag.desk.acts import BadActError
from cloudtag.desk.asking import NoAnswerError
from cloudtag.desk.auditing import BAD, NotRecordedError, entry_of
from cloudtag.desk.desk import Desk
from cloudtag.desk.filters import BadFilterError
from cloudtag.desk.headers import HEADERS, SafeHeaders
from cloudtag.desk.oidc_door import oidc_begin, oidc_end
from cloudtag.desk.oidc_settings import CALLBACK
from cloudtag.desk.proposing import ProposalOverError, SamePersonError
from cloudtag.desk.publishing import NotSentError, PerhapsSentError
from cloudtag.desk.refusals import AsAsked, OwnNames, wants_problem
from cloudtag.desk.routes import ROUTES, DeskRoute
from cloudtag.desk.session import COOKIE
from cloudtag.desk.signing_in import sign_in, sign_in_form, sign_in_page, sign_out
from cloudtag.desk.visit import (
    LANGUAGE_COOKIE,
    SEE_OTHER,
    FormRefusedError,
    FormTooLargeError,
    MayNotError,
    NotSeenError,
    Visit,
    language_of,
    rendered,
)
from cloudtag.serving.limits import KNOWN
from cloudtag.serving.problems import MEDIA_TYPE, problem_bytes

DeskEndpoint = Callable[[Request], Awaitable[Response]]
"""What answers an address of the desk."""
_TROUBLE: dict[type[Exception], tuple[int, str]] = {
    NotSeenError: (404, "There is nothing here that you may see."),
    MayNotError: (403, "You may look at this, and not do it."),
    FormTooLargeError: (413, "The form is larger than any of the desk's. Nothing was sent."),
    FormRefusedError: (403, "This form was not made for your session. Open the page anew and send it again."),
    SamePersonError: (403, "Whoever proposed it cannot approve it: another person must. Nothing was sent."),
    ProposalOverError: (409, "The proposal waits no longer: it was decided, or its time is over. Nothing was sent."),
    BadFilterError: (400, "The address asks for something that cannot be."),
    BadActError: (400, "The form asks for something that cannot be. Nothing was sent."),
    NotSentError: (503, "Nothing was sent."),
    PerhapsSentError: (503, "Whether it was sent is not known. Send it again: what has arrived counts once."),
    NotRecordedError: (503, "What is looked at cannot be recorded now, so nothing is shown. Try again soon."),
    NoAnswerError: (503, "The warehouse does not answer. What is shown here comes from it; try again soon."),
}
"""What goes wrong, and how it is said."""
FAULT = 500
FAULT_TEXT = "Something is wrong with the desk itself. What was sent may be sent again: it counts once."
UNRECORDED_TEXT = "It was done, and its record is not sent yet. The desk tries again by itself."
OF_STATUS = {405: "This address does not take what was sent to it.", 400: "What your browser sent cannot be read."}
"""What is said where the framework refuses a request."""
TROUBLE_TEXTS = (*(text for _, text in _TROUBLE.values()), *OF_STATUS.values(), FAULT_TEXT, UNRECORDED_TEXT)
_KEPT_SECONDS = 365 * 86_400


def make_app(desk: Desk) -> Starlette:
    """The application."""
    routes = [
        Route("/", _to_queue),
        Route("/signin", _of_desk(desk, sign_in_page), methods=["GET"]),
        Route("/signin", _of_desk(desk, sign_in), methods=["POST"]),
        Route("/signin/oidc", _of_desk(desk, oidc_begin), methods=["GET"]),
        Route(CALLBACK, _of_desk(desk, oidc_end), methods=["GET"]),
        Route("/signout", _of_desk(desk, sign_out), methods=["POST"]),
        Mount("/static", StaticFiles(directory=str(files("cloudtag.desk") / "static"))),
        *(Route(route.path, _guarded(desk, route), methods=[route.method]) for route in ROUTES),
    ]
    middleware = [
        Middleware(SafeHeaders),
        Middleware(AsAsked, desk),
        Middleware(OwnNames, desk),
    ]
    answer = _of_desk_error(desk)
    handlers = {HTTPException: answer, Exception: answer, **dict.fromkeys(_TROUBLE, answer)}
    return Starlette(routes=routes, middleware=middleware, exception_handlers=handlers, lifespan=_life(desk))


def _life(desk: Desk) -> Callable[[Starlette], AbstractAsyncContextManager[None]]:
    """Entries of the audit log are sent while the application runs."""

    @asynccontextmanager
    async def life(_: Starlette) -> AsyncIterator[None]:
        async with desk.audit.running():
            yield

    return life


async def _recorded(desk: Desk, visit: Visit, route: DeskRoute, response: Response) -> Response:
    """The answer, once it is on record: what was done is sent there first. Views are told in the background.

    Of an act that went through, the event it became stands in the address it leads to.
    """
    led_to = parse_qs(urlsplit(response.headers.get("location", "")).query)
    sent = next((led_to[name][0] for name in ("sent", "proposed") if name in led_to), None) if route.is_act else None
    desk.audit.add(entry_of(visit.request, visit.viewer, response.status_code, desk.now_ms, sent))
    if not route.is_act or response.status_code >= BAD:
        return response
    try:
        await desk.audit.flush()
    except NotSentError:
        return visit.page("trouble.html", 503, text=UNRECORDED_TEXT, detail="")
    return response


async def _to_queue(_: Request) -> Response:
    return RedirectResponse("/queue", SEE_OTHER)


def _of_desk(desk: Desk, handler: Callable[[Request, Desk], Awaitable[Response]]) -> DeskEndpoint:
    async def endpoint(request: Request) -> Response:
        return await handler(request, desk)

    return endpoint


def _of_desk_error(desk: Desk) -> Callable[[Request, Exception], Awaitable[Response]]:
    async def answer(request: Request, error: Exception) -> Response:
        status, text = _TROUBLE.get(type(error), (getattr(error, "status_code", FAULT), ""))
        if not text:
            text = FAULT_TEXT if status >= FAULT else OF_STATUS.get(status, _TROUBLE[NotSeenError][1])
        response = rendered(request, language_of(request, desk), "trouble.html", status, text=text, detail="")
        response.headers.update(getattr(error, "headers", None) or {})
        if status < FAULT:
            return response
        # What is answered to a fault goes by no middleware.
        problem = wants_problem(request.headers.get("accept", ""))
        said = problem_bytes(status, language_of(request, desk).say(text))
        return Response(said, status, HEADERS, MEDIA_TYPE) if problem else _safe(response)

    return answer


def _safe(response: Response) -> Response:
    response.headers.update(HEADERS)
    return response


def _guarded(desk: Desk, route: DeskRoute) -> DeskEndpoint:
    """The handler behind the door: who is not signed in is led there, and what goes wrong is said on a page."""

    async def endpoint(request: Request) -> Response:
        session = desk.signed_in.session_of(request.cookies.get(COOKIE))
        language = language_of(request, desk)
        if session is None:
            return sign_in_form(request, desk, 401)
        request.scope["state"][KNOWN] = True
        visit = Visit(request, desk, session, language)
        try:
            desk.audit.check()
            response = await route.handler(visit)
        except tuple(_TROUBLE) as error:
            status, text = _TROUBLE[type(error)]
            is_told = isinstance(error, NotSentError | NoAnswerError | BadActError | BadFilterError)
            response = visit.page("trouble.html", status, text=text, detail=str(error) if is_told else "")
        response = await _recorded(desk, visit, route, response)
        if request.query_params.get("lang") == language.code:
            response.set_cookie(
                LANGUAGE_COOKIE, language.code, _KEPT_SECONDS, httponly=True, samesite="lax", secure=desk.is_secure
            )
        return response

    return endpoint
