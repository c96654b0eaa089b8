"""What stands in the end, stream by stream."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from msgspec import Struct

from cloudtag.contract import standing as contract
from cloudtag.contract.standing import REVERSIBLE, RecordKey

StandingByStream = Mapping[str, Mapping[RecordKey, Any]]
"""Records by stream and key, in the order in which the ids first appeared."""


def standing_by_stream(records: Iterable[tuple[str, Struct]]) -> StandingByStream:
    """What stands of the records that a replay yields; every stream is there."""
    found: dict[str, dict[RecordKey, Any]] = {stream: {} for stream in REVERSIBLE}
    for key, record in contract.standing(r for name, r in records if name in found).items():
        found[key[0]][key] = record
    return found
