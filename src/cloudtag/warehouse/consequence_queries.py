"""Questions about consequences."""

from cloudtag.warehouse.query import Query, query

CONSEQUENCES: tuple[Query, ...] = (
    query(
        "in_force",
        "Which consequences are in force?",
        """
        SELECT kind, subject_kind, count() AS consequences, min(starts_at) AS since
        FROM consequences_current
        GROUP BY kind, subject_kind
        ORDER BY kind, subject_kind
        """,
    ),
    query(
        "sanctions",
        "How many buyers stand on which rung of the sanctions?",
        """
        SELECT network, sanction, uniqExact(buyer_key) AS buyers, countIf(confirmations > 1) AS several_confirmations,
            min(starts_at) AS since
        FROM sanctions_current
        GROUP BY network, sanction
        ORDER BY network, buyers DESC, sanction
        """,
        note="A network is the platforms whose tags count together.",
    ),
    query(
        "insurance_saved",
        "How many insurance claims are refused, and how much money was saved?",
        """
        SELECT d.platform AS platform, o.currency AS currency, count() AS claims,
            countIf(c.status = 'paid') AS paid_all_the_same,
            sumIf(c.amount_minor, c.status != 'paid') / 100 AS saved
        FROM (
            SELECT DISTINCT platform, shop_id, arrayJoin(claim_ids) AS claim_id
            FROM insurance_decisions_current
            WHERE decision = 'refuse'
        ) AS d
        INNER JOIN insurance_claims_current AS c
            ON d.claim_id = c.claim_id AND d.shop_id = c.shop_id AND d.platform = c.platform
        LEFT JOIN orders_current AS o
            ON c.order_id = o.order_id AND c.shop_id = o.shop_id AND c.platform = o.platform
        GROUP BY platform, currency
        ORDER BY platform, currency
        """,
        note="Each claim once, with the amount last named. Orders refused ahead of any claim cost nothing so far.",
    ),
    query(
        "excluded_orders",
        "How many orders no longer count in the shops' figures?",
        """
        SELECT shop_id, metric, uniqExact(order_id) AS orders,
            uniqExactIf(order_id, basis = 'confirmed_tag') AS by_tags
        FROM (
            SELECT platform, shop_id, order_id, basis, arrayJoin(metrics) AS metric FROM metric_exclusions_current
        )
        GROUP BY platform, shop_id, metric
        ORDER BY orders DESC, shop_id, metric
        LIMIT 100
        """,
    ),
    query(
        "penalty_points",
        "Which shops have penalty points this year?",
        """
        SELECT shop_id, sum(p.points) AS points, count() AS cases, countIf(status = 'active') AS still_in_force,
            max(starts_at) AS last_at
        FROM shop_penalties_latest AS p
        WHERE year = (SELECT toYear(at, 'Asia/Shanghai') FROM newest_event)
        GROUP BY shop_id
        HAVING points > 0
        ORDER BY points DESC, shop_id
        LIMIT 100
        """,
        note="The year of the newest event. A penalty that ended keeps its points until the year is over.",
    ),
    query(
        "late_decisions",
        "Which complaints of shops did the platform decide late, or not at all?",
        """
        SELECT details['complaint_id'] AS complaint_id, platform, status, starts_at AS due_at, ends_at AS decided_at,
            dateDiff('hour', starts_at, ifNull(ends_at, (SELECT at FROM newest_event))) AS hours_late
        FROM consequences_latest
        WHERE kind = 'sla_breach' AND status IN ('active', 'ended')
        ORDER BY hours_late DESC, complaint_id
        LIMIT 100
        """,
        note="Not decided yet: late as of the newest event.",
    ),
    query(
        "deadlines",
        "Which refunds fall due next while an alert about them is open?",
        """
        SELECT details['refund_id'] AS refund_id, subject_id AS order_id, ends_at AS due_at,
            dateDiff('minute', (SELECT at FROM newest_event), ends_at) AS minutes_left
        FROM consequences_current
        WHERE kind = 'deadline_warning'
        ORDER BY due_at, refund_id
        LIMIT 100
        """,
    ),
    query(
        "permissions",
        "Which accounts and shops may not tag, and why?",
        """
        SELECT shop_id, account_id, reason, starts_at
        FROM permissions_current
        WHERE permission = 'revoked'
        ORDER BY starts_at DESC, shop_id, account_id
        LIMIT 100
        """,
        note="Without an account: the shop as a whole, for good.",
    ),
    query(
        "changed_consequences",
        "Which kinds of consequences change or fall most often?",
        """
        SELECT kind, uniqExact(consequence_id) AS consequences, count() AS revisions,
            uniqExactIf(consequence_id, status = 'reversed') AS ever_reversed,
            round(ever_reversed / consequences, 3) AS share
        FROM consequences_history
        GROUP BY kind
        ORDER BY share DESC, kind
        """,
        note="From the history: one that fell and came back counts as reversed too.",
    ),
)
