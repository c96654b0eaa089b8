"""The tables of raw facts, one per input stream (deploy/clickhouse/003, 004, 008, 012 and 013)."""

from cloudtag.warehouse.columns import (
    LOW,
    TIME,
    Column,
    WarehouseTable,
    computed,
    deep,
    flags,
    keyed,
    keyed_buyer,
    keyed_each,
    low,
    parts,
    same,
    text,
    texts,
)

BUYER = keyed_buyer()
PHONE = keyed("phone_key", "phone_hash", "phone")
PAYMENT = keyed("payment_key", "payment_hash", "payment")
WEIGHT = same("weight_grams", "Nullable(UInt32)")
AMOUNT = same("amount_minor", "Nullable(Int64)")
PROOFS = (
    parts("evidence_kinds", LOW, "evidence", "kind"),
    parts("evidence_sha256s", "String", "evidence", "sha256"),
    parts("evidence_phashes", "String", "evidence", "phash"),
    parts("evidence_origins", LOW, "evidence", "origin"),
)


def _goods(prefix: str, field: str) -> tuple[Column, ...]:
    return (
        parts(f"{prefix}_sku_ids", "String", field, "sku_id"),
        parts(f"{prefix}_quantities", "UInt32", field, "quantity"),
    )


def _goods_of_each(prefix: str, field: str, inner: str) -> tuple[Column, ...]:
    return (
        deep(f"{prefix}_sku_ids", "String", field, inner, "sku_id"),
        deep(f"{prefix}_quantities", "UInt32", field, inner, "quantity"),
    )


def _facts(name: str, *columns: Column) -> WarehouseTable:
    return WarehouseTable(name, (*text("event_id"), same("occurred_at", TIME), *low("platform"), *columns))


FACT_TABLES: dict[str, WarehouseTable] = {
    "orders": _facts(
        "orders",
        *text("order_id", "shop_id"),
        BUYER,
        *low("status", "currency", "region", "carrier"),
        *_goods("line", "lines"),
        parts("line_prices_minor", "Int64", "lines", "unit_price_minor"),
        parts("line_item_ids", "String", "lines", "item_id"),
        keyed("address_key", "address_hash", "address"),
        keyed("area_key", "address_area", "area"),
        same("address_valid", "Nullable(Bool)"),
        PHONE,
        keyed("device_key", "device_hash", "device"),
        PAYMENT,
        *text("promotion_id", "affiliate_id", "waybill_no"),
        *flags("freight_insured", "custom_made", "stock_zeroed", "note_meaningless"),
        computed("has_note", "Bool", lambda order, _: bool(order.buyer_note)),
        *_goods_of_each("line_component", "lines", "components"),
        *low("cancelled_by"),
        parts("parcel_carriers", LOW, "parcels", "carrier"),
        parts("parcel_waybill_nos", "String", "parcels", "waybill_no"),
        *_goods_of_each("parcel", "parcels", "lines"),
    ),
    "refunds": _facts(
        "refunds",
        *text("refund_id", "order_id", "shop_id", "waybill_no"),
        BUYER,
        *low("status", "type", "reason", "carrier", "currency"),
        same("claims_received", "Nullable(Bool)"),
        *_goods("line", "lines"),
        AMOUNT,
        *flags("offline", "waybill_cleared"),
        *text("approved_by"),
        *PROOFS,
        same("deadline_at", f"Nullable({TIME})"),
    ),
    "logistics": _facts(
        "logistics",
        *low("carrier", "scan", "package", "signer"),
        *text("waybill_no", "order_id", "facility"),
        keyed("destination_key", "destination_hash", "address"),
        WEIGHT,
        *flags("time_is_local"),
        same("received_at", f"Nullable({TIME})"),
    ),
    "inspections": _facts(
        "inspections",
        *text("refund_id", "order_id", "shop_id", "waybill_no"),
        BUYER,
        *_goods("received", "received"),
        same("condition", f"Array({LOW})"),
        same("authentic", "Nullable(Bool)"),
        *low("package"),
        WEIGHT,
        # Said the other way round: of rows stored before it is known that something came.
        computed("nothing_came", "Bool", lambda inspection, _: not inspection.arrived),
    ),
    "reviews": _facts(
        "reviews",
        *text("review_id", "order_id", "shop_id", "chat_evidence_no"),
        BUYER,
        same("rating", "UInt8"),
        *flags("demands_money", "advertises"),
    ),
    "complaints": _facts(
        "complaints",
        *text("complaint_id", "shop_id", "order_id", "chat_evidence_no"),
        BUYER,
        *low("complainant", "status", "type"),
        *flags("demands_money"),
        *PROOFS,
    ),
    "contacts": _facts("contacts", *text("order_id", "shop_id"), BUYER, *low("channel"), *flags("answered")),
    "insurance": _facts("insurance", *text("claim_id", "order_id", "shop_id"), BUYER, *low("status"), AMOUNT),
    "tags": _facts(
        "tags",
        *text("submission_id", "shop_id", "account_id", "chat_evidence_no", "withdraws"),
        *texts("scenarios"),
        parts("order_ids", "String", "orders", "order_id"),
        computed(
            "buyer_keys",
            "Array(String)",
            lambda tag, pseudonymizer: [pseudonymizer.buyer(tag.platform, o.buyer_id) for o in tag.orders],
        ),
    ),
    "verdicts": _facts(
        "verdicts",
        *text("alert_id", "shop_id", "account_id", "reviewer", "reason", "withdraws"),
        BUYER,
        *low("verdict"),
        same("alert_revision", "Nullable(UInt32)"),
    ),
    "shops": _facts(
        "shops",
        *text("shop_id"),
        keyed_each("return_address_keys", "return_address_hashes", "address"),
        PHONE,
        keyed_each("device_keys", "device_hashes", "device"),
        PAYMENT,
        *low("category"),
    ),
    "accounts": _facts("accounts", *text("shop_id", "account_id"), *low("status")),
    "violations": _facts(
        "violations", *text("case_id", "shop_id"), *low("status"), *flags("severe"), *texts("order_ids")
    ),
    "abuses": _facts("abuses", *text("shop_id", "submission_id", "withdraws"), *low("kind")),
    # The key without its original: `identities` must not learn whom it is to forget.
    "erasures": _facts(
        "erasures",
        computed("buyer_key", "String", lambda e, pseudonymizer: pseudonymizer.mask_buyer(e.platform, e.buyer_id)),
    ),
    "chargebacks": _facts(
        "chargebacks",
        *text("chargeback_id", "order_id", "shop_id"),
        BUYER,
        PAYMENT,
        *low("status", "currency"),
        AMOUNT,
    ),
    "order-limits": _facts("order_limits", *text("shop_id", "account_id"), BUYER, *low("status")),
    "appeals": _facts("appeals", *text("appeal_id", "consequence_id"), BUYER, *low("status")),
}
