"""Signing in with OpenID Connect: to the provider, and back with what it says."""

from __future__ import annotations

import logging
import secrets

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from cloudtag.desk.desk import Desk
from cloudtag.desk.oidc_provider import OidcAwayError, OidcRefusedError
from cloudtag.desk.oidc_tries import TRY_SECONDS
from cloudtag.desk.signing_in import entered, sign_in_form
from cloudtag.desk.visit import SEE_OTHER

logger = logging.getLogger(__name__)

TRY_COOKIE = "cloudtag_oidc"
"""Names the browser that began. Sent along from the provider's page, so it is not a strict one."""
TRY_PATH = "/signin/oidc"
NOT_LET_IN = "The provider does not say that you may use the desk. Whoever runs it can say what is missing."
AWAY = "The provider that signs people in does not answer as it should. Try again soon."
REFUSED = "This sign-in was refused: it was used already, took too long, or was begun in another browser. Begin anew."
OIDC_TEXTS = (NOT_LET_IN, AWAY, REFUSED)


async def oidc_begin(request: Request, desk: Desk) -> Response:
    """Send somebody to the provider."""
    if desk.oidc is None:
        return sign_in_form(request, desk, 404)
    browser = secrets.token_urlsafe(24)
    try:
        address = await desk.oidc.begin(browser)
    except OidcAwayError as error:
        logger.warning("nobody can be sent to the provider: %s", error)
        return sign_in_form(request, desk, 502, trouble=AWAY)
    response = RedirectResponse(address, SEE_OTHER)
    # Not strict: the provider's page leads back from another site.
    response.set_cookie(
        TRY_COOKIE, browser, int(TRY_SECONDS), httponly=True, samesite="lax", secure=desk.is_secure, path=TRY_PATH
    )
    return response


async def oidc_end(request: Request, desk: Desk) -> Response:
    """Take somebody back from the provider, and begin their session."""
    if desk.oidc is None:
        return sign_in_form(request, desk, 404)
    said = request.query_params
    try:
        browser = request.cookies.get(TRY_COOKIE, "")
        viewer = await desk.oidc.end(browser, said.get("state", ""), said.get("code", ""), said.get("iss"))
    except OidcRefusedError as error:
        logger.warning("a sign-in was refused: %s", error)
        return _without_try(sign_in_form(request, desk, 401, trouble=REFUSED), desk)
    except OidcAwayError as error:
        logger.warning("the provider does not say who somebody is: %s", error)
        return _without_try(sign_in_form(request, desk, 502, trouble=AWAY), desk)
    cookie = desk.signed_in.enter_as(viewer) if viewer is not None else None
    if cookie is None:
        return _without_try(sign_in_form(request, desk, 403, trouble=NOT_LET_IN), desk)
    return _without_try(entered(request, desk, cookie), desk)


def _without_try(response: Response, desk: Desk) -> Response:
    response.delete_cookie(TRY_COOKIE, path=TRY_PATH, httponly=True, samesite="lax", secure=desk.is_secure)
    return response
