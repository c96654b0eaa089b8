"""The tables of what people do and look at on the surfaces (made in deploy/clickhouse)."""

from cloudtag.warehouse.columns import TIME, WarehouseTable, low, same, text

SURFACE_TABLES: dict[str, WarehouseTable] = {
    "case-acts": WarehouseTable(
        "case_acts",
        (
            *text("event_id"),
            same("occurred_at", TIME),
            *low("platform"),
            *text("alert_id", "actor", "shop_id"),
            *low("act"),
            same("until_at", f"Nullable({TIME})"),
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
