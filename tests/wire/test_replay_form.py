"""Lines of JSON: what may be left out, how times are written, and what is refused."""

import json
from typing import Any

import pytest

from cloudtag import wire
from cloudtag.contract.events import BuyerContacted, OrderChanged
from cloudtag.contract.times import rfc3339
from cloudtag.contract.types import Component, OrderLine

NINE = 1_772_413_200_000
LINE: dict[str, Any] = {
    "stream": "orders",
    "event_id": "e1",
    "occurred_at": "2026-03-02T01:00:00Z",
    "platform": "taobao",
    "order_id": "o1",
    "buyer_id": "b1",
    "shop_id": "s1",
    "status": "placed",
}
ORDER = OrderChanged("e1", NINE, "taobao", "o1", "b1", "s1", "placed")


def refusal_of(**changes: Any) -> wire.Undecodable:
    with pytest.raises(wire.Undecodable) as refusal:
        wire.decode_json(LINE | changes)
    return refusal.value


def test_what_is_absent_takes_its_default() -> None:
    assert wire.decode_json(LINE) == ("orders", ORDER)


def test_a_status_may_be_said_to_be_unknown_but_not_left_out() -> None:
    """So is printed what a newer schema knows; whoever produces it anew is asked what it is."""
    _, order = wire.decode_json(LINE | {"status": "unknown"})
    assert order == OrderChanged("e1", NINE, "taobao", "o1", "b1", "s1", "unknown")
    with pytest.raises(ValueError, match="status: is not said"):
        wire.encode("orders", order)


def test_an_event_that_was_taken_in_already_is_read_as_it_is() -> None:
    _, order = wire.decode_json(LINE | {"platform": "Tabao", "shop_id": " "}, is_stored=True)
    assert (order.platform, order.shop_id) == ("Tabao", " ")  # type: ignore[attr-defined]


def test_an_output_record_of_a_newer_version_is_read() -> None:
    label = {"stream": "dead-letters", "topic": "t", "partition": 0, "offset": 0, "reason": "r", "error": "e"}
    assert wire.decode_json(label | {"seen_at": NINE, "value": None, "novelty": 1})[0] == "dead-letters"


@pytest.mark.parametrize(
    "time",
    [
        NINE,
        "2026-03-02T01:00:00.000Z",
        "2026-03-02T09:00:00+08:00",
        "2026-03-02t01:00:00z",
        "2026-03-02T01:00:00.0009Z",
    ],
)
def test_times_may_be_written_either_way(time: str | int) -> None:
    assert wire.decode_json(LINE | {"occurred_at": time}) == ("orders", ORDER)


def test_times_go_out_with_z_and_without_an_empty_fraction() -> None:
    assert rfc3339(NINE) == "2026-03-02T01:00:00Z"
    assert rfc3339(NINE + 7) == "2026-03-02T01:00:00.007Z"


def test_every_field_goes_out() -> None:
    record = BuyerContacted("e1", NINE, "jd", "o1", "b1", "s1", "sms", True)
    assert wire.encode_json("contacts", record) == {
        "stream": "contacts",
        "event_id": "e1",
        "occurred_at": "2026-03-02T01:00:00Z",
        "platform": "jd",
        "order_id": "o1",
        "buyer_id": "b1",
        "shop_id": "s1",
        "channel": "sms",
        "answered": True,
    }


def test_lists_of_records_go_both_ways() -> None:
    lines = (OrderLine("k", 2, 1999, components=(Component("part", 3),)),)
    order = OrderChanged("e1", NINE, "taobao", "o1", "b1", "s1", "paid", lines)
    line = wire.encode_json("orders", order)
    parts = [{"sku_id": "part", "quantity": 3}]
    expected = {"sku_id": "k", "quantity": 2, "unit_price_minor": 1999, "item_id": None, "components": parts}
    assert line["lines"] == [expected]
    assert wire.decode_json(json.dumps(line)) == ("orders", order)


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"buyer_id": 7}, "buyer_id: Expected `str`, got `int`"),
        ({"buyer_id": None}, "buyer_id: Expected `str`, got `null`"),
        ({"buyer_id": ""}, "buyer_id: Expected `str` of length >= 1"),
        (
            {"status": "lost"},
            "status: Invalid enum value 'lost': it is one of placed, paid, partly_shipped, shipped, completed, ",
        ),
        ({"status": "Payd"}, "status: Invalid enum value 'Payd': it is one of "),
        ({"buyer_id": "  "}, "buyer_id: is blank"),
        ({"platform": "Tabao"}, "platform: 'Tabao' is none; did you mean taobao?"),
        ({"platform": "JD"}, "platform: 'JD' is none; did you mean jd?"),
        ({"shop": "s1"}, "Object contains unknown field `shop`; did you mean shop_id?"),
        ({"loyalty": "gold"}, "Object contains unknown field `loyalty`"),
        (
            {"lines": [{"sku_id": "k", "quantity": 1, "unit_price_minor": 1, "unit_price": 1}]},
            "lines[0]: Object contains unknown field `unit_price`; did you mean unit_price_minor?",
        ),
        ({"occurred_at": 1_772_409_600}, "occurred_at: 1772409600 looks like seconds: multiply by 1000"),
        ({"occurred_at": NINE * 1000}, "occurred_at: 1772413200000000 looks like microseconds: divide by 1000"),
        ({"address_valid": "yes"}, "address_valid: Expected `bool | null`, got `str`"),
        ({"lines": [{"sku_id": "k", "quantity": 1.5, "unit_price_minor": 1}]}, "lines[0].quantity: Expected `int`"),
        ({"lines": [{"sku_id": "k", "quantity": 1}]}, "lines[0]: Object missing required field `unit_price_minor`"),
        ({"occurred_at": "yesterday"}, "occurred_at: Invalid RFC3339 encoded datetime"),
        ({"occurred_at": "2026-03-02T01:00:00"}, "occurred_at: Expected `datetime` with a timezone component"),
        (
            {"occurred_at": "9999-03-02T01:00:00Z"},
            "occurred_at: 9999-03-02T01:00:00+00:00 is not between 2000 and 2099",
        ),
        (
            {"occurred_at": "1970-01-01T00:00:00Z"},
            "occurred_at: 1970-01-01T00:00:00+00:00 is not between 2000 and 2099",
        ),
        ({"occurred_at": 10**18}, "occurred_at: 1000000000000000000 is not between 2000 and 2099"),
        ({"occurred_at": 10**30}, "occurred_at: "),
        ({"occurred_at": True}, "occurred_at: Expected `int | datetime`, got `bool`"),
    ],
)
def test_a_wrong_value_is_refused_by_name(changes: dict[str, Any], error: str) -> None:
    refusal = refusal_of(**changes)
    assert (refusal.reason, refusal.error[: len(error)]) == ("invalid_value", error)


@pytest.mark.parametrize("field", ["event_id", "platform", "order_id", "buyer_id", "shop_id", "occurred_at", "status"])
def test_a_missing_field_is_refused_by_name(field: str) -> None:
    with pytest.raises(wire.Undecodable, match=f"missing required field `{field}`"):
        wire.decode_json({name: value for name, value in LINE.items() if name != field})


def test_a_stream_nobody_has_is_refused_with_the_one_that_was_meant() -> None:
    assert refusal_of(stream="order").error == "there is no stream 'order'; did you mean orders?"
    assert refusal_of(stream="xyzzy").error == "there is no stream 'xyzzy'"


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b"", "empty"),
        (b"  \n", "empty"),
        (b"{", "not_json"),
        (b"\xff\xfe", "not_json"),
        (b'"orders"', "not_json"),
        (b"[]", "not_json"),
        (b"17", "not_json"),
        (b"[" * 100_000, "not_json"),
        (b"{}", "unknown_stream"),
        (b'{"stream": 4}', "unknown_stream"),
        (b'{"stream": "order"}', "unknown_stream"),
        (b'{"stream": "orders"}', "invalid_value"),
        (json.dumps(LINE).encode() + b" {}", "not_json"),
        (b'{"stream": "orders", "buyer_note": "' + b"x" * 1024 * 1024 + b'"}', "too_large"),
    ],
)
def test_each_kind_of_bad_line_has_its_reason(line: bytes, reason: str) -> None:
    with pytest.raises(wire.Undecodable) as refusal:
        wire.decode_json(line)
    assert refusal.value.reason == reason


def test_an_object_that_json_cannot_hold_is_refused() -> None:
    assert refusal_of(buyer_id="\ud800").reason == "not_json"
    assert refusal_of(buyer_id=object()).reason == "not_json"
