"""What a run finally says, with everything left out that depends on the order of arrival."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from msgspec.structs import replace

from cloudtag.contract.records import DeadLetter, TagStatus
from cloudtag.contract.standing import SUPERSEDED, RecordKey, is_taken_back, record_key

Final = dict[tuple[type[Any], RecordKey], Any]
"""The last revision of each record, by its type and key."""


def latest(records: Iterable[Any]) -> Final:
    """The last revision of each record by kind and id; the same id and revision must always say the same.

    Dead letters are left out: whether what is spoken of turned up within the day depends on when it arrived.
    """
    last: Final = {}
    for record in records:
        if isinstance(record, DeadLetter):
            continue
        key = (type(record), record_key(record))
        held = last.get(key)
        if held is None or record.revision > held.revision:
            last[key] = record
        elif record.revision == held.revision:
            assert record == held, "one revision, two contents"
    return last


def standing(records: Iterable[Any]) -> Final:
    """The records that stand, revision 0 and `open` for whatever was upgraded on the way.

    A tag that is void is an answer to whoever submitted it, and compared like any other. But one that was superseded
    was told of only if it came before what took its place.
    """
    stand: Final = {}
    for key, record in latest(records).items():
        if is_taken_back(record) and (not isinstance(record, TagStatus) or record.reason == SUPERSEDED):
            continue
        stand[key] = replace(record, revision=0, **({"status": "open"} if record.status == "upgraded" else {}))
    return stand
