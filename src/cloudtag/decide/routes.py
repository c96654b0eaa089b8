"""Every address of the HTTP interface in one table: the application, its description and its tests are made from it."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from msgspec import Struct

from cloudtag.contract.records import Alert
from cloudtag.contract.streams import INPUTS
from cloudtag.decide.api import (
    AlertParams,
    ApiCall,
    ApiReply,
    BuyerParams,
    DecideApi,
    DecisionParams,
    NoParams,
    OrderParams,
)
from cloudtag.decide.asking import DecisionRequest
from cloudtag.decide.outcomes import OutcomeRequest
from cloudtag.decide.replies import DecisionReply, EventsReply, StandingReply
from cloudtag.serving.shown import shown_type
from cloudtag.serving.viewers import ViewerScope
from cloudtag.wire.replay_form import line_type

ApiHandler = Callable[[ApiCall], Awaitable[ApiReply]]
"""Answers one kind of call."""
_PARAMETER = re.compile(r"{(\w+)(?::path)?}")


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiRoute:
    """An address: the scope it needs, how it is handled, what it takes and gives.

    `path`: ids in it may hold slashes. `body`: the types of which one, or where `is_list` a list of them, is the body.
    """

    method: str
    path: str
    scope: ViewerScope
    handler: Callable[[DecideApi], ApiHandler]
    summary: str
    params: type[Struct] = NoParams
    body: tuple[type[Struct], ...] = ()
    is_list: bool = False
    status: int = 200
    reply: type[Any]

    @property
    def template(self) -> str:
        """The path as OpenAPI writes it."""
        return _PARAMETER.sub(r"{\1}", self.path)

    @property
    def path_names(self) -> tuple[str, ...]:
        """The parameters that stand in the path; all others are the query's."""
        return tuple(_PARAMETER.findall(self.path))


API_ROUTES = (
    ApiRoute(
        method="POST", path="/v1/decisions", scope="decide", handler=lambda api: api.decide, reply=DecisionReply,
        summary="May it be paid, taken back, shipped, claimed?", body=(DecisionRequest,),
    ),
    ApiRoute(
        method="POST", path="/v1/decisions/{decision_id}/outcome", scope="decide", handler=lambda api: api.outcome,
        summary="Was it followed, was it right?", params=DecisionParams, body=(OutcomeRequest,), status=202,
        reply=EventsReply,
    ),
    ApiRoute(
        method="GET", path="/v1/buyers/{buyer_id:path}/standing", scope="read", handler=lambda api: api.standing,
        summary="What stands about a buyer", params=BuyerParams, reply=StandingReply,
    ),
    ApiRoute(
        method="GET", path="/v1/alerts/{alert_id:path}", scope="read", handler=lambda api: api.alert,
        summary="An alert that stands", params=AlertParams, reply=shown_type(Alert),
    ),
    ApiRoute(
        method="GET", path="/v1/orders/{order_id:path}", scope="read", handler=lambda api: api.order,
        summary="What stands about an order", params=OrderParams, reply=StandingReply,
    ),
    ApiRoute(
        method="POST", path="/v1/verdicts", scope="verdicts", handler=lambda api: api.verdicts, status=202,
        summary="Answer alerts", body=(line_type("verdicts", is_tagged=False),), is_list=True, reply=EventsReply,
    ),
    ApiRoute(
        method="POST", path="/v1/tags", scope="tags", handler=lambda api: api.tags, status=202,
        summary="Tag orders", body=(line_type("tags", is_tagged=False),), is_list=True, reply=EventsReply,
    ),
    ApiRoute(
        method="POST", path="/v1/events", scope="events", handler=lambda api: api.events, status=202,
        summary="Send events of any stream", body=tuple(line_type(stream) for stream in INPUTS), is_list=True,
        reply=EventsReply,
    ),
)  # fmt: skip
"""Every address that a token is needed for."""
