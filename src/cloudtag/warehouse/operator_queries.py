"""Questions of operators and investigators."""

from cloudtag.warehouse.query import Query, query

OPERATORS: tuple[Query, ...] = (
    query(
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
    query(
        "freshness",
        "How long after the broker took a record was it stored?",
        """
        SELECT count() AS alerts, max(recorded_at) AS newest,
            quantile(0.5)(dateDiff('second', recorded_at, stored_at)) AS median_seconds,
            quantile(0.99)(dateDiff('second', recorded_at, stored_at)) AS p99_seconds
        FROM alerts
        """,
    ),
    query(
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
