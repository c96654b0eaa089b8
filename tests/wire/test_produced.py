"""What `encode` refuses of an event, though the bytes could be written and read."""

from typing import Any

import pytest
from msgspec.structs import replace

from cloudtag import wire
from cloudtag.contract.events import AbuseFound, AlertAnswered, Event, OrderChanged, ParcelScanned, RefundChanged
from cloudtag.contract.streams import INPUTS, STREAM_OF
from cloudtag.contract.types import PLATFORMS
from cloudtag.policy.load import shipped
from cloudtag.wire.produced import status_of

T0 = 1_772_409_600_000
REFUND = RefundChanged("e", T0, "taobao", "r1", "o1", "b1", "s1", "opened")


def refusal_of(event: Any, stream: str | None = None) -> str:
    with pytest.raises(ValueError, match=r".") as refusal:
        wire.encode(stream or STREAM_OF[type(event)], event)
    assert "\n" not in str(refusal.value)
    return str(refusal.value)


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"occurred_at": T0 // 1000}, "refunds: occurred_at: 1772409600 looks like seconds: multiply by 1000"),
        ({"occurred_at": T0 * 1000}, "refunds: occurred_at: 1772409600000000 looks like microseconds: divide by 1000"),
        ({"occurred_at": 0}, "refunds: occurred_at: 0 is not between 2000 and 2099"),
        ({"occurred_at": T0 + 0.5}, "refunds: occurred_at: Expected `int`, got `float`"),
        ({"deadline_at": T0 // 1000}, "refunds: deadline_at: 1772409600 looks like seconds: multiply by 1000"),
        ({"platform": "Tabao"}, "refunds: platform: 'Tabao' is none; did you mean taobao?"),
        ({"platform": ""}, "refunds: platform: Expected `str` of length >= 1"),
        ({"event_id": ""}, "refunds: event_id: Expected `str` of length >= 1"),
        ({"buyer_id": " \t"}, "refunds: buyer_id: is blank"),
        ({"buyer_id": None}, "refunds: buyer_id: Expected `str`, got `None`"),
        ({"buyer_id": 17}, "refunds: buyer_id: Expected `str`, got `int`"),
        ({"buyer_id": "b" * 257}, "refunds: buyer_id: Expected `str` of length <= 256"),
        ({"status": "unknown"}, "refunds: status: is not said: one of opened, modified, agreed, "),
        ({"status": "opend"}, "refunds: status: Invalid enum value 'opend': it is one of opened, "),
        ({"amount_minor": 10**18}, "refunds: amount_minor: Expected `int` <= 1000000000000000"),
        ({"lines": [("k", -1)]}, "refunds: lines[0].quantity: Expected `int` >= 0"),
        ({"buyer_id": "\ud800"}, "refunds: 'utf-8' codec can't encode"),
    ],
)
def test_a_wrong_value_is_refused_by_name(changes: dict[str, Any], error: str) -> None:
    assert refusal_of(replace(REFUND, **changes)).startswith(error)


def test_a_slip_of_a_status_is_told_what_was_meant() -> None:
    assert refusal_of(replace(REFUND, status="Openned")).endswith("; did you mean opened?")


def test_a_record_of_another_stream_is_refused() -> None:
    assert refusal_of(REFUND, "orders") == "orders takes OrderChanged, not a RefundChanged"
    order = OrderChanged("e", T0, "jd", "o", "b", "s", "paid")
    assert refusal_of(order, "refunds") == "refunds takes RefundChanged, not an OrderChanged"


@pytest.mark.parametrize("platform", [*PLATFORMS, "pdd", "shopee", "default", "天猫"])
def test_any_platform_with_a_name_of_its_own_is_written(platform: str) -> None:
    event = replace(REFUND, platform=platform)
    assert wire.decode("refunds", wire.encode("refunds", event)) == event


def test_the_bounds_themselves_are_written() -> None:
    for time in (946_684_800_000, 4_102_444_799_999):
        wire.encode("refunds", replace(REFUND, occurred_at=time, buyer_id="b" * 256))
    for time in (946_684_799_999, 4_102_444_800_000):
        assert "is not between 2000 and 2099" in refusal_of(replace(REFUND, occurred_at=time))


def test_the_platforms_are_those_that_have_a_pack() -> None:
    assert {*PLATFORMS, "default"} == {policy.platform for policy in shipped().versions()}


def test_what_happened_must_be_said_wherever_there_is_such_a_field() -> None:
    said = {name: status_of(stream.struct) for name, stream in INPUTS.items()}
    assert said == {
        "orders": "status", "refunds": "status", "logistics": "scan", "inspections": None, "reviews": None,
        "complaints": "status", "contacts": None, "insurance": "status", "tags": None, "verdicts": "verdict",
        "shops": None, "accounts": "status", "violations": "status", "abuses": None, "erasures": None,
        "chargebacks": "status", "order-limits": "status", "appeals": "status",
    }  # fmt: skip


@pytest.mark.parametrize(
    "event",
    [
        OrderChanged("e", T0, "jd", "o", "b", "s"),
        ParcelScanned("e", T0, "jd", "sf", "W1"),
        AlertAnswered("e", T0, "jd", "a", "b", "s", "main"),
    ],
)
def test_what_a_newer_schema_says_is_read_as_unknown_and_not_written_so(event: Event) -> None:
    stream = STREAM_OF[type(event)]
    assert wire.decode(stream, wire.Codec().write(stream, event)) == event
    assert "is not said" in refusal_of(event)


def test_what_is_not_a_status_may_be_unknown() -> None:
    event = AbuseFound("e", T0, "jd", "s", withdraws="e0")
    assert wire.decode("abuses", wire.encode("abuses", event)) == event
