"""What is answered in JSON: records as the replay form shows them, with what the interface says beside them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any, Literal

import msgspec
from msgspec import Struct
from msgspec.structs import astuple

from cloudtag.contract.decision_records import DecisionGiven
from cloudtag.contract.records import Alert, Consequence, Label, ReportStatus, TagConfirmation, TagStatus
from cloudtag.contract.replay_form import is_time, object_of
from cloudtag.contract.times import rfc3339
from cloudtag.serving.shown import shown_type

RecordedHow = Literal["durable", "waiting", "lost"]
"""Whether the broker has the record of an answer, it waits to be sent, or it was lost for want of room."""

_GROUPS: tuple[tuple[str, type[Struct]], ...] = (
    ("alerts", Alert),
    ("tags", TagStatus),
    ("confirmations", TagConfirmation),
    ("consequences", Consequence),
    ("reports", ReportStatus),
    ("labels", Label),
)

DecisionReply = msgspec.defstruct(
    "DecisionReply",
    [
        ("recorded", RecordedHow),
        ("can_be_reviewed", bool),
    ],
    bases=(shown_type(DecisionGiven),),
    kw_only=True,
    module=__name__,
)
"""An answer with what became of its record; a person may always look at it again."""

StandingReply = msgspec.defstruct(
    "StandingReply",
    [("as_of", datetime), *((name, tuple[shown_type(kind), ...]) for name, kind in _GROUPS)],  # type: ignore[misc]
    kw_only=True,
    module=__name__,
)
"""What stands, by kind, as far as whoever asks may see it."""


class EventsReply(Struct, frozen=True, kw_only=True):
    """How many events the broker has now."""

    accepted: int


class ProblemReply(Struct, frozen=True, kw_only=True):
    """What went wrong (RFC 9457); `errors` says it of each event that cannot be taken."""

    type: str
    title: str
    status: int
    detail: str
    errors: tuple[dict[str, Any], ...] = ()


_FIELDS = DecisionGiven.__struct_fields__
_TIMES = tuple(n for n, name in enumerate(_FIELDS) if is_time(name))
_RECORDS = tuple(_FIELDS.index(name) for name in ("because", "supposed"))
_Told = msgspec.defstruct("_Told", [(name, Any) for name in (*_FIELDS, "recorded", "can_be_reviewed")], gc=False)


def decision_reply(given: DecisionGiven, recorded: RecordedHow) -> Struct:
    """A `DecisionReply`, ready for JSON: what `object_of` says of the answer, made in a fraction of its time."""
    values: list[Any] = list(astuple(given))
    for n in _TIMES:
        values[n] = rfc3339(values[n])
    for n in _RECORDS:
        values[n] = [object_of(each) for each in values[n]]
    return _Told(*values, recorded, True)


def standing_reply(records: Iterable[Struct], as_of: int) -> dict[str, Any]:
    """A `StandingReply`."""
    found = list(records)
    groups = {name: [object_of(record) for record in found if type(record) is kind] for name, kind in _GROUPS}
    return {"as_of": rfc3339(as_of), **groups}
