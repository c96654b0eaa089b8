"""What stands in the end: the latest revision of each record, unless it was taken back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from msgspec import Struct

from cloudtag.contract.streams import OUTPUTS

TAKEN_BACK = frozenset({"withdrawn", "reversed", "voided"})
"""The statuses of a record that no longer holds."""
REVERSIBLE = tuple(name for name, stream in OUTPUTS.items() if "revision" in stream.struct.__struct_fields__)
"""The output streams whose records replace each other under an id."""

Standing = Mapping[str, Mapping[str, Any]]
"""Records by stream and id, in the order in which the ids first appeared."""


def standing(records: Iterable[tuple[str, Struct]]) -> Standing:
    """What stands of the records that a replay yields, revisions of one id in their order; every stream is there."""
    latest: dict[str, dict[str, Any]] = {stream: {} for stream in REVERSIBLE}
    for stream, record in records:
        if stream in latest:
            latest[stream][id_of(record)] = record
    return {stream: {i: r for i, r in found.items() if r.status not in TAKEN_BACK} for stream, found in latest.items()}


def id_of(record: Struct) -> str:
    """What a record's revisions share; every reversible record has it first."""
    return str(getattr(record, record.__struct_fields__[0]))
