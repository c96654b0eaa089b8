"""Errors as `application/problem+json` (RFC 9457): every answer that is not what was asked for, whatever went wrong."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

import msgspec
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

logger = logging.getLogger(__name__)

MEDIA_TYPE = "application/problem+json"


class ProblemError(Exception):
    """A request that is not answered as asked: its status, one line for people, and what a program may want besides."""

    def __init__(self, status: int, detail: str, *, headers: Mapping[str, str] | None = None, **more: Any) -> None:
        """`more`: further members of the problem, such as `errors`."""
        super().__init__(detail)
        self.status = status
        self.detail = detail
        self.headers = dict(headers or {})
        self.more = more


def response_of(error: ProblemError) -> Response:
    """The problem as a response."""
    headers = {"cache-control": "no-store", **error.headers}
    return Response(problem_bytes(error.status, error.detail, **error.more), error.status, headers, MEDIA_TYPE)


def problem_bytes(status: int, detail: str, **more: Any) -> bytes:
    """The JSON of a problem; `more`: its further members."""
    title = HTTPStatus(status).phrase
    return msgspec.json.encode({"type": "about:blank", "title": title, "status": int(status), "detail": detail, **more})


async def _of_problem(_: Request, error: Exception) -> Response:
    assert isinstance(error, ProblemError)
    return response_of(error)


async def _of_framework(request: Request, error: Exception) -> Response:
    """What routing itself refuses: a path that is none, a method that a path does not take."""
    assert isinstance(error, HTTPException)
    detail = f"{request.method} is not served here" if error.status_code == HTTPStatus.METHOD_NOT_ALLOWED else ""
    return response_of(ProblemError(error.status_code, detail or error.detail, headers=error.headers))


async def fault_response(request: Request, error: Exception) -> Response:
    """The answer to a request at which the service itself failed; its log says how."""
    logger.error("%s %s failed", request.method, request.url.path, exc_info=error)
    return response_of(ProblemError(HTTPStatus.INTERNAL_SERVER_ERROR, "a fault of the service; it is in its log"))


HANDLERS: dict[Any, Any] = {ProblemError: _of_problem, HTTPException: _of_framework, Exception: fault_response}
"""What Starlette is given as `exception_handlers`."""
