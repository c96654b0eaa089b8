"""A token is exchanged for a session, once the person says so: an address alone signs nobody in."""

from __future__ import annotations

import secrets

from msgspec.structs import replace
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from cloudtag.desk.auditing import entry_of
from cloudtag.desk.desk import Desk
from cloudtag.desk.session import COOKIE
from cloudtag.desk.visit import SEE_OTHER, language_of, own_form, rendered, texts_of_form
from cloudtag.serving.viewers import Viewer

LONGEST_TOKEN = 512
MOST_FIELDS = 5
DOOR_COOKIE = "cloudtag_door"
"""Given with the form for signing in, and held against what comes back."""


async def sign_in_page(request: Request, desk: Desk) -> Response:
    """The page that asks for a token; one that stands in the address is filled in."""
    token = request.query_params.get("token", "")[:LONGEST_TOKEN]
    return sign_in_form(request, desk, 200, token)


def sign_in_form(
    request: Request, desk: Desk, status: int, token: str = "", *, is_wrong: bool = False, trouble: str = ""
) -> Response:
    """The form that asks for a token, made for this browser, and the way to the provider. `trouble`: what is wrong."""
    browser = request.cookies.get(DOOR_COOKIE, "")[:64] or secrets.token_urlsafe(24)
    language, door = language_of(request, desk), desk.signed_in.door_token(browser)
    response = rendered(
        request,
        language,
        "signin.html",
        status,
        token=token,
        is_wrong=is_wrong,
        trouble=trouble,
        has_provider=desk.oidc is not None,
        door=door,
    )
    response.set_cookie(DOOR_COOKIE, browser, httponly=True, samesite="strict", secure=desk.is_secure, path="/")
    return response


async def sign_in(request: Request, desk: Desk) -> Response:
    """Begin a session for the holder of the token. Raises as `texts_of_form`."""
    form = await texts_of_form(request, MOST_FIELDS)
    if not desk.signed_in.is_own_door(request.cookies.get(DOOR_COOKIE, ""), form.get("csrf", "")):
        return sign_in_form(request, desk, 403)
    cookie = desk.signed_in.enter(form.get("token", "").strip())
    if cookie is None:
        return sign_in_form(request, desk, 401, is_wrong=True)
    return entered(request, desk, cookie)


def entered(request: Request, desk: Desk, cookie: str) -> Response:
    """To the queue with a new session, which is on record as an act."""
    if (session := desk.signed_in.session_of(cookie)) is not None:
        _record(request, desk, session.viewer)
    response = RedirectResponse("/queue", SEE_OTHER)
    response.set_cookie(COOKIE, cookie, httponly=True, samesite="lax", secure=desk.is_secure, path="/")
    return response


def _record(request: Request, desk: Desk, viewer: Viewer) -> None:
    # A provider leads back with a GET.
    desk.audit.add(replace(entry_of(request, viewer, SEE_OTHER, desk.now_ms, None), kind="act"))


async def sign_out(request: Request, desk: Desk) -> Response:
    """End the session. Raises as `own_form`."""
    session = desk.signed_in.session_of(request.cookies.get(COOKIE))
    if session is not None:
        await own_form(request, desk, session)
        desk.signed_in.leave(session)
        _record(request, desk, session.viewer)
    response = RedirectResponse("/signin", SEE_OTHER)
    response.delete_cookie(COOKIE, path="/")
    return response
