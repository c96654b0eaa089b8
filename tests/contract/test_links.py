"""What is told of buyers joined by what they showed: records from before a field was appended."""

from __future__ import annotations

import msgspec
import pytest

from cloudtag.contract.links import AttributeUsed, OutboundNumber
from cloudtag.engine.published import Published, read_published

USE = AttributeUsed(3, True, "picture:x", 7, "e1", "taobao", "b1", subject="r1", shop_id="s1", network="taobao")
BOX = (OutboundNumber("OUT1", 5, "sf"),)


def from_before(use: AttributeUsed) -> list[object]:
    """The record's array as it was before it had numbers."""
    fields: list[object] = msgspec.msgpack.decode(msgspec.msgpack.encode(use))
    return fields[:-1]


def test_a_record_from_before_it_had_numbers_is_read_as_one_that_names_none() -> None:
    data = msgspec.msgpack.encode(from_before(USE))
    assert msgspec.msgpack.decode(data, type=AttributeUsed) == USE


@pytest.mark.parametrize(("use", "is_same"), [(USE, True), (msgspec.structs.replace(USE, outbound=BOX), False)])
def test_what_names_no_number_says_what_was_published_before_there_were_any(use: AttributeUsed, is_same: bool) -> None:
    """Its digest is that of the shorter array, so that nothing is published again."""
    known = Published("u1", "attribute-uses", 3, True, b"", 7, None, told=from_before(USE))
    assert read_published(known.stored()).says(use) is is_same


def test_a_number_from_before_it_told_of_places_is_read_as_one_bound_for_nowhere_known() -> None:
    assert msgspec.convert(["OUT1", 5, "sf"], type=OutboundNumber) == OutboundNumber("OUT1", 5, "sf", places=())
