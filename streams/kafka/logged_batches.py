"""A batch of a log that is read back, as the native part has it: no record is made before somebody asks for it.

What it cannot tell at once is left to aiokafka's own reader: older formats, a batch that unpacks to too much, bytes
that are not as they should be. So there is one place that refuses.
"""

import struct
from typing import Any

from cloudtag.native.choice import is_native, why_not
from streams.kafka.bounded_batches import BoundedRecords

_V2, _VERSION_AT, _CRC_AT, _SUMMED_FROM, _RECORDS_AT = 2, 16, 17, 21, 61
_UINT = struct.Struct(">I")

if not why_not():
    from cloudtag.native._compiled import crc32c, logged_batch


def is_intact(data: bytes, place: range, batch: Any) -> bool:
    """Whether the checksum of a batch is right that lies there. Raises what aiokafka raises."""
    if is_native() and _is_new(data, place):
        found = crc32c(data, place.start + _SUMMED_FROM, place.stop)
        if found >= 0:
            return bool(found == _UINT.unpack_from(data, place.start + _CRC_AT)[0])
    return bool(batch.validate_crc())


def logged(records: BoundedRecords, place: range, batch: Any, first: int) -> Any:
    """The records from the offset `first` on of a batch that lies there; none where it is left to aiokafka, which
    unpacks it once more then, and says what is wrong with it."""
    unpacked = records.unpacked(place) if is_native() else None
    if unpacked is None:
        return None
    data, start, end, told, taken_bytes = unpacked
    made = logged_batch(data, start, end, batch.base_offset, told, first)
    if made is not None:
        records.took(taken_bytes)
    return made


def _is_new(data: bytes, place: range) -> bool:
    return len(place) >= _RECORDS_AT and data[place.start + _VERSION_AT] == _V2
