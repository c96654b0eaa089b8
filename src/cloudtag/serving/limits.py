"""How much may be asked for: requests a second by token, and bytes of a body."""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus

from starlette.requests import Request

from cloudtag.serving.problems import ProblemError

KNOWN = "is_known"
"""Set in a request's state once its token, or session, was found to be good: its connection is kept before others."""


class RequestRates:
    """So many requests a second for each token, and as many at once: what is not used in a second is not saved up."""

    def __init__(self, per_second: float, clock: Callable[[], float]) -> None:
        """`clock`: seconds, of any beginning."""
        self._per_second = per_second
        self._clock = clock
        self._left: dict[str, tuple[float, float]] = {}

    def wait_seconds(self, name: str) -> float:
        """0 and one request less, or how long there is none left for the holder of that name."""
        now = self._clock()
        left, at = self._left.get(name, (self._per_second, now))
        left = min(self._per_second, left + (now - at) * self._per_second)
        if left < 1:
            self._left[name] = left, now
            return (1 - left) / self._per_second
        self._left[name] = left - 1, now
        return 0.0


async def body_of(request: Request, most_bytes: int) -> bytes:
    """The body of a JSON request. Raises ``ProblemError``: another type, or more bytes than are read."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/json":
        raise ProblemError(
            HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "a body is application/json", headers={"accept": "application/json"}
        )
    said = request.headers.get("content-length", "0")
    if said.isascii() and said.isdigit() and int(said) > most_bytes:
        raise _too_large(most_bytes)
    parts, size = [], 0
    async for part in request.stream():
        size += len(part)
        if size > most_bytes:
            raise _too_large(most_bytes)
        parts.append(part)
    return b"".join(parts)


def _too_large(most_bytes: int) -> ProblemError:
    return ProblemError(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, f"at most {most_bytes} bytes are read")
