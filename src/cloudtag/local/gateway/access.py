"""Who may use the gateway: whoever has the token, or this machine's programs; and who may only read."""

import base64
import hmac
import ipaddress
from typing import Literal, get_args

from aiohttp import web

from cloudtag.local.gateway.errors import AUTHENTICATION_FAILED, refusal

READER = "analyst"
"""The user whose requests only read, whatever they ask for. All other names may write."""
_OWN_SITES = frozenset({"same-origin", "none"})


OpenTo = Literal["nobody", "readers", "everyone"]
"""Who on this machine may come without the token. `readers`: whoever has none only reads."""
ALL_OPEN_TO: tuple[OpenTo, ...] = get_args(OpenTo)


class Access:
    """The rule for one gateway: who needs the token, and what its absence leaves to do."""

    def __init__(self, host: str, token: str, open_to: OpenTo = "nobody") -> None:
        """Raises ``ValueError`` for a missing token, and beyond loopback for any rule but that everyone needs it."""
        if open_to != "nobody" and not is_loopback(host):
            raise ValueError(f"everyone needs the token where it listens on {host}; only loopback may go without")
        if open_to != "everyone" and not token:
            raise ValueError("a token is needed; only on loopback, and when asked to, it may go without")
        self._token = token
        self._open_to = open_to

    def check(self, request: web.Request) -> bool:
        """Whether the request may write. Raises ``EngineError`` (AUTHENTICATION_FAILED) when it may not be served."""
        if is_foreign(request):
            # A page of another site must not reach the warehouse through the browser of someone who may.
            raise _refused("requests of other sites' pages are not served")
        given = _secret(request)
        has_token = bool(self._token) and hmac.compare_digest(_bytes(given), _bytes(self._token))
        if not has_token and (self._open_to == "nobody" or (given and self._token)):
            raise _refused("the token is missing or wrong")
        if not has_token and not is_loopback(_host_name(request.host)):
            # A name of another site may lead to this machine, too.
            raise _refused("without a token only programs on this machine are served")
        return (has_token or self._open_to == "everyone") and not _is_reader(request)


def is_loopback(host: str) -> bool:
    """Whether ``host`` names this machine's loopback."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def is_foreign(request: web.Request) -> bool:
    """Whether a browser says that the page of another site sent the request."""
    site = request.headers.get("Sec-Fetch-Site", "none").strip().lower()
    origins = request.headers.getall("Origin", [])
    own = {f"{scheme}://{request.host}".lower() for scheme in ("http", "https")}
    return site not in _OWN_SITES or any(origin.strip().lower() not in own for origin in origins)


def _is_reader(request: web.Request) -> bool:
    """Whether the request may only read whoever sends it: those of `READER` and, as in ClickHouse, every GET."""
    return request.method != "POST" or _user(request) == READER


def _host_name(header: str) -> str:
    name, _, port = header.rpartition(":")
    return (name if name and port.isdigit() else header).strip("[]")


def _secret(request: web.Request) -> str:
    if key := request.headers.get("X-ClickHouse-Key"):
        return key
    kind, _, value = request.headers.get("Authorization", "").partition(" ")
    if kind.lower() == "bearer":
        return value
    basic = _basic(request)
    return request.query.get("password", "") if basic is None else basic[1]


def _user(request: web.Request) -> str:
    basic = _basic(request)
    return request.headers.get("X-ClickHouse-User") or (basic[0] if basic else request.query.get("user", ""))


def _basic(request: web.Request) -> tuple[str, str] | None:
    """User and password of basic authentication; empty ones when they cannot be read, none when there are none."""
    kind, _, value = request.headers.get("Authorization", "").partition(" ")
    if kind.lower() != "basic":
        return None
    try:
        user, _, password = base64.b64decode(value, validate=True).decode().partition(":")
    except ValueError:  # `binascii.Error` and `UnicodeDecodeError` are such, and what is no ASCII.
        return "", ""
    return user, password


def _bytes(text: str) -> bytes:
    """The bytes of a header's text, which need not be UTF-8."""
    return text.encode("utf-8", "surrogateescape")


def _refused(why: str) -> Exception:
    return refusal(AUTHENTICATION_FAILED, f"Authentication failed: {why}", "AUTHENTICATION_FAILED")
