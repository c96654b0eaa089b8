"""How much of a server one client can have, and for how long."""

from __future__ import annotations

import resource
from typing import NamedTuple

_KEPT_BACK = 128
"""Descriptors for the broker, the warehouse and files."""


class HttpLimits(NamedTuple):
    """Seconds that a client may take, and what it may send at most.

    `head`, `body`: to send the head of a request, and its body; `idle`: between an answer and the next request;
    `taking`: to take something of an answer while there is more. `linger`: a client that is refused is listened to for
    so long, so that it can read why. `head_bytes`: of a request's line and fields together; `target_bytes`: of its
    address alone. `ahead`: requests that may be sent before the first is answered. `unread_bytes`: so much of a body is
    taken in and dropped where it was answered before its end. `connections`: where there are as many, the next one
    takes the place of one that waits.
    """

    head: float = 10.0
    body: float = 30.0
    idle: float = 65.0
    taking: float = 30.0
    linger: float = 2.0
    head_bytes: int = 32 << 10
    target_bytes: int = 8 << 10
    fields: int = 100
    ahead: int = 100
    unread_bytes: int = 8 << 20
    connections: int = 4096


def limits_here() -> HttpLimits:
    """Those of this process: it never has more connections than descriptors for them."""
    descriptors = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    if descriptors == resource.RLIM_INFINITY:
        return HttpLimits()
    most = max(descriptors - _KEPT_BACK, descriptors // 2, 1)
    return HttpLimits(connections=min(HttpLimits().connections, most))
