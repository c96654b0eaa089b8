"""Choices of the queue that somebody keeps under a name. They stay in the browser: nothing but addresses is in them."""

from __future__ import annotations

import base64
from urllib.parse import parse_qsl, urlsplit

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from cloudtag.desk.acts import BadActError
from cloudtag.desk.filters import BadFilterError, QueueFilter
from cloudtag.desk.visit import Visit

COOKIE = "cloudtag_views"
MOST = 12
LONGEST_NAME = 40
LONGEST_COOKIE = 3500
"""Browsers keep no more than 4096 bytes."""
_KEPT_SECONDS = 365 * 86_400


def kept(request: Request) -> dict[str, str]:
    """Addresses of the queue by the names they were kept under; what is no such address is left out."""
    try:
        told = msgspec.json.decode(base64.urlsafe_b64decode(request.cookies.get(COOKIE, "")), type=dict[str, str])
    except (ValueError, msgspec.MsgspecError):
        return {}
    found = {name[:LONGEST_NAME]: _own(address) for name, address in list(told.items())[:MOST]}
    return {name: address for name, address in found.items() if address}


async def keep(visit: Visit) -> Response:
    """Keep a choice under a name, or forget it."""
    form = await visit.form()
    name, address = form.get("name", "").strip()[:LONGEST_NAME], _own(form.get("address", ""))
    views = kept(visit.request)
    if form.get("act") == "forget":
        views.pop(name, None)
    elif not name or address is None or (name not in views and len(views) >= MOST):
        raise BadActError("view")
    else:
        views[name] = address
    cookie = base64.urlsafe_b64encode(msgspec.json.encode(views)).decode()
    if len(cookie) > LONGEST_COOKIE:
        raise BadActError("view")
    response = visit.to(address or "/queue")
    response.set_cookie(
        COOKIE, cookie, _KEPT_SECONDS, httponly=True, samesite="lax", secure=visit.desk.is_secure, path="/"
    )
    return response


def _own(address: str) -> str | None:
    """An address of the queue, as the desk itself writes it."""
    try:
        return QueueFilter.of(dict(parse_qsl(urlsplit(address).query))).address()
    except (BadFilterError, ValueError):
        return None
