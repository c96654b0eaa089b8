"""The queue: open cases in the order in which they deserve a look.

A case's rank is money at stake × deadline × confidence.

- Money counts by how it compares with what is usual among the open cases of its currency, since money of different
  currencies is never compared: 1 is the usual; a case whose money is not known counts as half of that.
- A deadline counts 1 where there is none, up to `MOST_URGENT` when it is there or over.
- Confidence is the severity's weight times how often the detector was right, as verdicts say it; one without verdicts
  is taken to be right three times in four.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from cloudtag.contract.records import SEVERITIES
from cloudtag.desk.asking import Asking, DeskRow
from cloudtag.desk.filters import QueueFilter
from cloudtag.desk.second_person import waiting_cases
from cloudtag.desk.sight import ALERT, in_sight
from cloudtag.serving.viewers import Viewer

PAGE = 25
"""Cases on one page."""
MOST_URGENT = 4.0
MOST_SHOPS = 200
"""So many shops are offered to choose from; any other can be named in the address."""
WEIGHTS = {"low": 0.25, "medium": 0.5, "high": 0.75, "critical": 1.0}
PRIOR_RIGHT, PRIOR_ALL = 3, 4
"""So many verdicts are taken as given before the first one."""

_WAITS = """
    SELECT buyer_key, groupArray((shop_id, order_id, due_at)) AS waits FROM (
        SELECT buyer_key, shop_id, order_id, assumeNotNull(due_at) AS due_at FROM report_statuses_current
        WHERE status IN ('pending', 'overdue') AND due_at IS NOT NULL
        UNION ALL
        SELECT buyer_key, shop_id, order_id, assumeNotNull(due_at) AS due_at FROM tag_statuses_current
        WHERE status = 'pending' AND due_at IS NOT NULL
    ) GROUP BY buyer_key"""
"""Of each buyer, the orders of which a report or a tag waits to be decided, and until when."""
_ANSWERS = """
    SELECT case_key, min(last_due_at) AS due_at
    FROM (SELECT case_key, arrayJoin(refund_keys) AS refund_key FROM open_cases_current WHERE {sight}) AS c
    INNER JOIN (
        SELECT refund_key, argMax(r.is_over, (r.occurred_at, r.event_id)) AS is_last_over,
            argMaxIf(assumeNotNull(r.deadline_at), (r.occurred_at, r.event_id), r.deadline_at IS NOT NULL)
                AS last_due_at,
            countIf(r.deadline_at IS NOT NULL) AS deadlines
        FROM refund_answers AS r
        WHERE r.refund_key IN (SELECT arrayJoin(refund_keys) FROM open_cases_current WHERE {sight})
        GROUP BY refund_key HAVING deadlines > 0 AND NOT is_last_over
    ) AS f ON c.refund_key = f.refund_key
    GROUP BY case_key"""
"""Until when a refund of each case in sight must be answered."""
_WARNED = """
    SELECT arrayJoin(because) AS alert_id, min(assumeNotNull(ends_at)) AS due_at FROM consequences_current
    WHERE kind = 'deadline_warning' AND ends_at IS NOT NULL GROUP BY alert_id"""
_NEVER = "toDateTime64('2299-12-31 00:00:00', 3, 'UTC')"
_DUE_AT = f"""nullIf(least(
    if(d.alert_id = '', {_NEVER}, d.due_at),
    arrayMin(w -> w.3, arrayPushBack(arrayFilter(
        w -> has(arrayZip(a.orders_shop_ids, a.orders_order_ids), (w.1, w.2)), w.waits), ('', '', {_NEVER}))),
    if(r.case_key = 0, {_NEVER}, r.due_at)
), {_NEVER})"""
"""Until when something must be done about an alert: a refund answered, a report or a tag decided."""

_RIGHT = """
    SELECT detector, countIf(is_right) AS right_ones, count() AS labels
    FROM label_marks FINAL WHERE is_right OR is_wrong GROUP BY detector"""

_SHOWN = (
    "a.alert_id AS alert_id, a.revision AS revision, a.status AS status, a.detector AS detector, "
    "a.scenario AS scenario, a.family AS family, a.severity AS severity, a.platform AS platform, "
    "a.buyer_key AS buyer_key, a.shop_id AS shop_id, a.orders_shop_ids AS orders_shop_ids, "
    "a.decided_at AS decided_at, a.amount_at_stake_minor AS amount_at_stake_minor, a.currency AS currency, "
    "a.route AS route, a.recommendation AS recommendation, a.historical AS historical"
)


_SNOOZED = """
    SELECT alert_id, argMax(ifNull(toInt64(s.revision), -1), (s.occurred_at, s.event_id)) AS seen
    FROM case_acts AS s WHERE s.actor = {me:String} AND s.act = 'snooze'
    GROUP BY alert_id HAVING argMax(s.until_at, (s.occurred_at, s.event_id)) > {clock:DateTime64(3)}"""
"""What somebody has put off, as the desk's clock has it, and at which revision; -1 where that is not known."""


def _open_cases(viewer: Viewer, wanted: QueueFilter, now_ms: int) -> tuple[str, dict[str, Any]]:
    """The cases in sight that are chosen, with `due_at`, `now_at`, `was_snoozed`, `is_snoozed` and `is_waiting`.

    A case that was put off is back once it has another revision than the one that was seen.
    """
    sight, who = in_sight(viewer, ALERT)
    chosen, what = wanted.condition()
    waiting, house = waiting_cases(viewer)
    sql = f"""
    SELECT * FROM (
        SELECT {_SHOWN}, {_DUE_AT} AS due_at,
            (SELECT at FROM newest_event) AS now_at, z.alert_id != '' AS was_snoozed,
            was_snoozed AND (z.seen = -1 OR a.revision <= z.seen) AS is_snoozed,
            (a.alert_id, toUInt32(a.revision)) IN ({waiting}) AS is_waiting
        FROM (SELECT * FROM open_cases_current WHERE {sight}) AS a
        LEFT JOIN ({_WARNED}) AS d ON a.alert_id = d.alert_id
        LEFT JOIN ({_WAITS}) AS w ON a.buyer_key = w.buyer_key
        LEFT JOIN ({_ANSWERS.replace("{sight}", sight)}) AS r ON a.case_key = r.case_key
        LEFT JOIN ({_SNOOZED}) AS z ON a.alert_id = z.alert_id
    ) WHERE {chosen}"""  # noqa: S608 - names of our own, values as parameters
    return sql, {**who, **what, **house, "me": viewer.name, "clock": datetime.fromtimestamp(now_ms / 1000, UTC)}


def _weight() -> str:
    names = ", ".join(f"'{name}'" for name in WEIGHTS)
    return f"transform(severity, [{names}], [{', '.join(map(str, WEIGHTS.values()))}], 0.25)"


@dataclass(frozen=True, slots=True)
class QueuePage:
    """The cases of one page in order, and how many there are in all, by severity."""

    cases: list[DeskRow]
    counts: dict[str, int]
    filter: QueueFilter
    waiting: int = 0
    """Of how many something waits for a second person."""

    @property
    def total(self) -> int:
        """How many cases are chosen."""
        return sum(self.counts.values())

    @property
    def pages(self) -> int:
        """How many pages they take; one where there are none."""
        return max(1, -(-self.total // PAGE))


async def queue_page(asking: Asking, viewer: Viewer, wanted: QueueFilter, now_ms: int) -> QueuePage:
    """One page of the queue. Raises `NoAnswerError`.

    What is counted comes with each case of the page, so that open cases are read once; a page without any counts apart.
    """
    cases, values = _open_cases(viewer, wanted, now_ms)
    ranked = f"""
    SELECT q.*, q.urgency * q.relative_money * q.confidence AS rank FROM (
        SELECT c.*,
            if(isNull(due_at), 1., least({MOST_URGENT}, 1 + {MOST_URGENT - 1} / (1 + greatest(0,
                dateDiff('minute', now_at, assumeNotNull(due_at))) / 1440))) AS urgency,
            if(isNull(amount_at_stake_minor), 0.5,
                amount_at_stake_minor / greatest(1, ifNull(usual, 1))) AS relative_money,
            {_weight()} * (ifNull(p.right_ones, 0) + {PRIOR_RIGHT}) / (ifNull(p.labels, 0) + {PRIOR_ALL}) AS confidence
        FROM (SELECT *, avg(amount_at_stake_minor) OVER (PARTITION BY currency) AS usual, {_COUNTS} FROM ({cases})) AS c
        LEFT JOIN ({_RIGHT}) AS p ON c.detector = p.detector
    ) AS q ORDER BY rank DESC, decided_at, alert_id
    LIMIT {PAGE} OFFSET {{offset:UInt64}}"""  # noqa: S608 - names of our own, values as parameters
    rows = await asking.rows(ranked, {**values, "offset": PAGE * (wanted.page - 1)})
    counts = rows[:1]
    if not rows and wanted.page > 1:
        counts = await asking.rows(f"SELECT {_COUNTS} FROM ({cases}) LIMIT 1", values)  # noqa: S608 - the same
    told = {name: counts[0][f"{name}_cases"] for name in SEVERITIES} if counts else {}
    return QueuePage(rows, told, wanted, counts[0]["waiting_cases"] if counts else 0)


_COUNTS = ", ".join(
    [f"countIf(severity = '{name}') OVER () AS {name}_cases" for name in SEVERITIES]
    + ["countIf(is_waiting) OVER () AS waiting_cases"]
)


async def choices(asking: Asking, viewer: Viewer) -> dict[str, list[str]]:
    """The shops and scenarios that open cases in sight have, to choose from. Raises `NoAnswerError`."""
    sight, who = in_sight(viewer, ALERT)
    every = "arrayFilter(s -> s != '', groupUniqArrayArray(arrayPushBack(orders_shop_ids, shop_id)))"
    row = await asking.one(
        f"SELECT arraySort(groupUniqArray(scenario)) AS scenarios, "  # noqa: S608 - names of our own, values as parameters
        f"arraySlice(arraySort({every}), 1, {MOST_SHOPS}) AS shops FROM open_cases_current WHERE {sight}",
        who,
    )
    own = {shop.shop_id for shop in viewer.shops}
    shops = [shop for shop in (row["shops"] if row else ()) if viewer.role != "shop" or shop in own]
    return {"scenarios": list(row["scenarios"]) if row else [], "shops": shops}
