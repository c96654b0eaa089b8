"""Internal records, what processors publish for each other: private, MessagePack on the wire, never read from outside.

An internal record follows from input events and from internal records of smaller depth (`contract.depths`). It has an
id and a revision, and is taken back by a later revision whose `is_held` is false. So a join across keys is a fact like
any other, and withdrawal travels the same road.
"""

from __future__ import annotations

from typing import Self

import msgspec
from msgspec import Struct

_encode = msgspec.json.Encoder().encode


def make_id(*parts: str) -> str:
    """The id of an internal record about these things."""
    return _encode(parts).decode()


def parts_of(internal_id: str) -> list[str]:
    """What an internal record is about, from its id."""
    return msgspec.json.decode(internal_id, type=list[str])


class Cause(Struct, frozen=True, array_like=True, gc=False):
    """An input event that brought a change about; `what` is what it said: a status, a kind of scan, a verdict."""

    stream: str
    event_id: str
    occurred_at: int
    what: str = ""


class Caused(Struct, frozen=True, kw_only=True, array_like=True, gc=False):
    """Why an internal record was published anew, or taken back. What it says never depends on that, nor does what
    follows
    from it."""

    because: tuple[Cause, ...] = ()


class InternalRecord(Caused, frozen=True, array_like=True, gc=False):
    """What every internal record carries: its revision, and whether it still holds. Its id is made of what it is about.

    `because` are the input events that came when it was published anew: none the first time.
    """

    revision: int
    is_held: bool

    @property
    def internal_id(self) -> str:
        """Which statement this is: the same for all of its revisions."""
        raise NotImplementedError

    @classmethod
    def retraction(cls, internal_id: str, revision: int, occurred_at: int) -> Self:
        """The revision that takes the statement of that id back."""
        raise NotImplementedError


class WatermarkRecord(Struct, frozen=True, array_like=True, gc=False, tag_field="_", tag="tp"):
    """Event time has reached `occurred_at` on this partition: nothing earlier is still to come."""

    occurred_at: int
