"""Who makes a request, by its bearer token, and whether it may."""

from __future__ import annotations

from http import HTTPStatus
from math import ceil

from starlette.requests import Request

from cloudtag.serving.limits import KNOWN, RequestRates
from cloudtag.serving.problems import ProblemError
from cloudtag.serving.tokens import TokenBook
from cloudtag.serving.viewers import Viewer, ViewerScope


def admitted(request: Request, book: TokenBook, rates: RequestRates, scope: ViewerScope) -> Viewer:
    """Who asks. Raises ``ProblemError``: without a token 401, without the scope 403, above the rate 429."""
    kind, _, token = request.headers.get("authorization", "").partition(" ")
    viewer = book.viewer_of(token.strip()) if kind.lower() == "bearer" else None
    if viewer is None:
        raise ProblemError(HTTPStatus.UNAUTHORIZED, "a token is needed", headers={"www-authenticate": "Bearer"})
    if wait := rates.wait_seconds(viewer.name):
        raise ProblemError(
            HTTPStatus.TOO_MANY_REQUESTS, "too many requests of this token", headers={"retry-after": str(ceil(wait))}
        )
    request.scope["state"][KNOWN] = True
    if not viewer.may(scope):
        raise ProblemError(HTTPStatus.FORBIDDEN, f"this token has not the scope {scope}")
    return viewer
