"""What records say: how they are framed, which platform they name, whether their ids are their own."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from cloudtag.contract.events import RefundChanged, ShopDescribed
from cloudtag.contract.types import OrderStatus
from cloudtag.doctor.checks.event_id import event_id
from cloudtag.doctor.checks.framing import framing
from cloudtag.doctor.checks.platform import distance, meant_by, platform
from cloudtag.doctor.diagnosis import shown
from cloudtag.doctor.limits import EDITS, REPEATS
from cloudtag.doctor.look import Look
from cloudtag.doctor.reading import InputTopic, framing_of, read
from cloudtag.doctor.sample import SampledRecord
from cloudtag.wire import Codec, schemas
from cloudtag.wire.registry import RegistryRefused, RegistryUnavailable
from tests.doctor.material import LOOK, NOW, PLATFORMS, order, orders, record, severities, topic

WRITE = Codec().write
"""Like a producer that checks nothing: what it has wrong is what the doctor is to find."""

GOOD = WRITE("orders", order())


class Registry:
    """A schema registry that knows the schema of orders under one id."""

    def schema_of(self, schema_id: int) -> dict[str, Any] | None:
        if schema_id == 9:
            raise RegistryUnavailable("http://user:secret@registry: down")
        if schema_id == 10:
            raise RegistryRefused("http://user:secret@registry: 401")
        return schemas.current("orders").raw if schema_id == 7 else None

    def id_of(self, stream: str) -> int:
        return 7


def raw(*values: bytes | None, stream: str = "orders") -> InputTopic:
    return topic([SampledRecord(0, n, b"b0", value, NOW) for n, value in enumerate(values)], stream)


def frame(schema_id: int) -> bytes:
    return b"\0" + schema_id.to_bytes(4, "big") + GOOD[10:]


@pytest.mark.parametrize(
    ("value", "reason", "told", "advice"),
    [
        (b"\xc3\x01" + b"\x07" * 8 + GOOD[10:], "unknown_schema", "single-object", "schemas/orders.avsc"),
        (frame(7), "unknown_schema", "registry frame", "CLOUDTAG_SCHEMA_REGISTRY_URL"),
        (json.dumps({"event_id": "e"}).encode(), "not_avro", "JSON", "cloudtag produce"),
        (b"hello", "not_avro", "neither Avro nor JSON", "single-object"),
        (None, "empty", "no value", "single-object"),
        (GOOD[:-7], "truncated", "single-object", "cuts records"),
        (GOOD + b"x", "trailing_bytes", "single-object", "header and the Avro body alone"),
        (WRITE("shops", ShopDescribed("e", NOW, "jd", "s")), "wrong_stream", "single-object", "wrong topic"),
    ],
)
def test_each_way_of_not_being_readable_is_told_with_what_to_do(
    value: bytes | None, reason: str, told: str, advice: str
) -> None:
    (found,) = framing(raw(value), LOOK)
    assert (found.severity, found.figures["reason"], found.figures["framing"]) == ("bad", reason, told)
    assert advice in (found.advice or "")


def test_what_can_be_read_is_counted_by_its_schema() -> None:
    (found,) = framing(raw(GOOD, GOOD), LOOK)
    assert (found.severity, found.figures) == ("ok", {"single-object, current schema": 2})
    look = replace_decoder(Codec(Registry()))
    readings = topic([], "orders")
    records = [SampledRecord(0, n, b"b0", value, NOW) for n, value in enumerate((GOOD, frame(7)))]
    mixed = type(readings)(readings.stream, readings.sample, [read("orders", each, look.decoder) for each in records])
    (found,) = framing(mixed, look)
    assert found.figures == {"single-object, current schema": 1, "registry frame, schema id 7": 1}


def replace_decoder(decoder: Codec) -> Look:
    from dataclasses import replace as changed

    return changed(LOOK, decoder=decoder, has_registry=True)


def test_an_id_of_another_registry_is_not_taken_for_a_missing_one() -> None:
    look = replace_decoder(Codec(Registry()))
    made = raw()
    reading = read("orders", SampledRecord(0, 0, b"b0", frame(8), NOW), look.decoder)
    (found,) = framing(type(made)(made.stream, made.sample, [reading]), look)
    assert "another schema registry" in (found.advice or "")


@pytest.mark.parametrize("schema_id", [9, 10])
def test_a_registry_that_is_away_is_the_finding_and_its_password_stays_hidden(schema_id: int) -> None:
    look = replace_decoder(Codec(Registry()))
    made = raw()
    readings = [read("orders", SampledRecord(0, 0, b"b0", frame(schema_id), NOW), look.decoder)]
    readings += [read("orders", each, look.decoder) for each in orders(500)]
    found = list(framing(type(made)(made.stream, made.sample, readings), look))
    assert severities(found) == ["ok", "bad"], "however few: workers wait for the registry"
    assert "secret" not in str(found)


def test_a_tombstone_of_a_stream_that_is_kept_says_nothing() -> None:
    shop = record(ShopDescribed("e", NOW, "jd", "s"), "shops")
    made = topic([shop, SampledRecord(0, 1, b"s", None, NOW)], "shops")
    assert severities(list(framing(made, LOOK))) == ["ok"]


def test_one_bad_record_among_many_is_told_and_not_called_bad() -> None:
    assert severities(list(framing(raw(*[GOOD] * 200, b"hello"), LOOK))) == ["ok", "warn"]
    assert severities(list(framing(raw(*[GOOD] * 99, b"hello"), LOOK))) == ["ok", "bad"]


@given(st.binary(max_size=40))
def test_any_bytes_are_read_and_told(value: bytes) -> None:
    (found,) = framing(raw(value), LOOK)
    assert found.severity in ("ok", "bad")
    assert framing_of(value) in ("single-object", "registry frame", "JSON", "no value", "neither Avro nor JSON")


def test_known_platforms_are_no_fault() -> None:
    assert severities(list(platform(topic(orders(5)), LOOK))) == ["ok"]


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("Tabao", "taobao"),
        ("TAOBAO", "taobao"),
        ("taobao ", "taobao"),
        ("t-mall", "tmall"),
        ("JD", "jd"),
        ("ali_express", "aliexpress"),
        ("aliexpres", "aliexpress"),
        ("bd", None),
        ("jdd", None),
        ("pinduoduo", None),
        ("default", None),
        ("tao", None),
        ("taobaoooo", None),
    ],
)
def test_a_slip_is_told_from_another_name(name: str, meant: str | None) -> None:
    assert meant_by(name, PLATFORMS) == meant


def test_a_slip_is_bad_and_a_new_platform_a_question() -> None:
    slips = topic([record(order(n, platform="Tabao")) for n in range(3)])
    (found,) = platform(slips, LOOK)
    assert (found.severity, found.figures["meant"]) == ("bad", "taobao")
    assert "judged by `default`" in found.text
    (found,) = platform(topic([record(order(platform="pinduoduo"))]), LOOK)
    assert (found.severity, found.figures["meant"]) == ("warn", "")


@given(st.text("abt", max_size=6), st.text("abt", max_size=6))
def test_the_distance_of_two_names_is_that_of_the_edits(one: str, other: str) -> None:
    def slow(a: str, b: str) -> int:
        if not a or not b:
            return len(a) + len(b)
        return min(slow(a[1:], b) + 1, slow(a, b[1:]) + 1, slow(a[1:], b[1:]) + (a[0] != b[0]))

    assert distance(one, other, EDITS) == min(slow(one, other), EDITS + 1)


def test_an_id_of_its_own_is_no_fault() -> None:
    assert severities(list(event_id(topic(orders(20)), LOOK))) == ["ok"]


def test_one_id_of_two_events_is_bad_and_says_where() -> None:
    made = topic([record(order(1)), record(order(1, status="paid", order_id="o2"), offset=1), *orders(20)[2:]])
    (found,) = event_id(topic([record(order(1)), record(order(1, order_id="o2"), offset=1)]), LOOK)
    assert (found.severity, found.figures) == ("bad", {"ids": 1, "records": 2, "sampled": 2})
    assert "offset 0 and partition" in found.text
    assert severities(list(event_id(made, LOOK))) == ["bad"]


def test_ids_that_are_another_field_are_told() -> None:
    def placed(n: int, status: OrderStatus) -> SampledRecord:
        return record(order(n, event_id=f"o{n}", status=status))

    (found,) = event_id(topic([placed(n, status) for n in range(5) for status in ("placed", "paid")]), LOOK)
    assert "(event_id is order_id)" in found.text
    (found,) = event_id(topic([record(order(n, event_id="e")) for n in range(5)]), LOOK)
    assert "event_id is" not in found.text


def test_repeats_are_told_from_conflicts_and_only_many_are_a_question() -> None:
    few = topic(orders(100) + orders(5))
    (found,) = event_id(few, LOOK)
    assert (found.severity, found.figures["records"]) == ("ok", 5)
    total = 100
    many = int(REPEATS * total)
    (found,) = event_id(topic(orders(total - many) + orders(many)), LOOK)
    assert (found.severity, found.figures["records"]) == ("warn", many)
    (found,) = event_id(topic(orders(total - many + 1) + orders(many - 1)), LOOK)
    assert found.severity == "ok"


def test_an_id_of_two_streams_is_no_conflict() -> None:
    refund = RefundChanged("e0", NOW, "jd", "r", "o", "b", "s")
    assert severities(list(event_id(topic([record(refund, "refunds")], "refunds"), LOOK))) == ["ok"]
    assert severities(list(event_id(topic([record(replace(order(), event_id="e0"))]), LOOK))) == ["ok"]


def test_texts_from_outside_cannot_speak_to_the_terminal() -> None:
    assert shown("a\x1b[31mb\nc") == "a\ufffd[31mb c"
    assert len(shown("x" * 500)) == 80
