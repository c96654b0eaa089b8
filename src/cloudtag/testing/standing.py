"""What a run finally says, with everything left out that depends on the order of arrival."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from msgspec.structs import replace

from cloudtag.contract.records import Alert, Consequence, Label, TagConfirmation

Final = dict[tuple[type[Any], str], Any]
"""The last revision of each record, by its type and id."""


def latest(records: Iterable[Any]) -> Final:
    """The last revision of each record by id; the same id and revision must always say the same."""
    last: Final = {}
    for record in records:
        key = (type(record), getattr(record, record.__struct_fields__[0]))
        held = last.get(key)
        if held is None or record.revision > held.revision:
            last[key] = record
        elif record.revision == held.revision:
            assert record == held, "one revision, two contents"
    return last


def standing(records: Iterable[Any]) -> Final:
    """The records that stand, revision 0 and `open` for whatever was upgraded on the way."""
    stand: Final = {}
    for key, record in latest(records).items():
        if isinstance(record, Alert):
            if record.status == "withdrawn":
                continue
            record = replace(record, status="open")
        elif isinstance(record, TagConfirmation | Consequence | Label) and record.status in ("reversed", "withdrawn"):
            continue
        stand[key] = replace(record, revision=0)
    return stand
