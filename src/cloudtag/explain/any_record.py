"""A record of any output stream in words, for streams that have no words of their own yet."""

from __future__ import annotations

from typing import Any

from msgspec import UNSET

from cloudtag.contract.standing import record_key
from cloudtag.contract.streams import OUTPUTS
from cloudtag.explain.words import plain

_NOT_TOLD = ("revision", "status", "policy_version")


def any_record(record: Any) -> str:
    """Its stream, id, revision and status, and every field that says something. Raises ``KeyError`` for a record
    without revisions."""
    stream, _, _, record_id = record_key(record)
    left_out = (*_NOT_TOLD, OUTPUTS[stream].id)
    fields = ((name, getattr(record, name)) for name in record.__struct_fields__ if name not in left_out)
    told = "; ".join(f"{plain(name)} {value}" for name, value in fields if value not in (None, UNSET, "", (), {}))
    return f"{stream} {record_id} r{record.revision} {record.status}: {told}"
