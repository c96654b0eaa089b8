"""Events of callers without a Kafka client, checked exactly as `cloudtag produce` does, and by whose they are."""

from __future__ import annotations

from collections.abc import Iterable
from http import HTTPStatus
from typing import Any

import msgspec
from msgspec import Struct

from cloudtag.contract.scope import Networks
from cloudtag.contract.streams import INPUTS, STREAM_OF
from cloudtag.serving.problems import ProblemError
from cloudtag.serving.viewers import Viewer, ViewerScope
from cloudtag.wire import Undecodable, decode_json
from cloudtag.wire.produced import check

MOST_EVENTS = 1000
"""Taken in one request."""
OF_SHOPS = (
    "orders",
    "refunds",
    "inspections",
    "complaints",
    "contacts",
    "tags",
    "verdicts",
    "shops",
    "chargebacks",
    "order-limits",
)
"""What a shop may say of itself. Exams, findings, scans, reviews, insurance and appeals are others' to tell."""

_SCOPES: dict[str, ViewerScope] = {"verdicts": "verdicts", "tags": "tags"}
"""The scope that an event of a stream needs by whatever way it comes; all others `events`."""


def events_in(body: bytes, viewer: Viewer, networks: Networks, stream: str | None = None) -> list[Struct]:
    """The events of a request, one object or a list of them; `stream`: what they are where they do not say.

    Raises ``ProblemError`` where one of them cannot be taken: then none is.
    """
    found, errors = [], []
    for number, item in enumerate(_items(body)):
        try:
            event = event_of(item, viewer, stream)
            if problem := _not_allowed(event, viewer) or foreign(event, viewer, networks):
                raise ProblemError(HTTPStatus.FORBIDDEN, problem)
            found.append(event)
        except Undecodable as error:
            errors.append({"index": number, "reason": error.reason, "error": error.error})
    if errors:
        raise ProblemError(
            HTTPStatus.UNPROCESSABLE_ENTITY, f"{len(errors)} of the events cannot be taken", errors=errors
        )
    return found


def _items(body: bytes) -> Iterable[Any]:
    try:
        given = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise ProblemError(HTTPStatus.BAD_REQUEST, f"the body is no JSON: {error}") from None
    items = given if isinstance(given, list) else [given]
    if not items:
        raise ProblemError(HTTPStatus.UNPROCESSABLE_ENTITY, "there is no event")
    if len(items) > MOST_EVENTS:
        raise ProblemError(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, f"at most {MOST_EVENTS} events are taken at once")
    return items


def event_of(item: Any, viewer: Viewer, stream: str | None = None) -> Any:
    """The event of an object in the replay form. Raises ``Undecodable`` for what `cloudtag produce` would not send."""
    if not isinstance(item, dict):
        raise Undecodable("not_json", "an event is a JSON object")
    name, event = decode_json(_completed(item, viewer, stream))
    if name not in INPUTS:
        raise Undecodable("unknown_stream", f"{name} is published by cloudtag, not taken in")
    try:
        check(name, event)
    except ValueError as error:
        raise Undecodable("invalid_value", str(error).partition(": ")[2]) from None
    return event


def _completed(item: dict[str, Any], viewer: Viewer, stream: str | None) -> dict[str, Any]:
    """With the stream of the path, and the account of the token where the event names none."""
    if stream is None:
        return item
    if item.get("stream", stream) != stream:
        raise Undecodable("wrong_stream", f"{item['stream']!r} is not taken here, only {stream}")
    account = {} if viewer.account_id is None else {"account_id": viewer.account_id}
    return {**account, **item, "stream": stream}


def _not_allowed(event: Any, viewer: Viewer) -> str | None:
    scope = _SCOPES.get(STREAM_OF[type(event)], "events")
    return None if viewer.may(scope) else f"this token has not the scope {scope}"


def foreign(event: Any, viewer: Viewer, networks: Networks) -> str | None:
    """Why an event is not this token's to tell of; none where it is."""
    network, stream = networks[event.platform], STREAM_OF[type(event)]
    if viewer.role != "shop":
        return None if viewer.sees_all_of(network) else "this token is not for that platform"
    if stream not in OF_SHOPS:
        return f"a shop does not send {stream}"
    if not viewer.sees_shop(network, event.shop_id):
        return "this token is not for that shop"
    if viewer.account_id is not None and getattr(event, "account_id", viewer.account_id) != viewer.account_id:
        return "this token is not for that account"
    if stream == "complaints" and event.complainant != "shop":
        return "a shop sends complaints of its own alone"
    return None
