"""Rows of the warehouse become the events they were, whatever the stream."""

from collections.abc import Collection
from datetime import UTC, datetime
from typing import Any

import pytest
from msgspec import Struct

from cloudtag.contract.events import OrderChanged, RefundChanged
from cloudtag.explain.gather import BUYER_STREAMS, gather
from cloudtag.explain.sql import facts_by
from cloudtag.explain.stored import NOTE, alert_of, event_of, keys_in
from cloudtag.warehouse.blocks import TABLES
from cloudtag.warehouse.columns import RecordRows
from cloudtag.warehouse.pseudonymizer import Pseudonymizer
from tests.warehouse.batches import SECRET
from tests.warehouse.samples import one_of_each

READ = (*BUYER_STREAMS, "logistics", "shops")


def row_of(stream: str, record: Struct, pseudonymizer: Pseudonymizer) -> dict[str, Any]:
    """The row the sink stores, as a client gives it back."""
    row = {column.name: column.of(RecordRows([record]), pseudonymizer)[0] for column in TABLES[stream].columns}
    times = ("occurred_at", "deadline_at", "received_at", "first_event_at", "decided_at")
    for name in times:
        if row.get(name) is not None:
            row[name] = datetime.fromtimestamp(row[name] / 1000, UTC).replace(tzinfo=None)
    return row


@pytest.mark.parametrize("stream", READ)
def test_an_event_comes_back_as_it_went_in(stream: str) -> None:
    pseudonymizer, event = Pseudonymizer(SECRET), one_of_each()[stream]
    row = row_of(stream, event, pseudonymizer)
    again = event_of(stream, row, dict(pseudonymizer.fresh))
    if isinstance(event, OrderChanged):
        assert isinstance(again, OrderChanged)
        assert again.buyer_note == NOTE
        again, event = (
            OrderChanged(**{f: getattr(e, f) for f in e.__struct_fields__ if f != "buyer_note"}) for e in (again, event)
        )
    assert again == event
    assert keys_in([row]) == pseudonymizer.fresh.keys()


def test_without_names_keys_stand_for_them() -> None:
    pseudonymizer, event = Pseudonymizer(SECRET), one_of_each()["refunds"]
    assert isinstance(event, RefundChanged)
    again = event_of("refunds", row_of("refunds", event, pseudonymizer), {})
    assert isinstance(again, RefundChanged)
    assert again.buyer_id == pseudonymizer.buyer(event.platform, event.buyer_id)


def test_an_alert_comes_back_as_it_went_in() -> None:
    pseudonymizer, alert = Pseudonymizer(SECRET), one_of_each()["alerts"]
    row = row_of("alerts", alert, pseudonymizer)
    row["evidence_times"] = [datetime.fromtimestamp(at / 1000, UTC) for at in row["evidence_times"]]
    assert alert_of(row, dict(pseudonymizer.fresh)) == alert


def test_every_stream_that_is_read_has_its_question() -> None:
    for stream in READ:
        sql = facts_by(
            stream, "shop_id" if stream == "shops" else "waybill_no" if stream == "logistics" else "buyer_key"
        )
        assert TABLES[stream].name in sql
    assert "hasAny(device_keys" in facts_by("shops", "device_keys")


def test_what_is_gathered_reaches_those_who_share_something() -> None:
    tables: dict[str, list[dict[str, Any]]] = {
        "orders": [
            {"event_id": "1", "buyer_key": "a", "phone_key": "p", "device_key": "d", "shop_id": "s1"},
            {"event_id": "2", "buyer_key": "b", "phone_key": "p", "device_key": "", "shop_id": "s2"},
            {"event_id": "3", "buyer_key": "c", "phone_key": "q", "device_key": "", "shop_id": "s2"},
        ],
        "refunds": [
            {"event_id": "4", "buyer_key": "a", "waybill_no": "w1", "evidence_sha256s": ["x"]},
            {"event_id": "5", "buyer_key": "e", "waybill_no": "w1", "evidence_sha256s": []},
            {"event_id": "6", "buyer_key": "f", "waybill_no": "w2", "evidence_sha256s": ["x"]},
            {"event_id": "7", "buyer_key": "g", "waybill_no": "w3", "evidence_sha256s": ["y"]},
        ],
        "logistics": [{"event_id": "8", "waybill_no": "w2"}, {"event_id": "9", "waybill_no": "w3"}],
        "shops": [{"event_id": "10", "shop_id": "s1"}, {"event_id": "11", "shop_id": "s9", "device_keys": ["d"]}],
    }  # fmt: skip

    def ask(stream: str, column: str, values: Collection[str]) -> list[dict[str, Any]]:
        def holds(row: dict[str, Any]) -> bool:
            held = row.get(column, "")
            return bool(set(held) & set(values)) if isinstance(held, list) else held in values

        return [row for row in tables.get(stream, []) if holds(row)]

    found = gather(ask, ["a"], ["w1"])
    assert {row["event_id"] for _, row in found} == {"1", "2", "4", "5", "6", "8", "10", "11"}
