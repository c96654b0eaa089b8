"""What must hold of an event where it is produced, beyond what can be read.

Schemas grow: a status that a newer one has is read as `unknown`, and a platform that nobody here knows gets the default
policy. Whoever writes an event knows better, and leaving the status out, or misspelling the platform, is a mistake of
theirs that would change what is judged. So both are refused by `encode`, by `cloudtag produce` and in the replay form,
and are taken as they are by whoever reads Avro. In the replay form a status may say `unknown`, for that is how an event
is printed whose status was not known to its reader; it may not be left out.
"""

from functools import cache, lru_cache
from typing import Any

import msgspec
from msgspec import Struct

from cloudtag.contract.spelling import slip_of
from cloudtag.contract.streams import INPUTS
from cloudtag.contract.types import PLATFORMS
from cloudtag.wire import advice
from cloudtag.wire.shape import Shape, shape_of

_WHAT_HAPPENED = ("status", "scan", "verdict")
"""The names of the field that says what an event is about, where a stream has one."""


@cache
def status_of(struct: type[Struct]) -> str | None:
    """The field of an event that says what happened, and may not be left out; none where there is no such field."""
    return next((name for name in _WHAT_HAPPENED if name in struct.__struct_fields__), None)


def check(stream: str, record: Struct) -> None:
    """Raise `ValueError` unless a record is an event of an input stream as its producer must write it."""
    struct = INPUTS[stream].struct
    if type(record) is not struct:
        raise ValueError(f"{stream} takes {struct.__name__}, not {advice.kind_of(record)}")
    shape = shape_of(struct)
    problem = _out_of_bounds(shape, record) or slip_in(shape, record) or _unsaid(shape, record)
    if problem is not None:
        raise ValueError(f"{stream}: {problem}")


def slip_in(shape: Shape, event: Any) -> str | None:
    """What is wrong with an event's ids or platform, though they can be read; none if nothing is."""
    for name in _ids(shape.struct):
        value = getattr(event, name)
        if value is not None and not value.strip():
            return f"{name}: is blank"
    meant = _meant(event.platform)
    return f"platform: {event.platform!r} is none; did you mean {meant}?" if meant else None


def _unsaid(shape: Shape, record: Any) -> str | None:
    name = status_of(shape.struct)
    if name is None or getattr(record, name) != "unknown" or getattr(record, "withdraws", None):
        return None
    return f"{name}: is not said: one of {', '.join(advice.allowed_in(shape, name))}"


def _out_of_bounds(shape: Shape, record: Any) -> str | None:
    """What a reader would refuse: msgspec does not look at values when a struct is made."""
    for name in shape.times:
        time = getattr(record, name)
        if type(time) is int and (problem := advice.not_a_time(name, time)):
            return problem
    try:
        _decoder(shape.struct).decode(_encoder().encode(record))
    except msgspec.ValidationError as error:
        text, _, path = str(error).partition(" - at `")
        return advice.told(shape, text, path.rstrip("`"))
    except (TypeError, ValueError, OverflowError) as error:
        return str(error)
    return None


@cache
def _ids(struct: type[Struct]) -> tuple[str, ...]:
    """The ids an event must have."""
    fields = msgspec.structs.fields(struct)
    return tuple(f.name for f in fields if f.required and (f.name.endswith("_id") or f.name == "waybill_no"))


@lru_cache(maxsize=4096)
def _meant(platform: str) -> str | None:
    return slip_of(platform, PLATFORMS)


@cache
def _encoder() -> msgspec.msgpack.Encoder:
    return msgspec.msgpack.Encoder()


@cache
def _decoder(struct: type[Struct]) -> msgspec.msgpack.Decoder[Any]:
    return msgspec.msgpack.Decoder(struct)
