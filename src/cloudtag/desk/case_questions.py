"""The SQL behind a case page. `{name:Type}` are ClickHouse query parameters."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from cloudtag.desk.asking import DeskRow
from cloudtag.desk.joined import Question, converted
from cloudtag.warehouse.fact_tables import FACT_TABLES

MOST_FACTS = 300
"""Of one stream so many events are shown, the latest first where there are more."""
BY_ORDER = ("orders", "refunds", "inspections", "reviews", "complaints", "contacts", "insurance", "chargebacks")
"""Streams whose events are about an order."""


def _columns(stream: str) -> str:
    return ", ".join(column.name for column in FACT_TABLES[stream].columns)


ALERT_SQL = """
    SELECT told, recorded_at FROM case_records
    WHERE about = {alert_id:String} AND kind = 'revisions' ORDER BY revision LIMIT 1 BY revision"""
"""Every revision of an alert, oldest first, as the row of its table in JSON."""
CHANGED_SQL = """
    SELECT alert_id, argMax(revision, revision) AS newest, argMax(status, revision) AS status,
        argMax(severity, revision) AS severity
    FROM alert_revisions WHERE alert_id IN {alert_ids:Array(String)} GROUP BY alert_id"""


FACTS_SQL = f"""
    SELECT stream, told, recorded_at FROM (
        SELECT stream, told, recorded_at, occurred_at FROM case_facts
        WHERE buyer_key IN {{buyers:Array(String)}} AND (
            (stream IN {{streams:Array(String)}}
                AND (order_id IN {{orders:Array(String)}} OR event_id IN {{events:Array(String)}}))
            OR (stream = 'verdicts' AND buyer_key = {{buyer:String}} AND alert_id = {{alert_id:String}}))
        ORDER BY occurred_at DESC, recorded_at LIMIT 1 BY stream, event_id
    ) ORDER BY stream, occurred_at DESC, recorded_at LIMIT {MOST_FACTS} BY stream"""  # noqa: S608 - names of our own, values as parameters
"""Events as the rows of their tables, in JSON."""


def facts_question(alert: DeskRow) -> Question:
    """The events about an alert's orders, those it rests on, and the verdicts about it."""
    return FACTS_SQL, {
        "buyer": alert["buyer_key"],
        "buyers": [alert["buyer_key"], *alert["linked_buyer_keys"]],
        "alert_id": alert["alert_id"],
        "streams": list(BY_ORDER),
        "orders": list(dict.fromkeys([*alert["order_ids"], *alert["orders_order_ids"]])),
        "events": [*alert["evidence_event_ids"], *alert["withdrawn_by_event_ids"]],
    }


def in_order(rows: Iterable[DeskRow]) -> list[DeskRow]:
    """Rows of facts by stream, as the streams follow each other at one moment: an order comes before its refund."""
    return sorted(rows, key=lambda row: (*BY_ORDER, "verdicts").index(row["stream"]))


def fact_row(row: DeskRow) -> DeskRow:
    """The row of the event's own table, of a row that tells it."""
    types = {column.name: column.type for column in FACT_TABLES[row["stream"]].columns}
    told = msgspec.json.decode(row["told"])
    return {name: converted(types[name], value) for name, value in told.items() if name in types} | {
        "recorded_at": row["recorded_at"]
    }


def scans_question(numbers: list[str]) -> Question:
    """The scans of parcels."""
    sql = (
        f"SELECT {_columns('logistics')}, recorded_at FROM logistics WHERE waybill_no IN {{numbers:Array(String)}} "  # noqa: S608 - names of our own, values as parameters
        f"ORDER BY occurred_at DESC, recorded_at LIMIT 1 BY event_id LIMIT {MOST_FACTS}"
    )
    return sql, {"numbers": numbers}
