"""The tables of what is asked, decided, done and looked at on the surfaces (made in deploy/clickhouse)."""

from cloudtag.warehouse.columns import LOW, TIME, WarehouseTable, flags, keyed_buyer, low, parts, same, text, texts

_BECAUSE = (
    parts("because_streams", LOW, "because", "stream"),
    parts("because_ids", "String", "because", "id"),
    parts("because_revisions", "UInt64", "because", "revision"),
)

SURFACE_TABLES: dict[str, WarehouseTable] = {
    "decisions": WarehouseTable(
        "decisions",
        (
            *text("decision_id", "request_id"),
            *low("asked_by", "about", "answer", "given_by", "platform"),
            keyed_buyer(),
            *text("shop_id", "order_id", "refund_id", "claim_id"),
            *texts("waybill_nos"),
            *flags("are_goods_found"),
            *_BECAUSE,
            *texts("reasons", "reasons_zh"),
            same("amount_at_stake_minor", "Nullable(Int64)"),
            *low("currency"),
            same("asked_at", TIME),
            same("as_of", TIME),
            same("valid_until", TIME),
            *low("policy_version"),
            *flags("is_judged"),
            *texts("not_asked"),
            parts("supposed_ids", "String", "supposed", "id"),
        ),
    ),
    "decision-changes": WarehouseTable(
        "decision_changes",
        (
            *text("change_id", "decision_id"),
            same("revision", "UInt64"),
            *text("request_id"),
            *low("asked_by", "about", "was", "answer", "platform"),
            keyed_buyer(),
            *text("shop_id", "order_id"),
            *_BECAUSE,
            *texts("reasons", "reasons_zh"),
            same("changed_at", TIME),
            same("as_of", TIME),
            same("valid_until", TIME),
            *low("policy_version"),
        ),
    ),
    "decision-outcomes": WarehouseTable(
        "decision_outcomes",
        (
            *text("event_id"),
            same("occurred_at", TIME),
            *text("decision_id"),
            *low("about", "answer", "platform"),
            keyed_buyer(),
            *text("shop_id"),
            *low("followed", "right", "told_by"),
            *text("note"),
        ),
    ),
    "case-acts": WarehouseTable(
        "case_acts",
        (
            *text("event_id"),
            same("occurred_at", TIME),
            *low("platform"),
            *text("alert_id", "actor", "shop_id"),
            *low("act"),
            same("until_at", f"Nullable({TIME})"),
            same("revision", "Nullable(UInt32)"),
            *text("about_id", "said", "account_id"),
            *low("proposed"),
            keyed_buyer(),
        ),
    ),
    "audit": WarehouseTable(
        "audit",
        (
            *text("event_id"),
            same("occurred_at", TIME),
            *text("actor", "what", "alert_id", "sent_event_id", "origin", "reason"),
            *low("role", "kind"),
            same("status", "UInt16"),
        ),
    ),
}
