"""The SQL of the figures. `{sight}` stands for what the viewer may see."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from cloudtag.desk.sight import ALERT, CONFIRMATION, LABEL, SHOP

DAYS = 30
"""So many days up to the newest event are shown."""


@dataclass(frozen=True, slots=True)
class FigureQuestion:
    """A figure: its title, its columns (the first names a row), what is drawn, and what it says beside.

    `bars` are the columns that are drawn; `is_share`: they are between 0 and 1; `is_each_scaled`: each row has a unit
    of its own, so that only what stands beside each other there is compared. A list draws instead how many of its rows
    have each value of `tally`. `for_platform`: not about single shops.
    """

    name: str
    title: str
    sql: str
    columns: tuple[str, ...]
    bars: tuple[str, ...]
    how: str
    note: str = ""
    is_share: bool = False
    is_by_day: bool = False
    is_each_scaled: bool = False
    tally: str = ""
    for_platform: bool = False


_OF_DETECTOR = "({detector:String} = '' OR detector = {detector:String})"

_ALL = (
    FigureQuestion(
        "precision",
        "How often each detector was right",
        f"""SELECT detector,
                countIf(label = 'true_positive') AS right_ones, countIf(label = 'false_positive') AS wrong_ones,
                round(right_ones / (right_ones + wrong_ones), 3) AS precision
            FROM labels_current WHERE {{sight}} AND label IN ('true_positive', 'false_positive') AND {_OF_DETECTOR}
            GROUP BY detector ORDER BY right_ones + wrong_ones DESC, detector LIMIT 60""",  # noqa: S608 - names of our own, values as parameters
        ("detector", "right_ones", "wrong_ones", "precision"),
        ("precision",),
        LABEL,
        "By the verdicts given; a wrong one is a false accusation that was found.",
        is_share=True,
    ),
    FigureQuestion(
        "daily",
        "Alerts from day to day",
        f"""SELECT toDate(decided_at) AS day, count() AS alerts, countIf(status = 'withdrawn') AS withdrawn
            FROM alerts_latest
            WHERE {{sight}} AND {_OF_DETECTOR} AND decided_at > (SELECT at FROM newest_event) - INTERVAL {DAYS} DAY
            GROUP BY day ORDER BY day""",  # noqa: S608 - the same
        ("day", "alerts", "withdrawn"),
        ("alerts", "withdrawn"),
        ALERT,
        f"By the day of the newest decision, the last {DAYS} days before the newest event.",
        is_by_day=True,
    ),
    FigureQuestion(
        "money",
        "Money at stake, and money kept",
        """SELECT currency, sum(staked) AS at_stake_minor, sum(kept) AS kept_minor FROM (
                SELECT currency, amount_at_stake_minor AS staked, 0 AS kept FROM alerts_current
                WHERE {sight} AND amount_at_stake_minor IS NOT NULL AND NOT ifNull(historical, false)
                UNION ALL
                SELECT a.currency AS currency, 0 AS staked, a.amount_at_stake_minor AS kept
                FROM (SELECT buyer_key, refund_ids, currency, amount_at_stake_minor FROM alerts_latest
                    WHERE {sight} AND verdict = 'abnormal' AND amount_at_stake_minor IS NOT NULL
                        AND notEmpty(refund_ids)) AS a
                INNER JOIN (
                    SELECT buyer_key, groupUniqArray(refund_id) AS over FROM (
                        SELECT r.buyer_key AS buyer_key, refund_id,
                            argMax(r.status, (r.occurred_at, r.event_id)) AS last_status
                        FROM refunds AS r WHERE r.buyer_key IN (SELECT buyer_key FROM refunds WHERE status = 'refused')
                        GROUP BY buyer_key, platform, shop_id, refund_id
                    ) WHERE last_status IN ('refused', 'withdrawn') GROUP BY buyer_key
                ) AS d ON a.buyer_key = d.buyer_key
                WHERE hasAll(d.over, a.refund_ids)
            ) GROUP BY currency ORDER BY currency""",
        ("currency", "at_stake_minor", "kept_minor"),
        ("at_stake_minor", "kept_minor"),
        ALERT,
        "At stake: what open cases are about. Kept: cases found abnormal whose refunds were all refused or withdrawn.",
        is_each_scaled=True,
    ),
    FigureQuestion(
        "excluded",
        "Orders that no longer count in the shop's figures",
        """SELECT metric, uniqExact(platform, shop_id, order_id) AS orders FROM (
                SELECT platform, shop_id, order_id, arrayJoin(metrics) AS metric
                FROM metric_exclusions_current WHERE {sight}
            ) GROUP BY metric ORDER BY orders DESC, metric""",
        ("metric", "orders"),
        ("orders",),
        SHOP,
    ),
    FigureQuestion(
        "reports",
        "Reports that are not decided yet",
        """SELECT report_id, scenario, status, shop_id, order_id, put_at, due_at FROM report_statuses_current
            WHERE {sight} AND status IN ('pending', 'overdue') ORDER BY due_at, report_id LIMIT 100""",
        ("report_id", "scenario", "status", "shop_id", "order_id", "put_at", "due_at"),
        (),
        SHOP,
        tally="status",
    ),
    FigureQuestion(
        "permissions",
        "Who may tag",
        """SELECT account_id, permission, reason, starts_at FROM permissions_current
            WHERE {sight} ORDER BY starts_at DESC, account_id LIMIT 100""",
        ("account_id", "permission", "reason", "starts_at"),
        (),
        SHOP,
        tally="permission",
    ),
    FigureQuestion(
        "scenarios",
        "Open cases by scenario",
        """SELECT scenario, count() AS alerts, uniqExact(buyer_key) AS buyers FROM alerts_current WHERE {sight}
            GROUP BY scenario ORDER BY alerts DESC, scenario""",
        ("scenario", "alerts", "buyers"),
        ("alerts",),
        ALERT,
    ),
    FigureQuestion(
        "decisions",
        "What became of decisions",
        """SELECT about, answer, count() AS decisions, countIf(followed = 'followed') AS followed_ones,
                countIf(followed = 'not_followed') AS not_followed, countIf(right = 'right') AS right_ones,
                countIf(right = 'wrong') AS wrong_ones, countIf(answer_now NOT IN ('', answer)) AS changed_ones
            FROM decisions_latest WHERE {sight} GROUP BY about, answer ORDER BY decisions DESC, about, answer""",
        ("about", "answer", "decisions", "followed_ones", "not_followed", "right_ones", "wrong_ones", "changed_ones"),
        ("decisions", "followed_ones", "right_ones", "wrong_ones"),
        SHOP,
        "As whoever asked told it afterwards; of what is not told, nothing is counted as followed or right.",
    ),
    FigureQuestion(
        "accusations",
        "False accusations found",
        """SELECT found_by, count() AS found, uniqExact(buyer_key) AS buyers FROM (
                SELECT 'verdict' AS found_by, buyer_key FROM alerts_latest WHERE {sight} AND verdict = 'normal'
                UNION ALL
                SELECT 'later_fact' AS found_by, buyer_key FROM alerts_latest
                WHERE {sight} AND status = 'withdrawn' AND verdict != 'normal'
            ) GROUP BY found_by ORDER BY found DESC, found_by""",
        ("found_by", "found", "buyers"),
        ("found",),
        ALERT,
        "Alerts that a verdict called wrong, and alerts withdrawn because of what came in later.",
    ),
    FigureQuestion(
        "open_rings",
        "Open rings by detector",
        """SELECT detector, count() AS rings, sum(length(linked_buyer_keys) + 1) AS linked_accounts,
                max(length(linked_buyer_keys) + 1) AS largest
            FROM alerts_current WHERE {sight} AND notEmpty(linked_buyer_keys)
            GROUP BY detector ORDER BY rings DESC, detector""",
        ("detector", "rings", "linked_accounts", "largest"),
        ("rings",),
        ALERT,
        "Open cases that name linked buyers; a buyer of two rings counts in both.",
    ),
    FigureQuestion(
        "confirmations",
        "Confirmed buyers",
        """SELECT scenario, basis, count() AS confirmations, uniqExact(buyer_key) AS buyers FROM confirmations_current
            WHERE {sight} GROUP BY scenario, basis ORDER BY confirmations DESC, scenario, basis""",
        ("scenario", "basis", "confirmations", "buyers"),
        ("confirmations",),
        CONFIRMATION,
        for_platform=True,
    ),
    FigureQuestion(
        "sanctions",
        "Sanctions in force",
        """SELECT sanction, platform, uniqExact(buyer_key) AS buyers, min(starts_at) AS since FROM sanctions_current
            WHERE {sight} GROUP BY sanction, platform ORDER BY buyers DESC, sanction, platform""",
        ("sanction", "platform", "buyers", "since"),
        ("buyers",),
        "0",
        for_platform=True,
    ),
    FigureQuestion(
        "appeals",
        "Appeals",
        """SELECT last_status AS status, count() AS appeals FROM (
                SELECT appeal_id, platform, argMax(a.status, (a.occurred_at, a.event_id)) AS last_status
                FROM appeals AS a GROUP BY appeal_id, platform
            ) WHERE {sight} GROUP BY status ORDER BY appeals DESC, status""",
        ("status", "appeals"),
        ("appeals",),
        "0",
        for_platform=True,
    ),
)
QUESTIONS: Mapping[str, FigureQuestion] = {question.name: question for question in _ALL}
"""Every figure by its name."""
OF_SHOP = (
    *("money", "precision", "accusations", "decisions", "daily", "scenarios"),
    *("excluded", "reports", "permissions"),
)
OF_PLATFORM = (
    *("daily", "scenarios", "precision", "accusations", "decisions", "money"),
    *("open_rings", "confirmations", "sanctions", "appeals"),
)
OF_DETECTOR = ("daily", "precision")
