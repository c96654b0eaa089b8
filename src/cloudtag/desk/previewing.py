"""What would follow from an act, asked of the engine itself before anything is sent, with the facts it holds now.

The question has a time limit; where nobody answers, the page says so, and what the rules say stands beside the form.
"""

from __future__ import annotations

from starlette.responses import Response

from cloudtag.desk.act_kinds import kind_of
from cloudtag.desk.engine_asking import asked_of_engine
from cloudtag.desk.engine_words import preview_of
from cloudtag.desk.proposing import sent_proposal
from cloudtag.desk.reading import case_page
from cloudtag.desk.sending import STALE, filled_in
from cloudtag.desk.visit import Visit


async def preview(visit: Visit) -> Response:
    """The page of a case with what would follow from a form that is not sent. Nothing is kept of it."""
    kind = kind_of(what := visit.request.path_params["what"])
    filled = await filled_in(visit, kind)
    if filled.stale is not None:
        return await case_page(visit, STALE, filled.stale)
    event, _ = await filled.made(visit)
    said = await asked_of_engine(visit, [event])
    shown = preview_of(visit.language, visit.viewer, filled.alert["platform"], said, what)
    return await case_page(visit, preview=shown, filled=filled.form)


async def preview_proposal(visit: Visit) -> Response:
    """The page of a case with what would follow if somebody approved what another person proposed."""
    named = await sent_proposal(visit)
    if named.stale is not None:
        return await case_page(visit, STALE, named.stale)
    event, _ = await named.made(visit)
    said = await asked_of_engine(visit, [event])
    shown = preview_of(visit.language, visit.viewer, named.alert["platform"], said, named.proposal.proposed)
    return await case_page(visit, preview=shown)
