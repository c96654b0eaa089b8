"""The tables of what cloudtag publishes, one per output stream (made in deploy/clickhouse)."""

from operator import attrgetter

from cloudtag.contract.named import NamedBuyer, linked_to, named_in
from cloudtag.contract.records import Alert, Consequence, ReportStatus, TagStatus
from cloudtag.contract.scope import NETWORKS
from cloudtag.warehouse.columns import (
    LOW,
    TIME,
    Column,
    RecordRows,
    WarehouseTable,
    computed,
    keyed_buyer,
    low,
    parts,
    same,
    text,
    texts,
    unset,
)
from cloudtag.warehouse.pseudonymizer import Pseudonymizer

REVISION = same("revision", "UInt64")
BUYER = keyed_buyer()
HISTORICAL = unset("historical")


def _others(alert: Alert) -> list[NamedBuyer]:
    """Everybody an alert's texts may name, where that is more than its own buyer: then one look for that id does."""
    return named_in(alert) if alert.linked_buyer_ids else []


def _covered(name: str) -> Column:
    get = attrgetter(name)

    def of(rows: RecordRows, pseudonymizer: Pseudonymizer) -> list[str]:
        redact = pseudonymizer.redact
        return [
            redact(said, buyers or named_in(alert)) if said and (buyers or alert.buyer_id in said) else said or ""
            for alert, said, buyers in zip(rows, map(get, rows), rows.each(_others), strict=True)
        ]

    return Column(name, "String", of)


def _linked(rows: RecordRows, pseudonymizer: Pseudonymizer) -> list[list[str]]:
    buyer = pseudonymizer.buyer
    return [
        [buyer(named.network, named.buyer_id) for named in linked_to(alert)] if alert.linked_buyer_ids else []
        for alert in rows
    ]


def _facts(rows: RecordRows, pseudonymizer: Pseudonymizer) -> list[dict[str, str]]:
    redact, found = pseudonymizer.redact, list[dict[str, str]]()
    for alert, buyers in zip(rows, rows.each(_others), strict=True):
        facts: dict[str, str] = alert.facts
        # Whatever names the buyer does so in the joined text as well: most name nobody.
        if buyers or alert.buyer_id in "\n".join((*facts, *facts.values())):
            named = buyers or named_in(alert)
            # A fact about two buyers has the other's id in its name.
            facts = {redact(name, named): redact(value, named) for name, value in facts.items()}
        found.append(facts)
    return found


def _subject(consequence: Consequence, pseudonymizer: Pseudonymizer) -> str:
    is_buyer = consequence.subject_kind == "buyer"
    return pseudonymizer.buyer(consequence.platform, consequence.subject_id) if is_buyer else consequence.subject_id


def _scope(record: TagStatus | ReportStatus, pseudonymizer: Pseudonymizer) -> str:
    """In which the id of a shop's own means something, by the networks of the shipped policies."""
    del pseudonymizer
    return f"{NETWORKS[record.platform]}/{record.shop_id}"


SCOPE = computed("scope", "String", _scope)

RECORD_TABLES: dict[str, WarehouseTable] = {
    "alerts": WarehouseTable(
        "alerts",
        revisions="alert_revisions",
        columns=(
            *text("alert_id"),
            REVISION,
            *low("status", "detector", "scenario", "family", "severity", "platform"),
            BUYER,
            *text("shop_id"),
            *texts("order_ids", "refund_ids", "waybill_nos"),
            Column("linked_buyer_keys", "Array(String)", _linked),
            same("first_event_at", TIME),
            same("decided_at", TIME),
            parts("evidence_streams", LOW, "evidence", "stream"),
            parts("evidence_event_ids", "String", "evidence", "event_id"),
            parts("evidence_times", TIME, "evidence", "occurred_at"),
            Column("facts", f"Map({LOW}, String)", _facts),
            _covered("explanation"),
            _covered("explanation_zh"),
            *low("recommendation", "route", "policy_version"),
            parts("orders_shop_ids", "String", "orders", "shop_id"),
            parts("orders_order_ids", "String", "orders", "order_id"),
            same("amount_at_stake_minor", "Nullable(Int64)"),
            *low("currency"),
            parts("withdrawn_by_streams", LOW, "withdrawn_by", "stream"),
            parts("withdrawn_by_event_ids", "String", "withdrawn_by", "event_id"),
            parts("withdrawn_by_times", TIME, "withdrawn_by", "occurred_at"),
            _covered("withdrawn_because"),
            _covered("withdrawn_because_zh"),
            *low("verdict"),
            *HISTORICAL,
        ),
    ),
    "tag-statuses": WarehouseTable(
        "tag_statuses",
        revisions="tag_status_revisions",
        columns=(
            *text("tag_id"),
            REVISION,
            *low("status", "reason", "shown_as", "platform"),
            BUYER,
            *text("shop_id", "order_id"),
            *low("scenario"),
            same("distinct_shops", "UInt32"),
            same("threshold", "UInt32"),
            same("window_days", "UInt32"),
            same("decided_at", TIME),
            *low("policy_version"),
            same("due_at", f"Nullable({TIME})"),
            same("put_at", f"Nullable({TIME})"),
            SCOPE,
            *HISTORICAL,
        ),
    ),
    "tag-confirmations": WarehouseTable(
        "tag_confirmations",
        revisions="confirmation_revisions",
        columns=(
            *text("confirmation_id"),
            REVISION,
            *low("status", "platform"),
            BUYER,
            *low("scenario", "basis"),
            *texts("tag_ids", "shop_ids", "order_ids", "alert_ids"),
            same("confirmed_at", TIME),
            *low("policy_version"),
            same("independent_shops", "UInt32"),
            same("reached_ms", "Array(Int64)"),
            *HISTORICAL,
        ),
    ),
    "consequences": WarehouseTable(
        "consequences",
        revisions="consequence_revisions",
        columns=(
            *text("consequence_id"),
            REVISION,
            *low("status", "kind", "subject_kind"),
            computed("subject_id", "String", _subject),
            *low("platform"),
            *texts("because"),
            same("details", f"Map({LOW}, String)"),
            same("starts_at", TIME),
            same("ends_at", f"Nullable({TIME})"),
            *low("policy_version"),
            *text("shop_id"),
            *HISTORICAL,
        ),
    ),
    "report-statuses": WarehouseTable(
        "report_statuses",
        revisions="report_status_revisions",
        columns=(
            *text("report_id"),
            REVISION,
            *low("status", "reason", "scenario", "channel", "platform"),
            BUYER,
            *text("shop_id", "order_id"),
            same("vouchers_complete", "Bool"),
            same("chat_authorised", "Bool"),
            same("put_at", TIME),
            same("due_at", f"Nullable({TIME})"),
            same("cleaned_by", f"Nullable({TIME})"),
            same("decided_at", TIME),
            *low("policy_version"),
            SCOPE,
            *HISTORICAL,
        ),
    ),
    "labels": WarehouseTable(
        "labels",
        revisions="label_revisions",
        columns=(
            *text("label_id"),
            REVISION,
            *low("status", "label"),
            *text("alert_id"),
            *low("detector", "scenario", "family", "severity", "platform"),
            BUYER,
            *text("shop_id", "answered_by_shop_id", "account_id"),
            same("labelled_at", TIME),
            *low("policy_version"),
            *HISTORICAL,
        ),
    ),
    "dead-letters": WarehouseTable(
        "dead_letters",
        (
            *low("topic"),
            same("partition", "Int32"),
            same("offset", "Int64"),
            same("key", "Nullable(String)"),
            same("value", "Nullable(String)"),
            *low("reason"),
            *text("error"),
            same("seen_at", TIME),
        ),
    ),
}
