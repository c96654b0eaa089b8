"""Questions about decisions: what was answered, what held, and what became of it."""

from cloudtag.warehouse.query import Query, query

DECISIONS: tuple[Query, ...] = (
    query(
        "decisions_given",
        "What was answered, and how much of it was followed and right?",
        """
        SELECT about, answer, given_by, count() AS decisions, countIf(is_judged) AS judged,
            countIf(answer_now NOT IN ('', answer)) AS changed, countIf(followed = 'followed') AS followed_ones,
            countIf(followed = 'not_followed') AS not_followed, countIf(right = 'right') AS right_ones,
            countIf(right = 'wrong') AS wrong_ones
        FROM decisions_latest
        WHERE asked_at > (SELECT max(asked_at) FROM decisions) - INTERVAL {days:UInt32} DAY
        GROUP BY about, answer, given_by
        ORDER BY decisions DESC, about, answer, given_by
        """,
        note="Of the days before the newest; of many nobody tells what became of them.",
        days="30",
    ),
    query(
        "decisions_not_followed",
        "Which shops do otherwise than they are answered, and were they right?",
        """
        SELECT platform, shop_id, answer, count() AS not_followed, countIf(right = 'right') AS right_ones,
            countIf(right = 'wrong') AS wrong_ones
        FROM decisions_latest
        WHERE followed = 'not_followed'
        GROUP BY platform, shop_id, answer
        ORDER BY not_followed DESC, platform, shop_id, answer
        """,
        note="Right and wrong are of the answer, not of the shop.",
    ),
    query(
        "decisions_on_false_alerts",
        "Which detectors' alerts led to answers, and were false?",
        """
        SELECT l.detector AS detector, d.answer AS answer, uniqExact(d.decision_id) AS decisions,
            uniqExact(d.buyer_key) AS buyers
        FROM (
            SELECT decision_id, answer, buyer_key, arrayJoin(arrayZip(because_streams, because_ids)) AS ground
            FROM decisions_latest
        ) AS d
        INNER JOIN labels_current AS l ON l.alert_id = d.ground.2
        WHERE d.ground.1 = 'alerts' AND l.label = 'false_positive'
        GROUP BY detector, answer
        ORDER BY decisions DESC, detector, answer
        """,
        note="Somebody was held up by them for nothing.",
    ),
    query(
        "decisions_changed",
        "How soon do answers no longer hold?",
        """
        SELECT d.answer AS was, c.answer AS became, count() AS changes,
            round(quantileExact(0.5)(dateDiff('second', d.asked_at, c.changed_at)) / 3600, 1) AS median_hours
        FROM decision_changes AS c FINAL
        INNER JOIN decisions_latest AS d ON d.decision_id = c.decision_id
        WHERE c.revision = 0
        GROUP BY was, became
        ORDER BY changes DESC, was, became
        """,
        note="The first change of each.",
    ),
)
