"""The pages that are read: the queue, a case, the keys."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from functools import partial
from types import MappingProxyType
from typing import Any

from starlette.responses import Response

from cloudtag.contract.records import SEVERITIES
from cloudtag.desk import views
from cloudtag.desk.acts_told import claims_of
from cloudtag.desk.as_of import moment_of
from cloudtag.desk.case import case_of
from cloudtag.desk.case_view import case_view
from cloudtag.desk.filters import DUE, FAMILIES, QueueFilter
from cloudtag.desk.freshness import feeds, freshness
from cloudtag.desk.offers import offer_questions
from cloudtag.desk.queue import choices, queue_page
from cloudtag.desk.visit import NotSeenError, Visit


async def queue(visit: Visit) -> Response:
    """The open cases in order."""
    asking, wanted = visit.desk.asking, QueueFilter.of(visit.request.query_params)
    found, offered, fresh = await asyncio.gather(
        queue_page(asking, visit.viewer, wanted, visit.desk.now_ms), choices(asking, visit.viewer), freshness(asking)
    )
    return visit.page(
        "queue.html",
        queue=found,
        choices=offered,
        families=FAMILIES,
        severities=SEVERITIES,
        dues=DUE,
        claims=await claims_of(asking, [case["alert_id"] for case in found.cases], visit.desk.now_ms),
        freshness=fresh,
        feeds=() if found.cases else await feeds(asking),
        views=views.kept(visit.request),
    )


async def next_case(visit: Visit) -> Response:
    """To the first case of a choice that nobody looks at."""
    wanted = QueueFilter.of(visit.request.query_params)
    found = await queue_page(visit.desk.asking, visit.viewer, wanted, visit.desk.now_ms)
    claims = await claims_of(visit.desk.asking, [case["alert_id"] for case in found.cases], visit.desk.now_ms)
    taken = {alert_id for alert_id, claim in claims.items() if claim != visit.viewer.name}
    first = next((case["alert_id"] for case in found.cases if case["alert_id"] not in taken), None)
    return visit.to(wanted.address() if first is None else f"/cases/{first}")


async def case(visit: Visit) -> Response:
    """One case with all that belongs to it. Raises `NotSeenError`."""
    return await case_page(visit)


async def case_page(
    visit: Visit,
    status: int = 200,
    stale: int | None = None,
    preview: Any = None,
    filled: Mapping[str, str] = MappingProxyType({}),
) -> Response:
    """The page of the case that the address names. `stale`: the revision that was seen and is no longer the newest.

    `preview`: what would follow from the form that was `filled` in, which is not sent.
    """
    alert_id = visit.request.path_params["alert_id"]
    at = moment_of(visit.request.query_params.get("at", ""), visit.desk.zone)
    offered = partial(offer_questions, visit)
    found = await case_of(visit.desk.asking, visit.viewer, alert_id, at, *(() if at else (offered,)))
    if found is None:
        raise NotSeenError(alert_id)
    visit.desk.looking.saw(alert_id, visit.viewer, visit.desk.now())
    view = case_view(visit, found, is_past=at is not None)
    return visit.page("case.html", status, case=found, view=view, stale=stale, at=at, preview=preview, filled=filled)


async def case_file(visit: Visit) -> Response:
    """The case as a document for a platform's complaint centre, to be printed. Raises `NotSeenError`."""
    found = await case_of(visit.desk.asking, visit.viewer, visit.request.path_params["alert_id"])
    if found is None:
        raise NotSeenError("case")
    return visit.page("casefile.html", case=found, view=case_view(visit, found), made_at=visit.desk.now_ms)


async def keys(visit: Visit) -> Response:
    """Which key does what."""
    return visit.page("keys.html")
