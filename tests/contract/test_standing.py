"""What stands of records with revisions, whatever order these come in."""

from itertools import permutations
from typing import Any, get_args

import pytest
from msgspec import Struct
from msgspec.structs import replace

from cloudtag.contract.records import Alert, DeadLetter
from cloudtag.contract.standing import REVERSIBLE, is_taken_back, latest, record_id, record_key, standing
from cloudtag.contract.streams import OUTPUTS
from tests.warehouse.samples import one_of_each

RECORDS: dict[str, Any] = {name: record for name, record in one_of_each().items() if name in REVERSIBLE}


def told(stream: str, revision: int, status: str) -> Struct:
    made: Struct = replace(RECORDS[stream], revision=revision, status=status)
    return made


@pytest.mark.parametrize("stream", REVERSIBLE)
def test_a_record_stands_until_its_latest_revision_takes_it_back(stream: str) -> None:
    begun, back = RECORDS[stream].status, OUTPUTS[stream].taken_back
    course = [told(stream, revision, status) for revision, status in enumerate((begun, back, begun))]
    key = record_key(course[0])
    assert key[0] == stream
    assert key[-1] == record_id(course[0])
    for order in permutations(course):
        assert standing(order) == {key: course[2]}
    for order in permutations(course[:2]):
        assert latest(order) == {key: course[1]}
        assert standing(order) == {}


@pytest.mark.parametrize("stream", REVERSIBLE)
def test_only_its_own_word_takes_a_record_back(stream: str) -> None:
    """`reversed` of an alert, `withdrawn` of a consequence mean nothing; `ended` and `expired` are ways to stand."""
    known = get_args(next(f for f in OUTPUTS[stream].struct.__annotations__.items() if f[0] == "status")[1])
    assert OUTPUTS[stream].taken_back in known
    words = {*known, "withdrawn", "reversed", "voided", "ended", "expired"}
    assert {word for word in words if is_taken_back(told(stream, 0, word))} == {OUTPUTS[stream].taken_back}


def test_every_stream_whose_records_have_revisions_says_which_field_is_their_id() -> None:
    revised = {name for name, stream in OUTPUTS.items() if "revision" in stream.struct.__struct_fields__}
    assert revised == set(REVERSIBLE)
    for name in REVERSIBLE:
        assert OUTPUTS[name].id in OUTPUTS[name].struct.__struct_fields__
        assert OUTPUTS[name].key in OUTPUTS[name].struct.__struct_fields__


def test_one_id_in_two_streams_is_two_records() -> None:
    one = replace(RECORDS["alerts"], alert_id="x")
    other = replace(RECORDS["labels"], label_id="x")
    assert (
        list(standing([one, other]))
        == [("alerts", "", "", "x"), ("labels", "", "", "x")]
        == [record_key(one), record_key(other)]
    )


@pytest.mark.parametrize("stream", ["tag-statuses", "report-statuses"])
def test_the_ids_of_two_shops_and_of_two_networks_are_two_records(stream: str) -> None:
    one = replace(RECORDS[stream], platform="taobao", shop_id="s1")
    for other in (replace(one, platform="jd"), replace(one, shop_id="s2")):
        assert len(latest([one, other])) == 2
    assert len(latest([one, replace(one, platform="tmall")])) == 1


def test_what_came_first_stays_first() -> None:
    early, late = replace(RECORDS["alerts"], alert_id="b"), replace(RECORDS["alerts"], alert_id="a")
    newer = replace(early, revision=1)
    assert list(latest([early, late, newer]).values()) == [newer, late]


def test_a_record_without_revisions_has_no_id() -> None:
    letter = DeadLetter(topic="orders", partition=0, offset=0, reason="misplaced", error="", seen_at=1)
    with pytest.raises(KeyError):
        record_id(letter)
    assert isinstance(RECORDS["alerts"], Alert)
