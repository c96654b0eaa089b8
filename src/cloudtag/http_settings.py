"""Settings of the HTTP server that the desk and the decision service have: how much of it one client can have."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, Struct

HttpPatience = Annotated[float, Meta(gt=0, le=3600)]
"""Seconds that a client may take: more than 0, an hour at most."""


class HttpSettings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Seconds that a client may take, and what it may send at most. What goes beyond is refused or hung up on."""

    http_head_seconds: HttpPatience = 10.0
    """To send the head of a request."""
    http_body_seconds: HttpPatience = 30.0
    """To send its body."""
    http_idle_seconds: HttpPatience = 65.0
    """Between an answer and the next request. More than a proxy before it keeps its connections idle."""
    http_taking_seconds: HttpPatience = 30.0
    """To take something of an answer while there is more."""
    http_linger_seconds: Annotated[float, Meta(gt=0, le=60)] = 2.0
    """A client that is refused is listened to for so long, so that it can read why."""
    http_head_bytes: Annotated[int, Meta(ge=4 << 10, le=1 << 20)] = 32 << 10
    """Of a request's line and fields together."""
    http_target_bytes: Annotated[int, Meta(ge=2 << 10, le=1 << 20)] = 8 << 10
    """Of its address alone; not more than of the head."""
    http_fields: Annotated[int, Meta(ge=30, le=10_000)] = 100
    """Of a request's head. Browsers send about twenty, and proxies add some."""
    http_ahead: Annotated[int, Meta(ge=1, le=10_000)] = 100
    """Requests that may be sent before the first is answered."""
    http_unread_bytes: Annotated[int, Meta(ge=0, le=1 << 30)] = 8 << 20
    """So much of a body is taken in and dropped where it was answered before its end."""
    http_connections: Annotated[int, Meta(ge=1, le=1_000_000)] = 4096
    """Where there are as many, the next one takes the place of one that waits. Fewer where the process may have fewer
    descriptors."""
