"""What was published is an object until a row is stored; stored are the bytes of the record, read back on demand."""

import msgspec
import pytest
from msgspec.structs import replace

from cloudtag.contract.internal import Cause
from cloudtag.contract.records import Alert
from cloudtag.engine.published import Published, read_published
from tests.warehouse.samples import alert

RECORD = alert(1)
CAUSES = (Cause("refunds", "e1", 5, "waybill_filled"),)


def published(stream: str = "alerts", body: object = RECORD, told: Alert = RECORD) -> Published:
    return Published("a1", stream, 0, True, b"", 7, None, body, told)


@pytest.mark.parametrize(("stream", "body"), [("alerts", RECORD), ("waybill-uses", CAUSES)])
def test_the_body_is_encoded_when_it_is_stored_and_decoded_when_it_is_asked_for(stream: str, body: object) -> None:
    one = published(stream, body)
    assert one.raw is None
    assert one.body is body
    assert one.stored()[-1] == msgspec.msgpack.encode(body)
    again = read_published(one.stored())
    assert again.carried is None
    assert again.stored() == one.stored()
    assert again.carried is None, "storing a row that was read back decodes nothing"
    assert again.body == body
    assert again.body is again.body
    assert again.stored() == one.stored()


@pytest.mark.parametrize("body", [None, ()])
def test_an_internal_record_told_the_first_time_has_no_body(body: tuple[()] | None) -> None:
    assert published("waybill-uses", body).stored()[-1] is None
    assert not read_published(published("waybill-uses", body).stored()).body


def test_another_body_takes_the_place_of_the_stored_one() -> None:
    one = read_published(published().stored())
    later = replace(one.body, revision=1, status="withdrawn")
    one.set_body(later)
    assert one.body is later
    assert one.stored()[-1] == msgspec.msgpack.encode(later)


def test_what_it_says_is_known_by_the_record_or_by_its_digest() -> None:
    other = replace(RECORD, severity="low" if RECORD.severity != "low" else "high")
    for one in (published(), read_published(published().stored())):
        assert not one.says(other)
        assert one.says(replace(RECORD))
        assert one.says(RECORD)
        assert not one.says(other)
