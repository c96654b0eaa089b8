"""Feeds that never come: the detectors that are blind then, found by taking the feed out of their own examples."""

from typing import Any

import pytest
from msgspec.structs import replace

from cloudtag.contract.events import ParcelScanned, RefundChanged
from cloudtag.contract.streams import INPUTS
from cloudtag.contract.types import Proof
from cloudtag.detectors.registry import all_detectors
from cloudtag.doctor.blind import Loss, firing_without, without_field, without_stream
from cloudtag.doctor.checks.feeds import feeds, never_filled
from cloudtag.doctor.limits import FILLED_RECORDS
from cloudtag.doctor.reading import InputTopic
from cloudtag.doctor.sample import SampledRecord
from tests.doctor.material import NOW, order, orders, record, severities, topic


@pytest.mark.parametrize("stream", INPUTS)
def test_what_detectors_declare_to_need_they_are_blind_without(stream: str) -> None:
    declared = {name for name, detector in all_detectors().items() if stream in detector.rule.needs}
    assert declared <= set(without_stream(stream).blind)


def test_examples_tell_more_than_declarations() -> None:
    assert "wrong_return_destination" in without_stream("logistics").blind
    assert "logistics" not in all_detectors()["wrong_return_destination"].rule.needs
    assert "refund_frequency" not in without_stream("logistics").blind


def test_fields_blind_and_weaken_detectors() -> None:
    assert without_field("logistics", "destination_hash") == Loss(("wrong_return_destination",), ("shop_side",))
    # An envelope is seen as well as weighed; two weights are all that `light_return` compares.
    assert without_field("logistics", "weight_grams") == Loss(("light_return",), ("envelope_return",))
    # A parcel that is turned round is found without any facility.
    assert without_field("logistics", "facility") == Loss((), ("internal_parcel",))
    assert without_field("logistics", "order_id") == Loss((), ("outbound_waybill_as_return", "shop_side"))
    assert without_field("refunds", "evidence.phash").weaker == ("reused_evidence",)
    assert not without_field("logistics", "received_at")


def test_what_weighs_alerts_is_blind_only_without_what_it_looks_at_itself() -> None:
    # Its examples rest on alerts that need a signer; other alerts do not.
    weighing, unsigned = {"account_ring", "buyer_risk"}, without_field("logistics", "signer")
    assert "received_refund_only" in unsigned.weaker
    assert not weighing & {*unsigned.blind, *unsigned.weaker}
    assert "account_ring" in without_field("orders", "phone_hash").weaker
    assert "account_ring" in without_stream("orders").blind
    assert not weighing & {*without_stream("refunds").blind, *without_stream("refunds").weaker}


def test_who_weighs_alerts_says_truly_what_it_looks_at_itself() -> None:
    weighing = [detector for detector in all_detectors().values() if detector.rule.own_fields is not None]
    assert {detector.name for detector in weighing} == {n for n, d in all_detectors().items() if d.rule.scope == "risk"}
    for detector in weighing:
        for field in detector.rule.own_fields or ():
            stream, _, path = field.partition(".")
            left, of = firing_without(detector, stream, path)
            assert left < of, field


def test_an_empty_stream_names_what_is_blind() -> None:
    coming, empty = topic(orders(5)), topic([], "inspections")
    (found,) = feeds([coming, empty])
    assert (found.topic, found.severity) == ("x-inspections", "warn")
    assert "never had a record" in found.text
    assert "switched_goods" in str(found.figures["blind"])
    (found,) = feeds([coming, topic([], "inspections", written=9)])
    assert "deleted by age" in found.text


def test_a_stream_no_detector_rests_on_is_no_fault() -> None:
    (found,) = feeds([topic(orders(5)), topic([], "accounts")])
    assert (found.severity, found.advice) == ("ok", None)
    assert "every tag is rejected" in found.text


def test_a_stream_that_could_not_be_read_is_not_called_empty() -> None:
    assert list(feeds([topic(orders(5)), topic([], "inspections", faults=("partition 0: X",))])) == []


def test_nothing_at_all_is_one_finding() -> None:
    (found,) = feeds([topic([], "orders"), topic([], "refunds")])
    assert found.severity == "bad"
    assert "is this the installation you mean" in (found.advice or "")


def scan(number: int, **changes: Any) -> SampledRecord:
    made = ParcelScanned(f"e{number}", NOW, "jd", "sf", f"w{number}", scan="accepted")
    return record(replace(made, **changes), "logistics", offset=number)


def scans(count: int, **first: Any) -> InputTopic:
    return topic([scan(0, **first), *(scan(n) for n in range(1, count))], "logistics")


def test_a_field_nobody_fills_is_told_with_its_detectors() -> None:
    (found,) = feeds([scans(FILLED_RECORDS)])
    assert found.severity == "warn"
    assert "destination_hash; blind without it: wrong_return_destination; weaker without it: shop_side" in found.text
    assert "weight_grams; blind without it: light_return; weaker without it: envelope_return" in found.text
    assert "facility; weaker without it: internal_parcel" in found.text
    assert "received_at" not in found.text, "no detector rests on it"
    assert "scan" not in str(found.figures["fields"]).split(", ")


def test_one_record_that_fills_a_field_is_enough() -> None:
    (found,) = feeds([scans(FILLED_RECORDS, destination_hash="h")])
    assert "destination_hash" not in found.text
    assert "weight_grams" in found.text


def test_few_records_say_nothing_of_fields() -> None:
    assert never_filled(scans(FILLED_RECORDS - 1)) == []
    assert "destination_hash" in never_filled(scans(FILLED_RECORDS))


def test_a_flag_that_is_never_set_may_well_be_no() -> None:
    unfilled = never_filled(topic([record(order(n)) for n in range(FILLED_RECORDS)]))
    assert "freight_insured" not in unfilled
    assert {"lines", "device_hash"} <= set(unfilled)


def refund(number: int, phash: str | None = None) -> SampledRecord:
    proofs = (Proof(f"s{number}", "picture", phash),)
    made = RefundChanged(f"e{number}", NOW, "jd", "r", "o", f"b{number}", "s", "opened", evidence=proofs)
    return record(made, "refunds", offset=number)


def test_picture_hashes_that_never_come_are_told() -> None:
    plain = topic([refund(n) for n in range(FILLED_RECORDS)], "refunds")
    (found,) = feeds([plain])
    assert "evidence.phash; weaker without it: reused_evidence" in found.text
    hashed = topic([refund(n, "0" * 16 if n == 7 else None) for n in range(FILLED_RECORDS)], "refunds")
    assert "evidence.phash" not in never_filled(hashed)
    assert severities(list(feeds([hashed]))) == ["warn"]
