"""The SQL behind a case page. `{name:Type}` are ClickHouse query parameters."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from cloudtag.contract.scope import NETWORKS
from cloudtag.desk.asking import DeskRow
from cloudtag.desk.joined import Question, converted
from cloudtag.desk.sight import ALERT, CONFIRMATION, CONSEQUENCE, NETWORK, in_sight
from cloudtag.serving.viewers import Viewer
from cloudtag.warehouse.fact_tables import FACT_TABLES
from cloudtag.warehouse.record_tables import RECORD_TABLES

MOST_FACTS = 300
"""Of one stream so many events are shown, the latest first where there are more."""
MOST_BESIDE = 50
CLAIM_HOURS = 1
"""After so long a claim is over by itself."""
BY_ORDER = ("orders", "refunds", "inspections", "reviews", "complaints", "contacts", "insurance", "chargebacks")
"""Streams whose events are about an order."""


def _columns(stream: str) -> str:
    tables = FACT_TABLES if stream in FACT_TABLES else RECORD_TABLES
    return ", ".join(column.name for column in tables[stream].columns)


ALERT_SQL = (
    f"SELECT {_columns('alerts')}, recorded_at FROM alert_revisions "  # noqa: S608 - names of our own, values as parameters
    "WHERE alert_id = {alert_id:String} ORDER BY revision LIMIT 1 BY revision"
)
CLAIMED_SQL = f"""
    SELECT alert_id, actor, since FROM (
        SELECT alert_id, argMax(c.actor, (c.occurred_at, c.event_id)) AS actor, max(c.occurred_at) AS since,
            argMax(c.act, (c.occurred_at, c.event_id)) AS last_act
        FROM case_acts AS c
        WHERE alert_id IN {{alert_ids:Array(String)}} AND c.act IN ('claim', 'release') GROUP BY alert_id
    ) WHERE last_act = 'claim' AND since > {{now:DateTime64(3)}} - INTERVAL {CLAIM_HOURS} HOUR"""  # noqa: S608 - the same
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


def beside_questions(viewer: Viewer, alert: DeskRow) -> tuple[list[str], list[Question]]:
    """What stands about an alert's buyer, by what it is, as far as a viewer may see it."""
    sql = {
        "others": (_OTHERS, ALERT),
        "shops": (_SHOPS, None),
        "tags": (_TAGS, None),
        "confirmations": (_CONFIRMATIONS, CONFIRMATION),
        "reports": (_REPORTS, None),
        "consequences": (_CONSEQUENCES, CONSEQUENCE),
    }
    about = {
        "buyer": alert["buyer_key"],
        "network": NETWORKS[alert["platform"]],
        "alert_id": alert["alert_id"],
        "orders": list(dict.fromkeys([*alert["order_ids"], *alert["orders_order_ids"]])),
        "home": alert["shop_id"],
    }
    questions = list[Question]()
    for text, how in sql.values():
        sight, who = in_sight(viewer, how) if how else in_sight(viewer)
        questions.append((text.replace("{sight}", sight), {**about, **who}))
    return list(sql), questions


_OF_BUYER = f"buyer_key = {{buyer:String}} AND {NETWORK} = {{network:String}} AND {{sight}}"
_OTHERS = f"""
    SELECT alert_id, detector, scenario, severity, status, decided_at, shop_id, amount_at_stake_minor, currency
    FROM alerts_latest WHERE {_OF_BUYER} AND alert_id != {{alert_id:String}}
    ORDER BY decided_at DESC, alert_id LIMIT {MOST_BESIDE}"""  # noqa: S608 - names of our own, values as parameters
_SHOPS = f"""
    SELECT platform, shop_id, uniqExactIf(order_id, stream = 'orders') AS orders,
        uniqExactIf(refund_id, stream = 'refunds') AS refunds, minIf(occurred_at, stream = 'orders') AS since
    FROM case_facts WHERE {_OF_BUYER} AND stream IN ('orders', 'refunds')
    GROUP BY platform, shop_id HAVING orders > 0
    ORDER BY orders DESC, shop_id LIMIT {MOST_BESIDE}"""  # noqa: S608 - the same
_TAGS = f"""
    SELECT tag_id, status, reason, shown_as, scenario, shop_id, order_id, distinct_shops, threshold, decided_at, due_at
    FROM tag_statuses_current WHERE {_OF_BUYER} ORDER BY decided_at DESC, tag_id LIMIT {MOST_BESIDE}"""  # noqa: S608 - the same
_CONFIRMATIONS = f"""
    SELECT confirmation_id, status, scenario, basis, shop_ids, confirmed_at
    FROM confirmations_latest WHERE {_OF_BUYER} ORDER BY confirmed_at DESC, confirmation_id LIMIT {MOST_BESIDE}"""  # noqa: S608 - the same
_REPORTS = f"""
    SELECT report_id, status, reason, scenario, channel, shop_id, order_id, put_at, due_at, cleaned_by,
        vouchers_complete, chat_authorised
    FROM report_statuses_current WHERE {_OF_BUYER} ORDER BY put_at DESC, report_id LIMIT {MOST_BESIDE}"""  # noqa: S608 - the same
_CONSEQUENCES = f"""
    SELECT consequence_id, kind, status, subject_kind, subject_id, shop_id, because, details, starts_at, ends_at
    FROM consequences_latest
    WHERE {NETWORK} = {{network:String}} AND {{sight}} AND (
        has(because, {{alert_id:String}}) OR (subject_kind = 'buyer' AND subject_id = {{buyer:String}})
        OR (subject_kind = 'order' AND subject_id IN {{orders:Array(String)}}
            AND (shop_id = {{home:String}} OR {{home:String}} = '')))
    ORDER BY starts_at DESC, consequence_id LIMIT {MOST_BESIDE}"""  # noqa: S608 - the same
