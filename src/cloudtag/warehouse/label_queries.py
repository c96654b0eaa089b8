"""Questions about labels: how right the detectors are."""

from cloudtag.warehouse.query import Query, query

LABELS: tuple[Query, ...] = (
    query(
        "precision",
        "How precise is each detector under each policy version?",
        """
        SELECT detector, policy_version, countIf(label = 'true_positive') AS right_ones,
            countIf(label = 'false_positive') AS false_ones,
            round(right_ones / (right_ones + false_ones), 3) AS precision
        FROM labels_current
        WHERE label IN ('true_positive', 'false_positive')
        GROUP BY detector, policy_version
        ORDER BY detector, policy_version
        """,
        note="Of the alerts that were answered; the others say nothing.",
    ),
    query(
        "precision_fell",
        "Which detectors became less precise?",
        """
        WITH (SELECT max(labelled_at) FROM labels_current) AS newest
        SELECT detector, countIf(is_recent) AS labels, countIf(NOT is_recent) AS labels_before,
            round(countIf(is_recent AND is_right) / labels, 3) AS precision,
            round(countIf(NOT is_recent AND is_right) / labels_before, 3) AS precision_before
        FROM (
            SELECT detector, label = 'true_positive' AS is_right,
                labelled_at > newest - INTERVAL {days:UInt32} DAY AS is_recent
            FROM labels_current
            WHERE label IN ('true_positive', 'false_positive')
                AND labelled_at > newest - INTERVAL 2 * {days:UInt32} DAY
        )
        GROUP BY detector
        HAVING labels >= {labels:UInt32} AND labels_before >= {labels:UInt32} AND precision < precision_before
        ORDER BY precision - precision_before, detector
        """,
        note="The days before the newest label against as many before them; fewer labels than that say nothing.",
        days="30",
        labels="20",
    ),
    query(
        "disagreement",
        "Where do labels and confirmations contradict each other?",
        """
        SELECT l.detector AS detector, l.label AS label, c.status AS confirmation, c.basis AS basis,
            uniqExact(l.label_id) AS labels, uniqExact(l.buyer_key) AS buyers
        FROM labels_current AS l
        INNER JOIN confirmations_latest AS c ON l.buyer_key = c.buyer_key AND l.scenario = c.scenario
        WHERE (l.label = 'false_positive' AND c.status = 'confirmed')
            OR (l.label = 'true_positive' AND c.status = 'reversed')
        GROUP BY detector, label, confirmation, basis
        ORDER BY labels DESC, detector, label, confirmation, basis
        """,
        note="One buyer and scenario: a shop calls the alert wrong though others confirmed, or right though it fell.",
    ),
    query(
        "awaiting",
        "How many alerts wait for a verdict, on which route and how long?",
        """
        SELECT if(a.route = '', 'none', a.route) AS route, countIf(hours < 24) AS under_a_day,
            countIf(hours >= 24 AND hours < 168) AS under_a_week, countIf(hours >= 168) AS longer,
            max(hours) AS longest_hours
        FROM (
            SELECT alert_id, route, dateDiff('hour', decided_at, (SELECT at FROM newest_event)) AS hours
            FROM alerts_current
        ) AS a
        LEFT ANTI JOIN (SELECT alert_id FROM verdicts_once WHERE verdict != 'unknown') AS v ON a.alert_id = v.alert_id
        GROUP BY route
        ORDER BY route
        """,
        note="As of the newest event, not of the clock on the wall. An alert that was `ignore`d waits no more.",
    ),
    query(
        "changed_labels",
        "Which shops change their verdicts most often?",
        """
        SELECT answered_by_shop_id AS shop_id, count() AS labels, countIf(kinds > 1) AS changed,
            countIf(is_withdrawn) AS withdrawn
        FROM (
            SELECT label_id, argMax(answered_by_shop_id, revision) AS answered_by_shop_id,
                uniqExact(label) AS kinds, argMax(status, revision) = 'withdrawn' AS is_withdrawn
            FROM labels_history
            GROUP BY label_id
        )
        GROUP BY shop_id
        HAVING changed + withdrawn > 0
        ORDER BY changed DESC, withdrawn DESC, shop_id
        LIMIT 100
        """,
        note="From the history: the newest revision alone does not say.",
    ),
)
