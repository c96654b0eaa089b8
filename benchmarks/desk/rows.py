"""A large warehouse, made by SQL alone: alerts, and the facts, labels and consequences that stand beside them.

Rows are what the sink would write, as far as pages read them: each alert is about an order and a refund of its buyer,
with a parcel of three scans. A buyer has two alerts, so that other cases are found. One alert in `OPEN_OF` stays
open; the rest were resolved by a verdict.
"""

from clickhouse_connect.driver.client import Client

OPEN_OF = 20
"""One alert in so many is open: at a million, 50 000 cases wait."""
DETECTORS = ("short_return", "reused_waybill", "no_circulation", "outbound_waybill_as_return", "received_refund_only")
SHOPS = 2000
BLOCK = 250_000
_BUYER = "concat('n', lower(hex(MD5(toString(intDiv(number, 2))))))"
_AT = "toDateTime64('2026-01-01 00:00:00', 3, 'UTC') + toIntervalSecond(number % 5000000)"
_SHOP = f"concat('s', toString(intDiv(number, 2) % {SHOPS}))"
_DETECTOR = f"arrayElement({list(DETECTORS)}, number % {len(DETECTORS)} + 1)"
_ID = f"concat({_DETECTOR}, '-', leftPad(lower(hex(number)), 24, '0'))"
_ALERTS = f"""
    INSERT INTO alerts (alert_id, revision, status, detector, scenario, family, severity, platform, buyer_key, shop_id,
        order_ids, refund_ids, waybill_nos, first_event_at, decided_at, evidence_streams, evidence_event_ids,
        evidence_times, facts, explanation, explanation_zh, recommendation, route, policy_version, orders_shop_ids,
        orders_order_ids, amount_at_stake_minor, currency, verdict, recorded_at)
    SELECT {_ID}, r.1, if(r.1 = 0 OR number % {OPEN_OF} = 0, 'open', 'resolved'), {_DETECTOR}, 'short_return', 'refund',
        arrayElement(['low', 'medium', 'high', 'critical'], number % 4 + 1), 'taobao', {_BUYER}, {_SHOP},
        [concat('o', toString(number))], [concat('r', toString(number))], [concat('W', toString(number))],
        {_AT}, {_AT} + INTERVAL 8 DAY, ['orders', 'refunds'],
        [concat('o-', toString(number)), concat('r-', toString(number))], [{_AT}, {_AT} + INTERVAL 5 DAY],
        map('expected', '2', 'received', toString(r.1)), repeat('Two pieces were to come back and one did. ', 4),
        repeat('应退回两件，实收一件。', 4), 'inspect_return', '', 'taobao-2016@0', [{_SHOP}],
        [concat('o', toString(number))], 1000 + number * 7919 % 90000, 'CNY',
        if(r.1 = 1 AND number % {OPEN_OF} != 0, if(number % 7 = 0, 'normal', 'abnormal'), ''),
        {_AT} + INTERVAL 8 DAY + toIntervalDay(r.1)
    FROM numbers({{first:UInt64}}, {{count:UInt64}}) ARRAY JOIN [tuple(0), tuple(1)] AS r"""
_ORDERS = f"""
    INSERT INTO orders (event_id, occurred_at, platform, order_id, buyer_key, shop_id, status, line_sku_ids,
        line_quantities, line_prices_minor, currency, recorded_at)
    SELECT concat('o-', toString(number)), {_AT}, 'taobao', concat('o', toString(number)), {_BUYER}, {_SHOP}, 'placed',
        ['dress'], [2], [9900], 'CNY', {_AT}
    FROM numbers({{first:UInt64}}, {{count:UInt64}})"""
_REFUNDS = f"""
    INSERT INTO refunds (event_id, occurred_at, platform, refund_id, order_id, buyer_key, shop_id, status, type, reason,
        waybill_no, deadline_at, recorded_at)
    SELECT concat('r-', toString(number), if(step.1 = 'opened', '', '-w')), {_AT} + toIntervalDay(step.2), 'taobao',
        concat('r', toString(number)), concat('o', toString(number)), {_BUYER}, {_SHOP}, step.1, 'return_refund',
        'no_reason', concat('W', toString(number)), if(number % 3 = 0, {_AT} + INTERVAL 12 DAY, NULL),
        {_AT} + toIntervalDay(step.2)
    FROM numbers({{first:UInt64}}, {{count:UInt64}}) ARRAY JOIN [('opened', 5), ('waybill_filled', 6)] AS step"""
_SCANS = f"""
    INSERT INTO logistics (event_id, occurred_at, platform, carrier, waybill_no, order_id, scan, facility, recorded_at)
    SELECT concat('l-', toString(number), '-', step.1), {_AT} + toIntervalHour(step.2), 'taobao', 'sf',
        concat('W', toString(number)), '', step.1, 'hub', {_AT} + toIntervalHour(step.2)
    FROM numbers({{first:UInt64}}, {{count:UInt64}})
    ARRAY JOIN [('accepted', 145), ('arrived', 160), ('signed', 170)] AS step"""
_VERDICTS = f"""
    INSERT INTO verdicts (event_id, occurred_at, platform, alert_id, buyer_key, shop_id, verdict, recorded_at)
    SELECT concat('v-', toString(number)), {_AT} + INTERVAL 9 DAY, 'taobao', {_ID}, {_BUYER}, {_SHOP},
        if(number % 7 = 0, 'normal', 'abnormal'), {_AT} + INTERVAL 9 DAY
    FROM numbers({{first:UInt64}}, {{count:UInt64}}) WHERE number % {OPEN_OF} != 0"""
_LABELS = f"""
    INSERT INTO labels (label_id, revision, status, label, alert_id, detector, scenario, family, severity, platform,
        buyer_key, shop_id, answered_by_shop_id, labelled_at, recorded_at)
    SELECT concat('label-', {_ID}), 0, 'standing', if(number % 7 = 0, 'false_positive', 'true_positive'), {_ID},
        {_DETECTOR}, 'short_return', 'refund', 'high', 'taobao', {_BUYER}, {_SHOP}, {_SHOP}, {_AT} + INTERVAL 9 DAY,
        {_AT} + INTERVAL 9 DAY
    FROM numbers({{first:UInt64}}, {{count:UInt64}}) WHERE number % {OPEN_OF} != 0"""
_CONSEQUENCES = f"""
    INSERT INTO consequences (consequence_id, revision, status, kind, subject_kind, subject_id, platform, because,
        details, starts_at, shop_id, recorded_at)
    SELECT concat('metric_exclusion-', toString(number)), 0, 'active', 'metric_exclusion', 'order',
        concat('o', toString(number)), 'taobao', [{_ID}], map('metrics', 'refund_speed'),
        {_AT} + INTERVAL 9 DAY, {_SHOP}, {_AT} + INTERVAL 9 DAY
    FROM numbers({{first:UInt64}}, {{count:UInt64}}) WHERE number % 4 = 0"""
_TAGS = f"""
    INSERT INTO tag_statuses (tag_id, revision, status, platform, buyer_key, shop_id, order_id, scenario,
        distinct_shops, threshold, window_days, decided_at, due_at, put_at, scope, recorded_at)
    SELECT concat('t-', toString(number)), 0, if(number % 200 = 0, 'pending', 'expired'), 'taobao', {_BUYER}, {_SHOP},
        concat('o', toString(number)), 'short_return', 1, 3, 90, {_AT} + INTERVAL 9 DAY, {_AT} + INTERVAL 11 DAY,
        {_AT} + INTERVAL 9 DAY, concat('taobao/', {_SHOP}), {_AT} + INTERVAL 9 DAY
    FROM numbers({{first:UInt64}}, {{count:UInt64}}) WHERE number % 10 = 0"""
_ACTS = f"""
    INSERT INTO case_acts (event_id, occurred_at, platform, alert_id, actor, act, recorded_at)
    SELECT concat('c-', toString(number)), {_AT} + INTERVAL 9 DAY, 'taobao', {_ID}, 'somebody', 'claim',
        {_AT} + INTERVAL 9 DAY
    FROM numbers({{first:UInt64}}, {{count:UInt64}}) WHERE number % 2 = 0"""
EACH = {
    "alerts": _ALERTS,
    "orders": _ORDERS,
    "refunds": _REFUNDS,
    "logistics": _SCANS,
    "verdicts": _VERDICTS,
    "labels": _LABELS,
    "consequences": _CONSEQUENCES,
    "tag_statuses": _TAGS,
    "case_acts": _ACTS,
}


def fill(client: Client, alerts: int) -> dict[str, int]:
    """Store what belongs to so many alerts, and say how many rows each table has. `client` is bound to the database."""
    for sql in EACH.values():
        for first in range(0, alerts, BLOCK):
            client.command(sql, {"first": first, "count": min(BLOCK, alerts - first)})
    return {name: int(str(client.command(f"SELECT count() FROM {name}"))) for name in EACH}


def some_alerts(client: Client, count: int, seed: int) -> list[str]:
    """So many ids of alerts, chosen by chance, and the same by the same seed."""
    sql = "SELECT alert_id FROM alerts_latest ORDER BY sipHash64(alert_id, {seed:UInt32}) LIMIT {count:UInt32}"
    return [str(row[0]) for row in client.query(sql, {"seed": seed, "count": count}).result_rows]
