"""The difference between two judgements: what to publish, under which revision.

A conclusion is what a judgement says now; what was published about a row says what the world was last told. New or
changed conclusions go out with the next revision; a conclusion that is gone is taken back with one. What rests on a
fact that has left retention stands as it was last told.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from cloudtag.contract import internal as forwards
from cloudtag.contract import links, records
from cloudtag.contract.internal import Cause
from cloudtag.contract.streams import STREAM_OF
from cloudtag.engine.rows import Published, Row
from cloudtag.engine.task_result import Output


class Conclusion(Struct, frozen=True, gc=False):
    """What a judgement says under one id. The record's revision and status are the engine's to fill in."""

    id: str
    key: str
    since_ms: int
    record: Any
    is_rolling: bool = False
    """Judged from the whole file: replaced even after what it first rested on has left retention."""


@dataclass(frozen=True, slots=True)
class Kind:
    """How records of one stream are stamped with a revision, and taken back."""

    struct: type[Struct]
    withdrawn: str | None
    """The status of a record that was taken back; None for internal records, which are taken back by their id alone."""
    key: Callable[[Any], str]


_KINDS: dict[str, Kind] = {
    STREAM_OF[struct]: Kind(struct, withdrawn, key)
    for struct, withdrawn, key in (
        (records.Alert, "withdrawn", lambda r: r.buyer_id),
        (records.TagStatus, "voided", lambda r: r.buyer_id),
        (records.TagConfirmation, "reversed", lambda r: r.buyer_id),
        (records.Consequence, "reversed", lambda r: r.subject_id),
        (records.Label, "withdrawn", lambda r: r.buyer_id),
        (forwards.WaybillUsed, None, lambda r: r.waybill_no),
        (forwards.ParcelReported, None, lambda r: r.buyer_id),
        (links.AttributeUsed, None, lambda r: r.attribute),
        (links.LinkReported, None, lambda r: r.buyer_id),
        (links.ShopAsked, None, lambda r: r.shop_id),
        (links.ShopReported, None, lambda r: r.buyer_id),
        (links.SkuOwned, None, lambda r: r.buyer_id),
        (forwards.TagRequested, None, lambda r: r.buyer_id),
    )
}


class Reasons(Protocol):
    """Why what is published about a row changes: asked only when something is told anew or taken back."""

    def causes(self) -> tuple[Cause, ...]:
        """The input events that came just now."""
        ...

    def withdrawn(self, record: Any) -> Any:
        """A record that is taken back, completed with why."""
        ...


def revise(row: Row, conclusions: Mapping[str, Conclusion], horizon_ms: int, reasons: Reasons) -> list[Output]:
    """Bring what is published about a row in line with its conclusions.

    `horizon_ms`: what rests on older facts is neither changed nor taken back.
    """
    outputs = []
    for conclusion in conclusions.values():
        last = row.published.get(conclusion.id)
        if last is not None:
            if last.stands and last.says(conclusion.record):
                continue
            if last.since_ms < horizon_ms and not conclusion.is_rolling:
                continue
        outputs.append(_tell(row, conclusion, last, reasons))
    gone = [p for p in row.published.values() if p.stands and p.id not in conclusions and p.since_ms >= horizon_ms]
    return outputs + [_take_back(last, reasons) for last in gone] if gone else outputs


def repeat(row: Row, conclusions: Mapping[str, Conclusion]) -> list[Output]:
    """Everything published about a row once more, with the revisions it has: a crash may have kept it unsent."""
    outputs = []
    for last in row.published.values():
        kind = _KINDS[last.stream]
        record: Any
        if kind.withdrawn is not None:
            record = None if last.body is None else msgspec.msgpack.decode(last.body, type=kind.struct)
        elif not last.stands:
            record = _retraction(kind, last)
        else:
            record = conclusions[last.id].record if last.id in conclusions else None
        if record is None:
            continue
        if kind.withdrawn is None and (last.revision or last.body):
            record = replace(record, revision=last.revision, because=_because(last))
        outputs.append(Output(last.stream, kind.key(record), record))
    return outputs


def _tell(row: Row, conclusion: Conclusion, last: Published | None, reasons: Reasons) -> Output:
    stream = STREAM_OF[type(conclusion.record)]
    revision = 0 if last is None else last.revision + 1
    record, body = conclusion.record, None
    if _KINDS[stream].withdrawn is None:
        if revision:
            because = reasons.causes()
            record, body = replace(record, revision=revision, because=because), _stored(because)
    else:
        record = _stamp(record, revision, last)
        body = msgspec.msgpack.encode(record)
    row.publish(Published(conclusion.id, stream, revision, True, conclusion.since_ms, body, told=conclusion.record))
    return Output(stream, conclusion.key, record)


def _stamp(record: Any, revision: int, last: Published | None) -> Any:
    if isinstance(record, records.Alert) and last is not None and last.stands and last.body is not None:
        before = msgspec.msgpack.decode(last.body, type=records.Alert)
        rise = records.SEVERITIES.index(record.severity) - records.SEVERITIES.index(before.severity)
        # What has become milder again is an open alert like any other.
        if record.status == "open" and (rise > 0 or (rise == 0 and before.status == "upgraded")):
            return replace(record, revision=revision, status="upgraded")
    return replace(record, revision=revision)


def _take_back(last: Published, reasons: Reasons) -> Output:
    kind = _KINDS[last.stream]
    last.revision += 1
    last.stands = False
    record: Any
    if kind.withdrawn is None:
        last.body = _stored(reasons.causes())
        record = replace(_retraction(kind, last), because=_because(last))
    else:
        assert last.body is not None
        record = msgspec.msgpack.decode(last.body, type=kind.struct)
        record = reasons.withdrawn(replace(record, revision=last.revision, status=kind.withdrawn))
        last.body = msgspec.msgpack.encode(record)
    return Output(last.stream, kind.key(record), record)


def _retraction(kind: Kind, last: Published) -> Any:
    retract: Callable[[str, int, int], Any] = kind.struct.retraction  # type: ignore[attr-defined]
    return retract(last.id, last.revision, last.since_ms)


def _stored(because: tuple[Cause, ...]) -> bytes | None:
    return msgspec.msgpack.encode(because) if because else None


def _because(last: Published) -> tuple[Cause, ...]:
    """Why an internal record was told anew or taken back, the same however often it is repeated."""
    return () if last.body is None else msgspec.msgpack.decode(last.body, type=tuple[Cause, ...])
