"""The difference between two judgements: what to publish, under which revision.

A conclusion is what a judgement says now; what was published about a row says what was last said to everyone. New or
changed conclusions go out with the next revision; a conclusion that is gone is taken back with one. What rests on a
fact that has left retention stands as it was last published. What is told on a stream without revisions is told once.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from msgspec import Struct
from msgspec.structs import replace

from cloudtag.contract.internal import Cause
from cloudtag.contract.streams import PUBLISHED, PUBLISHED_OF, InternalStream, OutputStream
from cloudtag.engine.published import Published
from cloudtag.engine.rows import Row
from cloudtag.engine.task_result import Output


class Conclusion(Struct, frozen=True, gc=False):
    """What a judgement says under one id. The record's revision and status are the engine's to fill in."""

    id: str
    key: str
    since_ms: int
    record: Any
    is_rolling: bool = False
    """Judged from the whole keyed state: replaced even after what it first rested on has left retention."""
    moment_ms: int | None = None
    """Event time of the newest thing it follows from, where the record does not say (see `OutputStream.moment`)."""


_INTERNAL = {kind: stream.name for kind, stream in PUBLISHED_OF.items() if isinstance(stream, InternalStream)}
"""The streams of internal records, by the type of record."""


class Reasons(Protocol):
    """Why what is published about a row changes: asked only when something is published anew or taken back."""

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
    outputs: list[Output] = []
    published = row.published
    for conclusion in conclusions.values():
        last = published.get(conclusion.id)
        if last is None:
            # Most of what is published is told once, to another task: nothing has to be said of why.
            name = _INTERNAL.get(type(conclusion.record))
            if name is not None:
                record = conclusion.record
                row.publish(Published(conclusion.id, name, 0, True, b"", conclusion.since_ms, None, None, record))
                outputs.append(Output(name, conclusion.key, conclusion.record))
                continue
        else:
            # Most of it is what was last said, the very object: then nothing has to be compared.
            if last.told is conclusion.record and last.stands:
                continue
            if last.is_final or (last.stands and last.says(conclusion.record)):
                continue
            if last.since_ms < horizon_ms and not conclusion.is_rolling:
                continue
        outputs.append(_tell(row, conclusion, last, reasons))
    # By now all that is concluded was told, so that nothing else was if there is no more of it.
    if len(row.published) == len(conclusions):
        return outputs
    gone = [
        p
        for p in row.published.values()
        if p.stands and p.id not in conclusions and p.since_ms >= horizon_ms and not p.is_final
    ]
    return outputs + [_take_back(last, reasons) for last in gone] if gone else outputs


def repeat(row: Row, conclusions: Mapping[str, Conclusion]) -> list[Output]:
    """Everything published about a row once more, with the revisions it has: a crash may have kept it unsent."""
    outputs = []
    for last in row.published.values():
        stream = PUBLISHED[last.stream]
        if isinstance(stream, InternalStream):
            record = _internal_again(stream, last, conclusions.get(last.id))
        else:
            record = last.body
        if record is not None:
            outputs.append(Output(last.stream, stream.key_of(record), record))
    return outputs


def _internal_again(stream: InternalStream, last: Published, conclusion: Conclusion | None) -> Any:
    if last.stands and conclusion is None:
        return None
    record = conclusion.record if last.stands and conclusion is not None else _retraction(stream, last)
    return replace(record, revision=last.revision, because=last.body or ()) if last.revision or last.body else record


def _tell(row: Row, conclusion: Conclusion, last: Published | None, reasons: Reasons) -> Output:
    stream = PUBLISHED_OF[type(conclusion.record)]
    revision = 0 if last is None else last.revision + 1
    record, body = conclusion.record, None
    if isinstance(stream, InternalStream):
        if revision:
            body = reasons.causes()
            record = replace(record, revision=revision, because=body)
    else:
        record = body = _stamp(stream, record, revision, last)
    row.publish(
        Published(conclusion.id, stream.name, revision, True, b"", conclusion.since_ms, None, body, conclusion.record)
    )
    return Output(stream.name, conclusion.key, record)


def _stamp(stream: OutputStream, record: Any, revision: int, last: Published | None) -> Any:
    if stream.id and record.revision != revision:
        record = replace(record, revision=revision)
    if stream.revised is not None and last is not None and last.stands and last.body is not None:
        return stream.revised(record, last.body)
    return record


def _take_back(last: Published, reasons: Reasons) -> Output:
    stream = PUBLISHED[last.stream]
    last.revision += 1
    last.stands = False
    record: Any
    if isinstance(stream, InternalStream):
        last.set_body(reasons.causes())
        record = replace(_retraction(stream, last), because=last.body)
    else:
        assert last.body is not None
        record = reasons.withdrawn(replace(last.body, revision=last.revision, status=stream.taken_back))
        last.set_body(record)
    return Output(last.stream, stream.key_of(record), record)


def _retraction(stream: InternalStream, last: Published) -> Any:
    return stream.struct.retraction(last.id, last.revision, last.since_ms)
