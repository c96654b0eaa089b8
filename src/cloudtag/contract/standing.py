"""What stands: of each record its latest revision, unless that takes the record back."""

from __future__ import annotations

from collections.abc import Iterable, MutableMapping
from typing import Any, TypeVar

from msgspec import Struct

from cloudtag.contract.records import ReportStatus, TagStatus
from cloudtag.contract.scope import NETWORKS, Networks
from cloudtag.contract.streams import OUTPUTS

REVERSIBLE = tuple(name for name, stream in OUTPUTS.items() if stream.id)
"""The output streams whose records replace each other under an id."""
RecordKey = tuple[str, str, str, str]
"""What the revisions of a record share: its stream, network and shop, and its id.

Network and shop are empty where the id is made of them: only tags and reports have ids of the shop's own (F1).
"""

SUPERSEDED = "superseded"
"""Why a tag is void that nobody took back: under the ids by which it was put, something else was submitted that counts
(F3). It is then as if it had never been put, but that it was told of."""

_T = TypeVar("_T", bound=Struct)
_OF_SHOPS = (TagStatus, ReportStatus)
_STREAMS = {OUTPUTS[name].struct: OUTPUTS[name] for name in REVERSIBLE}


def record_id(record: Struct) -> str:
    """The id that a record's revisions share. Raises ``KeyError`` for a record that has no revisions."""
    found: str = getattr(record, _STREAMS[type(record)].id)
    return found


def record_key(record: Struct, networks: Networks = NETWORKS) -> RecordKey:
    """The same with the record's stream and its scope in front."""
    stream = _STREAMS[type(record)]
    if stream.struct not in _OF_SHOPS:
        return stream.name, "", "", record_id(record)
    scoped: Any = record
    return stream.name, networks[scoped.platform], scoped.shop_id, record_id(record)


def is_taken_back(record: Struct) -> bool:
    """Whether a revision says that its record no longer holds."""
    status: Any = getattr(record, "status", None)
    return bool(status == _STREAMS[type(record)].taken_back)


def keep_latest(known: MutableMapping[RecordKey, _T], record: _T) -> None:
    """Take a record in among the latest revisions so far, in the place of a lower or equal one of its own."""
    revision: int = record.revision  # type: ignore[attr-defined]
    key = record_key(record)
    held: Any = known.get(key)
    if held is None or held.revision <= revision:
        known[key] = record


def latest(records: Iterable[_T]) -> dict[RecordKey, _T]:
    """The latest revision of every record, whatever order revisions come in; in the order in which the ids first did.

    What has no revisions, a dead letter, is left out.
    """
    known: dict[RecordKey, _T] = {}
    for record in records:
        if type(record) in _STREAMS:
            keep_latest(known, record)
    return known


def standing(records: Iterable[_T]) -> dict[RecordKey, _T]:
    """The latest revisions that were not taken back, as `latest` gives them."""
    return {key: record for key, record in latest(records).items() if not is_taken_back(record)}
