"""The scans that show that a courier carried on while a number waited for one (F10)."""

from collections.abc import Collection, Iterator
from typing import Any

import pytest

from cloudtag.cli.clickhouse import connect
from cloudtag.config import Config
from cloudtag.contract.records import Alert
from cloudtag.contract.streams import STREAM_OF
from cloudtag.detection.example import day, ordered, refunded, scanned
from cloudtag.explain.from_warehouse import account_of_stored
from cloudtag.explain.gather import gather
from cloudtag.explain.sql import ALERT, CARRIER_OF_DAY, DAY, facts_by
from cloudtag.policy.load import shipped
from cloudtag.replay.driver import judge
from cloudtag.warehouse.insert import Inserter
from cloudtag.warehouse.pseudonymizer import Pseudonymizer
from tests.detectors.judged import Raw, events_of, time_of
from tests.warehouse.batches import SECRET, batch


def _history() -> list[Raw]:
    """A number that nobody scans; its courier scans others' parcels twice an hour, under two names, but for an hour."""
    hours = [hour for hour in range(80) if hour != 30]
    return [
        ordered("placed", 0),
        refunded("opened", day(5), type="return_refund", reason="no_reason"),
        refunded("waybill_filled", day(6), type="return_refund", waybill_no="RET1", carrier="YTO"),
        *(scanned("B1", "arrived", day(6, hour, 30), carrier="圆通", destination_hash="d") for hour in hours),
        *(scanned("B2", "arrived", day(6, hour, 40), carrier="圆通", destination_hash="d") for hour in hours),
        *(
            scanned("B3", "arrived", day(6, hour, 50), carrier="YTO Express Co., Ltd.", destination_hash="d")
            for hour in hours[:2]
        ),
        scanned("B4", "label_created", day(6, 30, 10), carrier="YTO"),
        scanned("B5", "arrived", day(6, 30, 20), carrier="YTO", time_is_local=True),
        scanned("B6", "arrived", day(6, 30, 20), carrier="ZTO"),
        scanned("B7", "arrived", day(60), carrier="YTO"),
    ]


@pytest.fixture
def client(warehouse_url: str, database: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """A client of an empty warehouse."""
    monkeypatch.setenv("CLICKHOUSE", f"{warehouse_url}/{database}")
    with connect(Config.read()) as client:
        client.database = database
        yield client


def test_an_alert_of_silence_is_computed_anew_from_a_warehouse(client: Any) -> None:
    events, into = events_of(_history()), Inserter(client, client.database, Pseudonymizer(SECRET))
    told = [r for _, r in judge(list(events), time_of(day(12))) if isinstance(r, Alert)]
    alerts = [alert for alert in told if alert.detector == "no_circulation"]
    for n, stream in enumerate(("orders", "refunds", "logistics")):
        into.insert(batch(stream, [event for event in events if STREAM_OF[type(event)] == stream], n * 1000))
    into.insert(batch("alerts", alerts, 9000))
    stored = list(client.query(ALERT, {"alert_id": alerts[-1].alert_id}).named_results())
    asked: dict[str, list[dict[str, Any]]] = {}

    def ask(stream: str, column: str, values: Collection[str]) -> list[dict[str, Any]]:
        rows = client.query(facts_by(stream, column), {"values": list(values)})
        asked[column] = list(rows.named_results())
        return asked[column]

    facts = gather(ask, [stored[-1]["buyer_key"]], stored[-1]["waybill_nos"])
    named = client.query("SELECT kind, key, value FROM identities FINAL").named_results()
    names = {(row["kind"], row["key"]): row["value"] for row in named}
    account = account_of_stored(stored, facts, names, shipped(), time_of(day(12)))
    assert account[-1].startswith("Computed anew: the same as stored"), account
    assert alerts[-1].decided_at == time_of(day(9, 1)), "the silent hour is made up for"
    assert {row["carrier"] for row in asked[DAY]} == {"YTO Express Co., Ltd.", "ZTO", "圆通"}
    assert len(asked[DAY]) == 3
    hours = {(row["carrier"], f"{row['occurred_at']:%d %H}") for row in asked[CARRIER_OF_DAY]}
    assert len(hours) == len(asked[CARRIER_OF_DAY]) == 79 + 2, "one scan of each hour"
    assert all(row["destination_key"] for row in asked[CARRIER_OF_DAY])
    assert not any(row["destination_key"] for stream, row in facts if stream == "logistics")
