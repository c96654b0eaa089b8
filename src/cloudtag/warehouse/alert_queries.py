"""Questions about alerts and the buyers behind them."""

from cloudtag.warehouse.query import Query, query

ALERTS: tuple[Query, ...] = (
    query(
        "standing",
        "How many alerts stand, by detector and severity?",
        """
        SELECT detector, severity, count() AS alerts, uniqExact(buyer_key) AS buyers
        FROM alerts_current
        GROUP BY detector, severity
        ORDER BY alerts DESC, detector, severity
        """,
    ),
    query(
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
    query(
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
    query(
        "history",
        "How did one alert change?",
        """
        SELECT revision, status, severity, decided_at, recorded_at, explanation
        FROM alerts_history
        WHERE alert_id = {alert_id:String}
        ORDER BY revision
        """,
        alert_id="a1",
    ),
    query(
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
    query(
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
    query(
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
    query(
        "verdicts",
        "How often do shops agree with each detector?",
        """
        SELECT a.detector AS detector, countIf(v.verdict = 'abnormal') AS right_ones,
            countIf(v.verdict = 'normal') AS false_ones,
            round(right_ones / nullIf(right_ones + false_ones, 0), 3) AS precision
        FROM (
            SELECT alert_id, argMax(verdict, (occurred_at, event_id)) AS verdict
            FROM verdicts_once
            GROUP BY alert_id
        ) AS v
        INNER JOIN alerts_latest AS a ON v.alert_id = a.alert_id
        GROUP BY detector
        ORDER BY detector
        """,
        note="The last verdict on an alert counts; `ignore` says nothing.",
    ),
)

BUYERS: tuple[Query, ...] = (
    query(
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
    query(
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
    query(
        "refunded_money",
        "How much money went back to whom?",
        """
        SELECT buyer_key, currency, refunds, amount_minor / 100 AS amount
        FROM refund_totals
        ORDER BY amount DESC, buyer_key, currency
        LIMIT 100
        """,
        note="Each refund once, with the amount last named; refused and withdrawn refunds are left out.",
    ),
    query(
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
    query(
        "shared_devices",
        "Which devices connect buyers that have standing alerts?",
        """
        SELECT o.device_key AS device_key, uniqExact(o.buyer_key) AS buyers, uniqExact(a.alert_id) AS alerts
        FROM (SELECT DISTINCT device_key, buyer_key FROM orders_once WHERE device_key != '') AS o
        INNER JOIN alerts_current AS a ON o.buyer_key = a.buyer_key
        GROUP BY device_key
        HAVING buyers > 1
        ORDER BY buyers DESC, alerts DESC, device_key
        LIMIT 100
        """,
    ),
)
