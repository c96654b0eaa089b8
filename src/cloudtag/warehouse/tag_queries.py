"""Questions about tags and confirmations."""

from cloudtag.warehouse.query import Query, query

TAGS: tuple[Query, ...] = (
    query(
        "tags",
        "What becomes of the shops' tags?",
        """
        SELECT scenario, status, reason, count() AS tags, uniqExact(shop_id) AS shops
        FROM tag_statuses_current
        GROUP BY scenario, status, reason
        ORDER BY scenario, status, reason
        """,
    ),
    query(
        "tag_funnel",
        "How far do tags get, by platform and scenario?",
        """
        SELECT platform, scenario, count() AS tags,
            countIf(status = 'rejected') AS rejected, countIf(status = 'pending') AS pending,
            countIf(status = 'confirmed') AS confirmed, countIf(status = 'expired') AS expired,
            countIf(status = 'voided') AS voided,
            sumMapIf(map(toString(reason), 1), status = 'rejected') AS rejected_for
        FROM tag_statuses_current
        GROUP BY platform, scenario
        ORDER BY platform, scenario
        """,
        note="Each tag once, by its newest status. The scenario is empty where none or several were given.",
    ),
    query(
        "time_to_confirmation",
        "How long does a buyer's first tag wait until the buyer is confirmed?",
        """
        SELECT platform, scenario, basis, count() AS confirmations, quantileExact(0.5)(hours) AS median_hours,
            max(hours) AS longest_hours
        FROM (
            SELECT c.confirmation_id, any(c.platform) AS platform, any(c.scenario) AS scenario, any(c.basis) AS basis,
                dateDiff('hour', min(t.tagged_at), any(c.confirmed_at)) AS hours
            FROM (
                SELECT confirmation_id, platform, scenario, basis, confirmed_at, arrayJoin(tag_ids) AS tag_id
                FROM confirmations_current
            ) AS c
            INNER JOIN (
                SELECT tag_id, min(decided_at) AS tagged_at FROM tag_statuses_history GROUP BY tag_id
            ) AS t ON c.tag_id = t.tag_id
            GROUP BY c.confirmation_id
        )
        GROUP BY platform, scenario, basis
        ORDER BY platform, scenario, basis
        """,
        note="A confirmed tag's own time is that of its confirmation; when it was put is known from its history.",
    ),
    query(
        "doubtful_shops",
        "Which shops' tags are most often voided, or stay alone?",
        """
        SELECT shop_id, count() AS tags, countIf(status = 'voided') AS voided,
            countIf(status IN ('pending', 'expired') AND distinct_shops <= 1) AS alone,
            round((voided + alone) / tags, 3) AS share
        FROM tag_statuses_current
        WHERE status != 'rejected'
        GROUP BY shop_id
        HAVING tags >= {tags:UInt32} AND voided + alone > 0
        ORDER BY share DESC, tags DESC, shop_id
        LIMIT 100
        """,
        note="Alone: no other shop tagged the buyer in the same window. Rejected tags never counted.",
        tags="2",
    ),
    query(
        "confirmed",
        "Which buyers are confirmed, on what basis?",
        """
        SELECT buyer_key, scenario, basis, length(shop_ids) AS shops, length(order_ids) AS orders, confirmed_at
        FROM confirmations_current
        ORDER BY confirmed_at DESC, buyer_key
        LIMIT 100
        """,
    ),
    query(
        "reversed",
        "Which confirmations were taken back, and why?",
        """
        SELECT platform, scenario, basis, if(empty(whys), 'not said', arrayStringConcat(whys, '; ')) AS why,
            count() AS confirmations
        FROM (
            SELECT c.confirmation_id, any(c.platform) AS platform, any(c.scenario) AS scenario, any(c.basis) AS basis,
                arraySort(groupUniqArrayIf(w.why, w.why != '')) AS whys
            FROM (
                SELECT confirmation_id, platform, scenario, basis,
                    arrayJoin(arrayConcat(tag_ids, alert_ids, [''])) AS rests_on
                FROM confirmations_latest
                WHERE status = 'reversed'
            ) AS c
            LEFT JOIN (
                SELECT tag_id AS id, concat('tag ', status, ': ', reason) AS why
                FROM tag_statuses_current WHERE status IN ('voided', 'rejected')
                UNION ALL
                SELECT alert_id, concat('alert ', status) FROM alerts_latest WHERE status IN ('withdrawn', 'resolved')
            ) AS w ON c.rests_on = w.id
            GROUP BY c.confirmation_id
        )
        GROUP BY platform, scenario, basis, why
        ORDER BY confirmations DESC, platform, scenario, basis, why
        """,
        note="Why: what became of the tags and alerts it last rested on.",
    ),
    query(
        "buyer_history",
        "What was ever said of one buyer, in order?",
        """
        SELECT recorded_at, record, id, revision, status, about, detail, at, policy_version
        FROM (
            SELECT recorded_at, 'tag' AS record, tag_id AS id, revision, status, scenario AS about, reason AS detail,
                decided_at AS at, policy_version
            FROM tag_statuses_history WHERE buyer_key = {buyer_key:String}
            UNION ALL
            SELECT recorded_at, 'confirmation', confirmation_id, revision, status, scenario, basis, confirmed_at,
                policy_version
            FROM confirmations_history WHERE buyer_key = {buyer_key:String}
            UNION ALL
            SELECT recorded_at, 'consequence', consequence_id, revision, status, kind, toString(details), starts_at,
                policy_version
            FROM consequences_history WHERE subject_kind = 'buyer' AND subject_id = {buyer_key:String}
            UNION ALL
            SELECT recorded_at, 'label', label_id, revision, status, detector, label, labelled_at, policy_version
            FROM labels_history WHERE buyer_key = {buyer_key:String}
        )
        ORDER BY recorded_at, record, id, revision
        """,
        note="Every revision once, in the order the broker took them; `at` is event time.",
        buyer_key="",
    ),
)
