"""One verdict over the cases of a ring, and what would follow from it for each of its buyers and in sum."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from msgspec import Struct
from starlette.responses import Response

from cloudtag.desk import acts
from cloudtag.desk.acts import Actor, BadActError, Undo
from cloudtag.desk.asking import DeskRow
from cloudtag.desk.case import revisions_of
from cloudtag.desk.engine_asking import asked_together
from cloudtag.desk.engine_words import EnginePreview, lines_of, preview_of
from cloudtag.desk.proposing import must_be_proposed, propose
from cloudtag.desk.ring import SEEN, changed_cases, ring_of, ring_page
from cloudtag.desk.sending import STALE, actor_of, names_of, send_once
from cloudtag.desk.visit import NotSeenError, Visit


@dataclass(frozen=True, slots=True)
class RingVerdictForm:
    """One case of a ring under the one verdict: its form, its newest row, in whose name, the event and its undoing."""

    form: Mapping[str, str]
    alert: DeskRow
    actor: Actor
    event: Struct
    undone_by: Undo


@dataclass(frozen=True, slots=True)
class RingPart:
    """What would follow for one buyer of a ring. `titles`: of the cases that are chosen."""

    buyer_key: str
    titles: tuple[str, ...]
    preview: EnginePreview


@dataclass(frozen=True, slots=True)
class RingPreview:
    """What would follow from one verdict: for each buyer, and in sum over those who could be asked (`lines`)."""

    parts: tuple[RingPart, ...]
    lines: tuple[str, ...]

    @property
    def missing(self) -> int:
        """For so many buyers it is not known."""
        return sum(bool(part.preview.obstacle) for part in self.parts)


async def ring_verdict(visit: Visit) -> Response:
    """One verdict on every chosen case of a ring; nothing is sent while one of them has changed."""
    form, stale, cases = await _filled(visit)
    if stale:
        return await ring_page(visit, STALE, stale)
    address, event_id = f"/rings/{visit.request.path_params['alert_id']}", acts.act_id(form)
    if must_be_proposed(visit, [case.alert for case in cases]):
        first = await propose(visit, "verdict", [(case.form, case.alert, case.actor) for case in cases])
        return visit.to(f"{address}?proposed={first}&count={len(cases)}")
    await send_once(
        visit,
        event_id,
        [case.event for case in cases],
        lambda at_ms: [case.undone_by(at_ms)[0] for case in cases],
        visit.request.path_params["alert_id"],
    )
    return visit.to(f"{address}?sent={event_id}")


async def ring_preview(visit: Visit) -> Response:
    """The page of a ring with what would follow from a verdict that is not sent. Nothing is kept of it."""
    form, stale, cases = await _filled(visit)
    if stale:
        return await ring_page(visit, STALE, stale)
    of_buyer: dict[str, list[RingVerdictForm]] = {}
    for case in cases:
        of_buyer.setdefault(case.alert["buyer_key"], []).append(case)
    said = await asked_together(visit, {key: [case.event for case in own] for key, own in of_buyer.items()})
    language, viewer, platform = visit.language, visit.viewer, cases[0].alert["platform"]
    parts = (
        RingPart(
            key,
            tuple(dict.fromkeys(language.title(case.alert["detector"]) for case in own)),
            preview_of(language, viewer, platform, said[key]),
        )
        for key, own in of_buyer.items()
    )
    records = [record for each in said.values() for record in each.records]
    shown = RingPreview(tuple(parts), lines_of(language, viewer, records))
    return await ring_page(visit, preview=shown, filled=form)


async def _filled(visit: Visit) -> tuple[Mapping[str, str], Sequence[DeskRow], list[RingVerdictForm]]:
    """The form of one verdict over a ring; the cases that have changed since, and if none has, each chosen one.

    Raises `MayNotError`, `NotSeenError`, `BadActError`, and `NotSentError` without the buyers.
    """
    visit.may("verdicts")
    form = await visit.form()
    _, cases = await ring_of(visit)
    seen = {name.removeprefix(SEEN): value for name, value in form.items() if name.startswith(SEEN)}
    if not seen:
        raise BadActError("case")
    # One that is no longer open has changed as well.
    newest = {row["alert_id"]: str(row["revision"]) for row in cases}
    if stale := [alert_id for alert_id, revision in seen.items() if newest.get(alert_id) != revision]:
        return form, await changed_cases(visit, stale), []
    chosen = [row for row in cases if row["alert_id"] in seen]
    names = await names_of(visit, sorted({row["buyer_key"] for row in chosen}))
    return form, (), [await _verdict(visit, form, n, row, names[row["buyer_key"]]) for n, row in enumerate(chosen)]


async def _verdict(visit: Visit, form: Mapping[str, str], number: int, row: DeskRow, buyer_id: str) -> RingVerdictForm:
    found = await revisions_of(visit.desk.asking, visit.viewer, row["alert_id"])
    if found is None:
        raise NotSeenError("case")
    each = {**form, "form_id": f"{form.get('form_id', '')}-{number}", "revision": str(row["revision"])}
    actor = actor_of(visit, found[0])
    return RingVerdictForm(each, found[0], actor, *acts.verdict(each, found[0], buyer_id, actor))
