"""A record of a stream without words of its own is told by its fields."""

import pytest

from cloudtag.contract.records import DeadLetter
from cloudtag.explain.any_record import any_record
from tests.warehouse.record_samples import consequence


def test_it_tells_what_it_is_and_every_field_that_says_something() -> None:
    record = consequence("shield", "buyer", "b1", 1, details={"days": "7"}, policy_version="p9")
    told = any_record(record)
    assert told.startswith(f"consequences {record.consequence_id} r0 {record.status}: kind shield; ")
    assert "subject id b1" in told
    assert "details {'days': '7'}" in told
    assert f"starts at {record.starts_at}" in told
    for left_out in ("ends at", "p9", "because"):
        assert left_out not in told


def test_a_record_without_revisions_is_not_told_so() -> None:
    with pytest.raises(KeyError):
        any_record(DeadLetter(topic="orders", partition=0, offset=0, reason="misplaced", error="", seen_at=1))
