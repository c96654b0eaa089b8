"""How much of a server one client can have, and for how long."""

from __future__ import annotations

import resource
from typing import NamedTuple

from cloudtag.http_settings import HttpSettings

_KEPT_BACK = 128
"""Descriptors for the broker, the warehouse and files."""
_USUAL = HttpSettings()


class HttpLimits(NamedTuple):
    """What `HttpSettings` says, as the server reads it."""

    head: float = _USUAL.http_head_seconds
    body: float = _USUAL.http_body_seconds
    idle: float = _USUAL.http_idle_seconds
    taking: float = _USUAL.http_taking_seconds
    linger: float = _USUAL.http_linger_seconds
    head_bytes: int = _USUAL.http_head_bytes
    target_bytes: int = _USUAL.http_target_bytes
    fields: int = _USUAL.http_fields
    ahead: int = _USUAL.http_ahead
    unread_bytes: int = _USUAL.http_unread_bytes
    connections: int = _USUAL.http_connections


def limits_here(settings: HttpSettings = _USUAL) -> HttpLimits:
    """Those of this process: it never has more connections than descriptors for them."""
    limits = HttpLimits(
        head=settings.http_head_seconds,
        body=settings.http_body_seconds,
        idle=settings.http_idle_seconds,
        taking=settings.http_taking_seconds,
        linger=settings.http_linger_seconds,
        head_bytes=settings.http_head_bytes,
        target_bytes=settings.http_target_bytes,
        fields=settings.http_fields,
        ahead=settings.http_ahead,
        unread_bytes=settings.http_unread_bytes,
        connections=settings.http_connections,
    )
    descriptors = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    if descriptors == resource.RLIM_INFINITY:
        return limits
    most = max(descriptors - _KEPT_BACK, descriptors // 2, 1)
    return limits._replace(connections=min(limits.connections, most))
