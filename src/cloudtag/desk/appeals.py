"""Appeals of buyers against what was done to their accounts: opened for them, decided, and what would follow."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from msgspec import Struct
from starlette.responses import Response

from cloudtag.contract.records import Consequence
from cloudtag.contract.scope import NETWORKS
from cloudtag.desk import acts
from cloudtag.desk.acts import Actor, BadActError, MadeAct, Undo
from cloudtag.desk.asking import DeskRow
from cloudtag.desk.engine_asking import asked_of_engine
from cloudtag.desk.engine_words import EnginePreview, details_of, preview_of
from cloudtag.desk.language import Language
from cloudtag.desk.offers import new_form_id
from cloudtag.desk.sending import STALE, names_of, send_once
from cloudtag.desk.sight import NETWORK, in_sight
from cloudtag.desk.visit import MayNotError, NotSeenError, Visit
from cloudtag.serving.engine_way import EngineSaid

OPENED = "opened"
DECISIONS = ("upheld", "rejected")
"""What may be said of an appeal that is open."""
CONSEQUENCE_SQL = """
    SELECT consequence_id, revision, platform, subject_id, kind, status, details, starts_at, ends_at
    FROM consequences_latest
    WHERE consequence_id = {consequence_id:String} AND subject_kind = 'buyer' AND {sight}"""
_SINCE = """
    SELECT revision, status, details FROM consequences_history
    WHERE consequence_id = {consequence_id:String} AND revision > {seen:UInt64} ORDER BY revision"""
_APPEAL = """
    SELECT argMax(status, (occurred_at, event_id)) AS last_status FROM appeals
    WHERE appeal_id = {appeal_id:String} AND consequence_id = {consequence_id:String} AND buyer_key = {buyer:String}
    GROUP BY appeal_id"""
_STANDING = f"""
    SELECT consequence_id, kind, details, starts_at FROM consequences_latest
    WHERE subject_kind = 'buyer' AND subject_id = {{buyer:String}} AND status = 'active'
        AND {NETWORK} = {{network:String}} AND {{sight}}
    ORDER BY starts_at, consequence_id LIMIT 50"""  # noqa: S608 - names of our own, values as parameters


@dataclass(frozen=True, slots=True)
class AppealForm:
    """A form about an appeal, and the consequence as it is now, which it is against.

    `appeal_id`: none (empty) for one that is to be opened. `last_status`: what was last said of the appeal. `seen`: the
    revision that was seen, where there is another one by now.
    """

    form: Mapping[str, str]
    appeal_id: str
    consequence: DeskRow
    last_status: str
    seen: int | None

    @property
    def is_stale(self) -> bool:
        """Whether something has changed since the form was made."""
        return self.seen is not None or bool(self.appeal_id and self.last_status != OPENED)

    @property
    def may_say(self) -> tuple[str, ...]:
        """What can be said of it now."""
        if not self.appeal_id:
            return (OPENED,)
        return DECISIONS if self.last_status == OPENED else ()

    async def made(self, visit: Visit, statuses: Sequence[str]) -> list[MadeAct]:
        """The events for what may be said, and what takes each back. Raises `NotSentError` without the buyer."""
        key = self.consequence["subject_id"]
        buyer_id = (await names_of(visit, [key]))[key]
        actor = Actor(visit.viewer.name, None, None, visit.desk.now_ms)
        forms = ({**self.form, "status": status} for status in statuses)
        return [acts.appeal(form, self.consequence, buyer_id, self.appeal_id, actor) for form in forms]


@dataclass(frozen=True, slots=True)
class AppealPreview:
    """What would follow if `status` were said of an appeal: what would change, and what would `stay` as it is."""

    status: str
    preview: EnginePreview
    stays: tuple[str, ...]


async def appeal(visit: Visit) -> Response:
    """Open an appeal against what was done to a buyer's account, or decide one that is open."""
    filled = await _filled(visit)
    if filled.is_stale:
        return await _page(visit, filled, STALE)
    if (status := filled.form.get("status", "")) not in filled.may_say:
        raise BadActError("status")
    [(event, undone_by)] = await filled.made(visit, [status])
    return await _sent(visit, filled.form, event, undone_by)


async def appeal_preview(visit: Visit) -> Response:
    """What would follow from each thing that may be said of an appeal. Nothing is sent, and nothing is kept of it."""
    filled = await _filled(visit)
    if filled.is_stale:
        return await _page(visit, filled, STALE)
    standing = await _standing(visit, filled.consequence)
    made = await filled.made(visit, filled.may_say)
    found = []
    for status, (event, _) in zip(filled.may_say, made, strict=True):
        said = await asked_of_engine(visit, [event])
        shown = preview_of(visit.language, visit.viewer, filled.consequence["platform"], said)
        found.append(AppealPreview(status, shown, stays(visit.language, standing, said)))
    return await _page(visit, filled, 200, found)


def stays(language: Language, standing: Sequence[DeskRow], said: EngineSaid) -> tuple[str, ...]:
    """Of the consequences that stand, in words, those of which the engine says nothing new; none if it said nothing."""
    if said.obstacle:
        return ()
    changed = {record.consequence_id for record in said.records if isinstance(record, Consequence)}
    return tuple(words_of(language, row) for row in standing if row["consequence_id"] not in changed)


def words_of(language: Language, row: DeskRow) -> str:
    """A consequence in words."""
    return " · ".join([language.word(row["kind"]), *details_of(language, row["details"])])


async def _sent(visit: Visit, form: Mapping[str, str], event: Struct, undone_by: Undo) -> Response:
    event_id = acts.act_id(form)
    await send_once(visit, event_id, [event], undone_by, "")
    return visit.to(f"/platform?sent={event_id}#appeals")


async def _filled(visit: Visit) -> AppealForm:
    """The form that was sent. Raises `MayNotError`, `NotSeenError` and `BadActError`."""
    visit.may("events")
    form = await visit.form()
    if visit.viewer.role != "platform":
        raise MayNotError("platform")
    sight, who = in_sight(visit.viewer)
    asking, about = visit.desk.asking, {"consequence_id": visit.request.path_params["consequence_id"]}
    found = await asking.one(CONSEQUENCE_SQL.replace("{sight}", sight), {**about, **who})
    if found is None:
        raise NotSeenError("consequence")
    appeal_id = form.get("appeal_id", "")[:256]
    row = None
    if appeal_id:
        row = await asking.one(_APPEAL, {**about, "appeal_id": appeal_id, "buyer": found["subject_id"]})
        if row is None:
            raise NotSeenError("appeal")
    seen = acts.seen_revision(form)
    return AppealForm(
        form, appeal_id, found, row["last_status"] if row else "", None if seen == found["revision"] else seen
    )


async def _standing(visit: Visit, consequence: DeskRow) -> list[DeskRow]:
    sight, who = in_sight(visit.viewer)
    about = {"buyer": consequence["subject_id"], "network": NETWORKS[consequence["platform"]]}
    return await visit.desk.asking.rows(_STANDING.replace("{sight}", sight), {**about, **who})


async def _page(visit: Visit, filled: AppealForm, status: int, previews: Sequence[AppealPreview] = ()) -> Response:
    about, changes = filled.consequence, list[DeskRow]()
    if filled.seen is not None:
        values = {"consequence_id": about["consequence_id"], "seen": filled.seen}
        changes = await visit.desk.asking.rows(_SINCE, values)
    return visit.page(
        "appeal.html",
        status,
        filled=filled,
        about=about,
        about_words=words_of(visit.language, about),
        changes=[(row, words_of(visit.language, {**row, "kind": about["kind"]})) for row in changes],
        previews=previews,
        form_id=new_form_id(),
    )
