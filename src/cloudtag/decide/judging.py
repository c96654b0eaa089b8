"""What the engine says would follow from events that have not come, and how an answer takes it up.

It is asked of the worker that has the buyer's facts, which keeps nothing of it.
"""

from __future__ import annotations

from http import HTTPStatus

from msgspec import Struct
from msgspec.structs import replace

from cloudtag.contract.decision_records import DecisionGiven, SupposedRevision
from cloudtag.contract.scope import Networks
from cloudtag.contract.standing import record_id
from cloudtag.contract.streams import READS, STREAM_OF
from cloudtag.decide.asking import DecisionRequest
from cloudtag.decide.taken_in import event_of, foreign
from cloudtag.serving.engine_way import EngineSaid
from cloudtag.serving.problems import ProblemError
from cloudtag.serving.viewers import Viewer
from cloudtag.wire import Undecodable

SUPPOSED = ("alerts", "tag-confirmations", "consequences")
"""What an answer may rest on and whose ids mean the same everywhere."""
OF_BUYERS = frozenset(READS["buyers"])
"""The streams whose events are about a buyer."""


def events_to_judge(request: DecisionRequest, viewer: Viewer, networks: Networks) -> list[Struct]:
    """The events of a request, which are about the buyer of it. Raises ``ProblemError``."""
    found: list[Struct] = []
    for number, item in enumerate(request.events):
        try:
            event = event_of(item, viewer)
        except Undecodable as error:
            raise _refused(number, error.error) from None
        if STREAM_OF[type(event)] not in OF_BUYERS:
            raise _refused(number, "it is not about a buyer")
        if (networks[event.platform], event.buyer_id) != (networks[request.platform], request.buyer_id):
            raise _refused(number, "it is not about this buyer")
        if problem := foreign(event, viewer, networks):
            raise ProblemError(HTTPStatus.FORBIDDEN, problem)
        found.append(event)
    return found


def with_judgement(given: DecisionGiven, said: EngineSaid) -> DecisionGiven:
    """An answer that says what the engine was asked, or why it was not."""
    if said.obstacle:
        en = f"The engine could not be asked ({said.obstacle}): this rests on what stands."
        zh = "未能询问判定引擎：本答复仅依据现有记录。"
        return replace(
            given,
            not_asked=(f"the engine: {said.obstacle}",),
            reasons=(en, *given.reasons),
            reasons_zh=(zh, *given.reasons_zh),
        )
    supposed = tuple(
        SupposedRevision(STREAM_OF[type(record)], record_id(record), record.revision)
        for record in said.records
        if STREAM_OF[type(record)] in SUPPOSED
    )
    reasons, reasons_zh = given.reasons, given.reasons_zh
    if said.not_asked:
        others = ", ".join(said.not_asked)
        reasons = (*reasons, f"Judged with the event in question; not yet asked: {others}.")
        reasons_zh = (*reasons_zh, f"已结合所询事件判定；尚未询问：{others}。")
    return replace(
        given, is_judged=True, not_asked=said.not_asked, supposed=supposed, reasons=reasons, reasons_zh=reasons_zh
    )


def _refused(number: int, why: str) -> ProblemError:
    return ProblemError(HTTPStatus.UNPROCESSABLE_ENTITY, f"events[{number}]: {why}")
