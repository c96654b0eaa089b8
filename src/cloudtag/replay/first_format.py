"""State in format 1, whose keys have no network: what it holds of events, and what was published of it.

Events are told from internal records by their tags. Whatever followed from them follows again, under scoped ids.
"""

from __future__ import annotations

import operator
import struct
from collections.abc import Iterable, Mapping
from functools import reduce
from typing import Any

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from cloudtag.contract.streams import INPUTS, OUTPUTS, OutputStream
from cloudtag.engine.published import StoredPublished, read_published
from cloudtag.engine.task_result import Output
from cloudtag.engine.task_row import TaskRow

TASK_KEY = b"\x00\x00lane"
MARKER = b"\xffowner"
"""What an owner wrote to find the end by."""
_HEAD = struct.Struct(">QQ")
_EVENT: Any = reduce(operator.or_, (stream.struct for stream in INPUTS.values()))
_EVENTS = msgspec.msgpack.Decoder(_EVENT)
_TAGS = {stream.struct.__struct_config__.tag for stream in INPUTS.values()}


class _Body(Struct, array_like=True):
    facts: list[msgspec.Raw]
    published: list[StoredPublished]


_BODY = msgspec.msgpack.Decoder(_Body)


class FirstRows(Struct):
    """What the rows of a task say: its events, what it published, and how far its event time had come."""

    events: list[Any] = []
    published: list[Any] = []
    task: TaskRow = msgspec.field(default_factory=TaskRow)
    last_batch: int = 0


def read_rows(rows: Mapping[bytes, bytes]) -> FirstRows:
    """The rows of one task, by their keys. Raises `ValueError` (msgspec's) for one that is none."""
    found = FirstRows()
    for key, value in rows.items():
        if key == MARKER:
            continue
        if key == TASK_KEY:
            found.task = msgspec.msgpack.decode(value, type=TaskRow)
            continue
        found.last_batch = max(found.last_batch, _HEAD.unpack_from(value)[0])
        body = _BODY.decode(memoryview(value)[_HEAD.size :])
        found.events += [_EVENTS.decode(raw) for raw in body.facts if _is_event(raw)]
        found.published += map(read_published, body.published)
    return found


def _is_event(raw: msgspec.Raw) -> bool:
    return msgspec.msgpack.decode(raw)[0] in _TAGS


def withdrawals(published: Iterable[Any], told_now: Iterable[str], horizon_ms: int) -> tuple[list[Output], list[Any]]:
    """What takes back whatever stands under ids that nobody uses any more; and what stands as it was published.

    `told_now`: the ids under which something is published now; `horizon_ms`: what rests on older facts cannot be
    judged anew, and is left as it is.
    """
    known, outputs, left = set(told_now), list[Output](), list[Any]()
    for one in published:
        stream = OUTPUTS.get(one.stream)
        if not one.stands or one.id in known or not isinstance(stream, OutputStream) or not stream.taken_back:
            continue
        if one.since_ms < horizon_ms or one.body is None:
            left.append(one)
            continue
        record = replace(one.body, revision=one.revision + 1, status=stream.taken_back)
        outputs.append(Output(one.stream, stream.key_of(record), record))
    return outputs, left
