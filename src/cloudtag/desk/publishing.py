"""The way out: how the desk sends what was done."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence

from msgspec import Struct

Publish = Callable[[Sequence[Struct]], Awaitable[None]]
"""Sends records, events checked as `cloudtag produce` checks them; returns when the broker has them. Raises
`NotSentError`."""


class NotSentError(Exception):
    """Nothing was sent; the text says why."""


class PerhapsSentError(NotSentError):
    """Whether it was sent is not known: no answer came in time. Sending the same once more is safe."""
