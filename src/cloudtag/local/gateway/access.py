"""Who may use the gateway: this machine alone, or whoever has the token."""

import base64
import binascii
import hmac
import ipaddress

from aiohttp import web

from cloudtag.local.gateway.errors import AUTHENTICATION_FAILED, refusal


class Access:
    """The rule for one gateway: with a token every request must carry it; without one it serves loopback only."""

    def __init__(self, host: str, token: str) -> None:
        """Raises ``ValueError`` for a host beyond loopback without a token."""
        if not token and not is_loopback(host):
            raise ValueError(f"a token is needed to listen on {host}; only loopback may go without")
        self._token = token

    def check(self, request: web.Request) -> None:
        """Raises ``EngineError`` (AUTHENTICATION_FAILED) when the request may not be served."""
        if self._token:
            given = _secret(request)
            if not hmac.compare_digest(given.encode(), self._token.encode()):
                raise _refused("the token is missing or wrong")
        elif "Origin" in request.headers or not is_loopback(_host_name(request.host)):
            # A web page in a browser on this machine must not reach the warehouse.
            raise _refused("without a token only programs on this machine are served")


def is_loopback(host: str) -> bool:
    """Whether ``host`` names this machine's loopback."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _host_name(header: str) -> str:
    name, _, port = header.rpartition(":")
    return (name if name and port.isdigit() else header).strip("[]")


def _secret(request: web.Request) -> str:
    if key := request.headers.get("X-ClickHouse-Key"):
        return key
    kind, _, value = request.headers.get("Authorization", "").partition(" ")
    if kind.lower() == "bearer":
        return value
    if kind.lower() == "basic":
        try:
            return base64.b64decode(value, validate=True).decode().partition(":")[2]
        except (binascii.Error, UnicodeDecodeError):
            return ""
    return request.query.get("password", "")


def _refused(why: str) -> Exception:
    return refusal(AUTHENTICATION_FAILED, f"Authentication failed: {why}", "AUTHENTICATION_FAILED")
