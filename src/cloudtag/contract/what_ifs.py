"""Questions to the worker that owns a buyer or a shop, and its answers: what would follow if these events came now.

Private, MessagePack on the wire, of no use after a second. Nothing is judged by them and nothing is kept of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from msgspec import Struct

from cloudtag.contract import couriers, links, parcels, shops

QUESTIONS = "what-ifs"
ANSWERS = "what-if-answers"
EXPIRES_MS = 5000
"""Nobody waits for the answer to an older question."""
BUYERS, SHOPS = "buyers", "shops"
ASKED_OF = (BUYERS, SHOPS)
"""The processors that are asked."""
MOST_EVENTS = 100
"""So many events one question may hold; one with more is not answered, for what it left out would be missing."""
NO_ANSWER = "no worker answered in time"
TOO_MUCH_ASKED = "too much is asked"
BUSY = "the worker is busy"
NOT_HERE = "the partition is not here"
NOT_TAKEN_IN = "an event would not be taken in"
TOO_MANY_EVENTS = "there are too many events in one question"
OBSTACLES = (NO_ANSWER, TOO_MUCH_ASKED, BUSY, NOT_HERE, NOT_TAKEN_IN, TOO_MANY_EVENTS)
"""Why a question was not answered, as far as it can be foreseen; of anything else the name of the error is told."""
CARRIED = ("tag-requests",)
"""What a shop's part of an answer leads to for a buyer: with that, the buyer's part is asked next."""

_ASKED: dict[type[Struct], Callable[[Any], str]] = {
    parcels.WaybillUsed: lambda record: f"parcel {record.waybill_no}",
    links.AttributeUsed: lambda record: f"link by {record.attribute.partition(':')[0]}",
    shops.ShopAsked: lambda record: f"shop {record.shop_id}",
    couriers.CourierAsked: lambda record: f"courier {record.courier}",
}
"""What a buyer's events ask of others, by the record that asks it."""


class WhatIfAsked(Struct, frozen=True, array_like=True):
    """A question (topic `what-ifs`, in the buyer's or shop's partition): the events by stream, as they travel.

    The answer is awaited in the partition `answer_to` of the topic of answers; `of` is the processor that is asked.
    """

    question_id: str
    answer_to: int
    events: tuple[tuple[str, bytes], ...]
    of: str = BUYERS


class WhatIfAnswered(Struct, frozen=True, array_like=True):
    """What would be published, by stream, and whom it would have had to ask; or why it cannot be said. `carried` is
    what another part of the engine would be told of, by stream: with that it can be asked."""

    question_id: str
    records: tuple[tuple[str, bytes], ...] = ()
    not_asked: tuple[str, ...] = ()
    obstacle: str = ""
    carried: tuple[tuple[str, bytes], ...] = ()


def not_asked(records: Iterable[Struct]) -> tuple[str, ...]:
    """Whom these records would have asked, in words and once each: parcels, links, shops, couriers."""
    words = (_ASKED[type(record)](record) for record in records if type(record) in _ASKED)
    return tuple(sorted(set(words)))
