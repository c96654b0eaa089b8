"""Who may use the gateway: this machine alone, or whoever has the token; and who may only read."""

import base64
import binascii
import hmac
import ipaddress

from aiohttp import web

from cloudtag.local.gateway.errors import AUTHENTICATION_FAILED, refusal

READER = "analyst"
"""The user whose requests only read, whatever they ask for. All other names may write."""
_OWN_SITES = frozenset({"same-origin", "none"})


class Access:
    """The rule for one gateway: with a token every request must carry it; without one it serves loopback only."""

    def __init__(self, host: str, token: str) -> None:
        """Raises ``ValueError`` for a host beyond loopback without a token."""
        if not token and not is_loopback(host):
            raise ValueError(f"a token is needed to listen on {host}; only loopback may go without")
        self._token = token

    def check(self, request: web.Request) -> None:
        """Raises ``EngineError`` (AUTHENTICATION_FAILED) when the request may not be served."""
        if is_foreign(request):
            # A page of another site must not reach the warehouse through the browser of someone who may.
            raise _refused("requests of other sites' pages are not served")
        if self._token:
            given = _secret(request)
            if not hmac.compare_digest(given.encode(), self._token.encode()):
                raise _refused("the token is missing or wrong")
        elif not is_loopback(_host_name(request.host)):
            # A name of another site may lead to this machine, too.
            raise _refused("without a token only programs on this machine are served")


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


def is_reader(request: web.Request) -> bool:
    """Whether the request may only read: those of `READER` and, as in ClickHouse, every GET."""
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
    except (binascii.Error, UnicodeDecodeError):
        return "", ""
    return user, password


def _refused(why: str) -> Exception:
    return refusal(AUTHENTICATION_FAILED, f"Authentication failed: {why}", "AUTHENTICATION_FAILED")
