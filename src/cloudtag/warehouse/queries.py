"""Questions analysts ask, each as one SQL text. docs/queries.md is made from them, and tests run every one."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from textwrap import dedent


@dataclass(frozen=True, slots=True)
class Query:
    """A named question. `parameters` are ClickHouse query parameters with a value to start from."""

    name: str
    question: str
    sql: str
    parameters: Mapping[str, str] = field(default_factory=dict)
    note: str = ""


def _query(name: str, question: str, sql: str, note: str = "", **parameters: str) -> Query:
    return Query(name, question, dedent(sql).strip(), parameters, note)


QUERIES: tuple[Query, ...] = (
    _query(
        "standing",
        "How many alerts stand, by detector and severity?",
        """
        SELECT detector, severity, count() AS alerts, uniqExact(buyer_key) AS buyers
        FROM alerts_current
        GROUP BY detector, severity
        ORDER BY alerts DESC, detector, severity
        """,
    ),
    _query(
        "daily",
        "How did each scenario develop from day to day?",
        """
        SELECT day, scenario, sum(alerts) AS alerts, sum(withdrawn) AS withdrawn
        FROM daily_scenarios
        WHERE day >= today() - {days:UInt32}
        GROUP BY day, scenario
        ORDER BY day, scenario
        """,
        note="From the roll-up: fast over months. An alert that was revised on two days counts on both.",
        days="3650",
    ),
    _query(
        "explain",
        "What does one alert rest on?",
        """
        SELECT a.explanation, a.facts, a.status, a.revision, e.stream, e.event_id, e.occurred_at
        FROM alerts_latest AS a
        INNER JOIN evidence_current AS e ON a.alert_id = e.alert_id
        WHERE a.alert_id = {alert_id:String}
        ORDER BY e.occurred_at, e.stream, e.event_id
        """,
        alert_id="a1",
    ),
    _query(
        "history",
        "How did one alert change?",
        """
        SELECT revision, status, severity, decided_at, recorded_at, explanation
        FROM alerts
        WHERE alert_id = {alert_id:String}
        ORDER BY revision
        LIMIT 1 BY revision
        """,
        note="Older revisions are there until ClickHouse merges them away.",
        alert_id="a1",
    ),
    _query(
        "rests_on",
        "Which alerts rest on one event?",
        """
        SELECT stream, alert_id, detector, alert_status
        FROM evidence_current
        WHERE event_id = {event_id:String}
        ORDER BY alert_id
        """,
        event_id="e1-0",
    ),
    _query(
        "buyer",
        "What is known of one buyer?",
        """
        SELECT platform, alerts, scenarios, worst_severity, orders, refunds, last_scenario, last_alert_at
        FROM buyer_profiles
        WHERE buyer_key = {buyer_key:String}
        ORDER BY platform
        """,
        note="Alerts that were withdrawn count here: the profile says what was ever seen.",
        buyer_key="",
    ),
    _query(
        "several_scenarios",
        "Which buyers stand under several scenarios at once?",
        """
        SELECT buyer_key, uniqExact(scenario) AS scenarios, count() AS alerts, max(decided_at) AS last_decided_at
        FROM alerts_current
        GROUP BY buyer_key
        HAVING scenarios >= {scenarios:UInt32}
        ORDER BY scenarios DESC, alerts DESC, buyer_key
        LIMIT 100
        """,
        scenarios="2",
    ),
    _query(
        "refund_share",
        "Who sends back most of what they order?",
        """
        SELECT buyer_key, orders, refunded_orders, round(refunded_orders / orders, 3) AS share, alerts
        FROM buyer_profiles
        WHERE orders >= {orders:UInt32}
        ORDER BY share DESC, orders DESC, buyer_key
        LIMIT 100
        """,
        orders="5",
    ),
    _query(
        "refunded_money",
        "How much money went back to whom?",
        """
        SELECT buyer_key, currency, refunds, amount_minor / 100 AS amount
        FROM refund_totals
        ORDER BY amount DESC, buyer_key, currency
        LIMIT 100
        """,
        note="Each refund once, with the amount last told; refused and withdrawn refunds are left out.",
    ),
    _query(
        "shared_waybills",
        "Which return numbers were given by several buyers?",
        """
        SELECT waybill_no, uniqExact(buyer_key) AS buyers, uniqExact(refund_id) AS refunds,
            arraySort(groupUniqArray(shop_id)) AS shops
        FROM refunds_current
        WHERE waybill_no != ''
        GROUP BY waybill_no
        HAVING buyers > 1
        ORDER BY buyers DESC, refunds DESC, waybill_no
        LIMIT 100
        """,
    ),
    _query(
        "shared_devices",
        "Which devices connect buyers that have standing alerts?",
        """
        SELECT o.device_key AS device_key, uniqExact(o.buyer_key) AS buyers, uniqExact(a.alert_id) AS alerts
        FROM (SELECT DISTINCT device_key, buyer_key FROM orders WHERE device_key != '') AS o
        INNER JOIN alerts_current AS a ON o.buyer_key = a.buyer_key
        GROUP BY device_key
        HAVING buyers > 1
        ORDER BY buyers DESC, alerts DESC, device_key
        LIMIT 100
        """,
    ),
    _query(
        "verdicts",
        "How often do shops agree with each detector?",
        """
        SELECT a.detector AS detector, countIf(v.verdict = 'abnormal') AS right_ones,
            countIf(v.verdict = 'normal') AS false_ones,
            round(right_ones / nullIf(right_ones + false_ones, 0), 3) AS precision
        FROM (
            SELECT alert_id, argMax(verdict, (occurred_at, event_id)) AS verdict
            FROM verdicts
            GROUP BY alert_id
        ) AS v
        INNER JOIN alerts_latest AS a ON v.alert_id = a.alert_id
        GROUP BY detector
        ORDER BY detector
        """,
        note="The last verdict on an alert counts; `ignore` says nothing.",
    ),
    _query(
        "withdrawn",
        "Which detectors take most of their alerts back?",
        """
        SELECT detector, count() AS alerts, countIf(status = 'withdrawn') AS withdrawn,
            round(withdrawn / alerts, 3) AS share
        FROM alerts_latest
        GROUP BY detector
        ORDER BY share DESC, detector
        """,
    ),
    _query(
        "tags",
        "What becomes of the shops' tags?",
        """
        SELECT scenario, status, reason, count() AS tags, uniqExact(shop_id) AS shops
        FROM tag_statuses_current
        GROUP BY scenario, status, reason
        ORDER BY scenario, status, reason
        """,
    ),
    _query(
        "confirmed",
        "Which buyers are confirmed, on what basis?",
        """
        SELECT buyer_key, scenario, basis, length(shop_ids) AS shops, length(order_ids) AS orders, confirmed_at
        FROM confirmations_current
        ORDER BY confirmed_at DESC, buyer_key
        LIMIT 100
        """,
    ),
    _query(
        "in_force",
        "Which consequences are in force?",
        """
        SELECT kind, subject_kind, count() AS consequences, min(starts_at) AS since
        FROM consequences_current
        GROUP BY kind, subject_kind
        ORDER BY kind, subject_kind
        """,
    ),
    _query(
        "rejected",
        "What was rejected, and why?",
        """
        SELECT topic, reason, count() AS records, max(seen_at) AS last_seen_at, any(error) AS example
        FROM dead_letters_latest
        GROUP BY topic, reason
        ORDER BY records DESC, topic, reason
        """,
        note="For operators.",
    ),
    _query(
        "freshness",
        "How long after the broker took a record was it stored?",
        """
        SELECT count() AS alerts, max(recorded_at) AS newest,
            quantile(0.5)(dateDiff('second', recorded_at, stored_at)) AS median_seconds,
            quantile(0.99)(dateDiff('second', recorded_at, stored_at)) AS p99_seconds
        FROM alerts
        """,
    ),
    _query(
        "who_is",
        "Who is behind a keyed hash?",
        """
        SELECT kind, value
        FROM identities FINAL
        WHERE key = {key:String}
        ORDER BY kind
        """,
        note="For investigators only: the table has a grant of its own.",
        key="",
    ),
)

BY_NAME: Mapping[str, Query] = {query.name: query for query in QUERIES}
