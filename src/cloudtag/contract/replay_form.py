"""A record as the object the replay form writes: every field by its name, times as RFC 3339, bytes as base64."""

from __future__ import annotations

from base64 import b64encode
from functools import cache
from typing import Any

import msgspec
from msgspec import UNSET, Struct

from cloudtag.contract.streams import STREAM_OF
from cloudtag.contract.times import rfc3339

_encode = msgspec.json.Encoder(order="sorted").encode


def is_time(name: str) -> bool:
    """Whether a field of that name is a moment: when something was, or by when something must be."""
    return name.endswith("_at") or name in ("cleaned_by", "as_of", "valid_until")


def object_of(record: Struct) -> dict[str, Any]:
    """The fields of a record that are set, ready for JSON."""
    times = _times_of(type(record))
    values = ((name, getattr(record, name)) for name in record.__struct_fields__)
    return {name: _value(value, is_moment=name in times) for name, value in values if value is not UNSET}


def sorted_form(record: Struct) -> bytes:
    """The replay form of a record with its keys sorted: what decides between two records of one id (F3)."""
    return _encode({"stream": STREAM_OF[type(record)], **object_of(record)})


@cache
def _times_of(struct: type[Struct]) -> frozenset[str]:
    return frozenset(name for name in struct.__struct_fields__ if is_time(name))


def _value(value: Any, *, is_moment: bool) -> Any:
    if is_moment and value is not None:
        return rfc3339(value)
    if isinstance(value, tuple):
        return [object_of(item) if isinstance(item, Struct) else item for item in value]
    return b64encode(value).decode() if isinstance(value, bytes) else value
