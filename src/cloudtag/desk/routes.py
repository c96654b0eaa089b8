"""Every address of the desk, in one table: tests try each of them with another shop's token."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from starlette.responses import Response

from cloudtag.desk import (
    appeals,
    doing,
    live,
    overviews,
    pictures,
    previewing,
    proposing,
    reading,
    revealing,
    ring,
    ring_acts,
    views,
)
from cloudtag.desk.visit import Visit

Handler = Callable[[Visit], Awaitable[Response]]
"""Answers a request of a signed-in person."""


@dataclass(frozen=True, slots=True)
class DeskRoute:
    """An address and what answers it. `is_act`: something is done; its form is held against the session.

    `is_scoped`: what it shows belongs to a shop that its address names, by itself or through a case.
    """

    path: str
    handler: Handler
    is_act: bool = False
    is_scoped: bool = False

    @property
    def method(self) -> str:
        """How it is asked."""
        return "POST" if self.is_act else "GET"


ROUTES: tuple[DeskRoute, ...] = (
    DeskRoute("/queue", reading.queue),
    DeskRoute("/next", reading.next_case),
    DeskRoute("/keys", reading.keys),
    DeskRoute("/changes", live.changes),
    DeskRoute("/cases/{alert_id}", reading.case, is_scoped=True),
    DeskRoute("/cases/{alert_id}/verdict", doing.verdict, is_act=True, is_scoped=True),
    DeskRoute("/cases/{alert_id}/tag", doing.tag, is_act=True, is_scoped=True),
    DeskRoute("/cases/{alert_id}/report", doing.report, is_act=True, is_scoped=True),
    DeskRoute("/cases/{alert_id}/limit", doing.limit, is_act=True, is_scoped=True),
    DeskRoute("/cases/{alert_id}/preview/{what}", previewing.preview, is_act=True, is_scoped=True),
    DeskRoute("/cases/{alert_id}/proposal", proposing.answer_proposal, is_act=True, is_scoped=True),
    DeskRoute("/cases/{alert_id}/proposal/preview", previewing.preview_proposal, is_act=True, is_scoped=True),
    DeskRoute("/cases/{alert_id}/claim", doing.claim, is_act=True, is_scoped=True),
    DeskRoute("/cases/{alert_id}/snooze", doing.snooze, is_act=True, is_scoped=True),
    DeskRoute("/cases/{alert_id}/reveal", revealing.reveal, is_act=True, is_scoped=True),
    DeskRoute("/cases/{alert_id}/file", reading.case_file, is_scoped=True),
    DeskRoute("/cases/{alert_id}/pictures", pictures.pictures, is_scoped=True),
    DeskRoute("/rings/{alert_id}", ring.ring, is_scoped=True),
    DeskRoute("/rings/{alert_id}/verdict", ring_acts.ring_verdict, is_act=True, is_scoped=True),
    DeskRoute("/rings/{alert_id}/preview", ring_acts.ring_preview, is_act=True, is_scoped=True),
    DeskRoute("/shops", overviews.shops),
    DeskRoute("/shops/{platform}/{shop_id:path}", overviews.shop, is_scoped=True),
    DeskRoute("/platform", overviews.platform),
    DeskRoute("/detectors", overviews.detectors),
    DeskRoute("/detectors/{name}", overviews.detector),
    DeskRoute("/policy", overviews.policy),
    DeskRoute("/figures/{figure}.csv", overviews.figure_file),
    DeskRoute("/figures/{figure}.parquet", overviews.figure_parquet_file),
    DeskRoute("/appeals/{consequence_id}", appeals.appeal, is_act=True, is_scoped=True),
    DeskRoute("/appeals/{consequence_id}/preview", appeals.appeal_preview, is_act=True, is_scoped=True),
    DeskRoute("/views", views.keep, is_act=True),
    DeskRoute("/undo", doing.undo, is_act=True),
)
