"""The SQL behind what a case page shows beside the case: what stands about the buyer, and what followed.

Each record stands in its newest revision, and of that its shop must be in sight: an older one says nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from cloudtag.contract.scope import NETWORKS
from cloudtag.desk.asking import DeskRow
from cloudtag.desk.joined import Question, converted
from cloudtag.desk.sight import CONSEQUENCE, NETWORK, RECORD, in_sight
from cloudtag.serving.viewers import Viewer
from cloudtag.warehouse.record_tables import RECORD_TABLES

MOST_BESIDE = 50
STREAMS = {
    "others": "alerts",
    "tags": "tag-statuses",
    "confirmations": "tag-confirmations",
    "reports": "report-statuses",
    "consequences": "consequences",
}
"""What stands about a buyer, and the stream that says it."""
_TYPES = {stream: {column.name: column.type for column in table.columns} for stream, table in RECORD_TABLES.items()}


def record_row(stream: str, told: str) -> dict[str, Any]:
    """What a record's own table has in its columns, of JSON that tells it."""
    types = _TYPES[stream]
    return {name: converted(types[name], value) for name, value in msgspec.json.decode(told).items()}


_SHOPS = f"""
    SELECT platform, shop_id, uniqExactIf(order_id, stream = 'orders') AS orders,
        uniqExactIf(refund_id, stream = 'refunds') AS refunds, minIf(occurred_at, stream = 'orders') AS since
    FROM case_facts WHERE buyer_key = {{buyer:String}} AND stream IN ('orders', 'refunds')
        AND {NETWORK} = {{network:String}} AND {{sight}}
    GROUP BY platform, shop_id HAVING orders > 0
    ORDER BY orders DESC, shop_id LIMIT {MOST_BESIDE}"""  # noqa: S608 - names of our own, values as parameters
_RECORDS = f"""
    SELECT kind, revision, told FROM (
        SELECT kind, id, platform, shop_ids, moment, revision, told FROM case_records
        WHERE about = {{buyer:String}} AND kind != 'revisions'
        ORDER BY revision DESC LIMIT 1 BY kind, id, scope
    ) WHERE {NETWORK} = {{network:String}} AND {{sight}} AND (kind != 'others' OR id != {{alert_id:String}})
    ORDER BY kind, moment DESC, id LIMIT {MOST_BESIDE} BY kind"""  # noqa: S608 - the same
_CONSEQUENCES = f"""
    SELECT 'consequences' AS kind, revision, told FROM (
        SELECT consequence_id, platform, subject_kind, subject_id, shop_id, because, starts_at, revision, told
        FROM case_consequences
        WHERE consequence_id IN (SELECT consequence_id FROM consequence_reasons WHERE about IN {{abouts:Array(String)}})
        ORDER BY revision DESC LIMIT 1 BY consequence_id
    ) WHERE {NETWORK} = {{network:String}} AND {{sight}} AND (
        has(because, {{alert_id:String}}) OR (subject_kind = 'buyer' AND subject_id = {{buyer:String}})
        OR (subject_kind = 'order' AND subject_id IN {{orders:Array(String)}}
            AND (shop_id = {{home:String}} OR {{home:String}} = '')))
    ORDER BY starts_at DESC, consequence_id LIMIT {MOST_BESIDE}"""  # noqa: S608 - the same


def beside_questions(viewer: Viewer, alert: DeskRow) -> tuple[Question, Question, Question]:
    """The buyer's shops, the records about the buyer, and the consequences about the case, as far as a viewer may see
    them. The last two are told in JSON: see `beside_rows`."""
    orders = list(dict.fromkeys([*alert["order_ids"], *alert["orders_order_ids"]]))
    about = {
        "buyer": alert["buyer_key"],
        "network": NETWORKS[alert["platform"]],
        "alert_id": alert["alert_id"],
        "orders": orders,
        "abouts": [alert["alert_id"], alert["buyer_key"], *orders],
        "home": alert["shop_id"],
    }

    def seen(sql: str, *how: str) -> Question:
        sight, who = in_sight(viewer, *how)
        return sql.replace("{sight}", sight), {
            name: value for name, value in about.items() if f"{{{name}:" in sql
        } | who

    return seen(_SHOPS), seen(_RECORDS, RECORD), seen(_CONSEQUENCES, CONSEQUENCE)


def beside_rows(shops: list[DeskRow], told: Iterable[DeskRow]) -> Mapping[str, list[DeskRow]]:
    """Rows by what they are, of the answers to `beside_questions`."""
    found: dict[str, list[DeskRow]] = {name: [] for name in STREAMS} | {"shops": shops}
    for row in told:
        told_row = record_row(STREAMS[row["kind"]], row["told"])
        found[row["kind"]].append(told_row | {"revision": row["revision"]})
    return found
