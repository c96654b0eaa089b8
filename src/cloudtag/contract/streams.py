"""The one list of streams: name, struct, key, and what the engine must know of their records. Topics, schemas, replay,
the sink and the engine all read it; nobody else lists streams."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from msgspec import Struct

from cloudtag.contract import (
    couriers,
    decision_records,
    disputes,
    events,
    links,
    moments,
    parcels,
    records,
    shops,
    surfaces,
)
from cloudtag.contract.internal import InternalRecord
from cloudtag.contract.upgrades import upgraded


@dataclass(frozen=True, slots=True)
class Stream:
    """A named stream: the struct of its records, the field that keys it, whether its log is kept without end.

    Master data are kept so, and never compacted: a shop has several accounts, and a namesake on another platform.
    """

    name: str
    struct: type[Struct]
    key: str
    is_kept: bool = False

    def key_of(self, record: Any) -> str:
        """The Kafka key of one of its records."""
        key: str = getattr(record, self.key)
        return key


@dataclass(frozen=True, slots=True)
class OutputStream(Stream):
    """A stream that cloudtag publishes.

    A later revision under the same `id` (the name of a field) replaces the earlier ones; one with the status
    `taken_back` says that the record no longer holds. Without an id nothing is ever replaced.
    """

    id: str = ""
    taken_back: str = ""
    revised: Callable[[Any, Any], Any] | None = None
    """Completes a new revision, given the one that stands so far."""
    other_key: str = ""
    """The field that keys a record whose `key` says nothing."""
    moment: Callable[[Any], int] | None = None
    """The event time of the newest thing a record was decided by, where it says whether it is historical."""

    def key_of(self, record: Any) -> str:
        """The Kafka key of one of its records."""
        key: str = getattr(record, self.key) or (getattr(record, self.other_key) if self.other_key else "")
        return key


@dataclass(frozen=True, slots=True)
class InternalStream(Stream):
    """A stream of internal records. Its records are taken back by a revision that is not held.

    `derived_from` are the streams that any of its records may follow from: they must have a smaller depth.
    """

    struct: type[InternalRecord]
    derived_from: tuple[str, ...] = ()
    annotations: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """Fields that follow from alerts, and the modules that may read each. They lie beside what a record says: nothing
    that processors publish for each other changes with them, only a record that repeats them repeats what they say."""
    appended: str = ""
    """The last field, an empty tuple by default, where there were records without it: one that says nothing there says
    what it said before, and is not published again."""


INPUTS: dict[str, Stream] = {
    s.name: s
    for s in (
        Stream("orders", events.OrderChanged, "buyer_id"),
        Stream("refunds", events.RefundChanged, "buyer_id"),
        Stream("logistics", events.ParcelScanned, "waybill_no"),
        Stream("inspections", events.ReturnInspected, "buyer_id"),
        Stream("reviews", events.ReviewPosted, "buyer_id"),
        Stream("complaints", events.ComplaintChanged, "buyer_id"),
        Stream("contacts", events.BuyerContacted, "buyer_id"),
        Stream("insurance", events.InsuranceChanged, "buyer_id"),
        Stream("tags", events.TagSubmitted, "shop_id"),
        Stream("verdicts", events.AlertAnswered, "buyer_id"),
        Stream("shops", events.ShopDescribed, "shop_id", is_kept=True),
        Stream("accounts", events.AccountChanged, "shop_id", is_kept=True),
        Stream("violations", events.ViolationChanged, "shop_id", is_kept=True),
        Stream("abuses", events.AbuseFound, "shop_id", is_kept=True),
        Stream("erasures", events.ErasureRequested, "buyer_id", is_kept=True),
        Stream("chargebacks", disputes.ChargebackChanged, "buyer_id"),
        Stream("order-limits", disputes.OrderLimitChanged, "buyer_id"),
        Stream("appeals", disputes.AppealChanged, "buyer_id", is_kept=True),
    )
}
"""What upstream publishes."""

OUTPUTS: dict[str, OutputStream] = {
    s.name: s
    for s in (
        OutputStream(
            "alerts",
            records.Alert,
            "buyer_id",
            id="alert_id",
            taken_back="withdrawn",
            revised=upgraded,
            moment=moments.moment_of_alert,
        ),
        OutputStream(
            "tag-statuses",
            records.TagStatus,
            "buyer_id",
            id="tag_id",
            taken_back="voided",
            other_key="shop_id",
            moment=moments.moment_of_tag,
        ),
        OutputStream(
            "tag-confirmations",
            records.TagConfirmation,
            "buyer_id",
            id="confirmation_id",
            taken_back="reversed",
            moment=moments.moment_of_confirmation,
        ),
        OutputStream(
            "report-statuses",
            records.ReportStatus,
            "buyer_id",
            id="report_id",
            taken_back="withdrawn",
            moment=moments.moment_of_report,
        ),
        OutputStream(
            "consequences",
            records.Consequence,
            "subject_id",
            id="consequence_id",
            taken_back="reversed",
            moment=moments.moment_of_consequence,
        ),
        OutputStream(
            "labels", records.Label, "buyer_id", id="label_id", taken_back="withdrawn", moment=moments.moment_of_label
        ),
        OutputStream("dead-letters", records.DeadLetter, "topic"),
    )
}
"""What cloudtag publishes."""

SURFACES: dict[str, Stream] = {
    s.name: s
    for s in (
        Stream("decisions", decision_records.DecisionGiven, "buyer_id"),
        Stream("decision-changes", decision_records.DecisionChanged, "buyer_id"),
        Stream("decision-outcomes", decision_records.DecisionOutcome, "buyer_id"),
        Stream("case-acts", surfaces.CaseAct, "alert_id"),
        Stream("audit", surfaces.AuditEntry, "actor"),
    )
}
"""What is published by what people and systems ask: no processor reads or writes it, and nothing is judged by it."""

CONTRACTS: dict[str, Stream] = {**INPUTS, **OUTPUTS, **SURFACES}
"""Every stream that others may read or write: each has a schema."""

_SHOWN = ("orders", "refunds", "inspections", "complaints")
INTERNAL: dict[str, InternalStream] = {
    s.name: s
    for s in (
        InternalStream("waybill-uses", parcels.WaybillUsed, "waybill_no", derived_from=("orders", "refunds")),
        InternalStream(
            "parcel-reports", parcels.ParcelReported, "buyer_id", derived_from=("logistics", "waybill-uses")
        ),
        InternalStream(
            "attribute-uses",
            links.AttributeUsed,
            "attribute",
            # Whether goods that were said not to have come had come is for their parcels to say (F6).
            derived_from=(*_SHOWN, "reviews", "insurance", "shops", "parcel-reports"),
            annotations={"alerted_at": ("cloudtag.detectors.account_ring",)},
            appended="outbound",
        ),
        InternalStream("link-reports", links.LinkReported, "buyer_id", derived_from=("attribute-uses",)),
        InternalStream("link-passes", links.LinkPassed, "buyer_id", derived_from=("orders", "link-reports")),
        InternalStream(
            "shop-questions",
            shops.ShopAsked,
            "shop_id",
            derived_from=("orders", "refunds", "verdicts", "parcel-reports", "link-reports"),
        ),
        InternalStream("shop-answers", shops.ShopReported, "buyer_id", derived_from=("shops", "shop-questions")),
        InternalStream(
            "sku-answers",
            links.SkuOwned,
            "buyer_id",
            derived_from=("orders", "inspections", "link-reports"),
        ),
        InternalStream("courier-hours", couriers.CourierBusy, "courier", derived_from=("logistics",)),
        InternalStream(
            "courier-questions",
            couriers.CourierAsked,
            "courier",
            derived_from=("orders", "refunds", "parcel-reports"),
        ),
        InternalStream(
            "courier-answers",
            couriers.CourierReported,
            "buyer_id",
            derived_from=("courier-hours", "courier-questions"),
        ),
        InternalStream(
            "tag-requests", shops.TagRequested, "buyer_id", derived_from=("tags", "accounts", "abuses", "shops")
        ),
    )
}
"""Internal records."""

READS: dict[str, tuple[str, ...]] = {
    "buyers": (
        "orders",
        "refunds",
        "inspections",
        "reviews",
        "complaints",
        "contacts",
        "insurance",
        "verdicts",
        "erasures",
        "chargebacks",
        "order-limits",
        "appeals",
        "parcel-reports",
        "courier-answers",
        "link-reports",
        "link-passes",
        "shop-answers",
        "sku-answers",
        "tag-requests",
    ),
    "parcels": ("logistics", "waybill-uses", "courier-hours", "courier-questions"),
    "links": ("attribute-uses",),
    "shops": ("tags", "accounts", "violations", "abuses", "shops", "shop-questions"),
}
"""The streams each processor reads; all of them share one partition count. `watermarks-<processor>` comes on top."""

WRITES: dict[str, tuple[str, ...]] = {
    "buyers": (
        "alerts",
        "tag-statuses",
        "tag-confirmations",
        "report-statuses",
        "consequences",
        "labels",
        "dead-letters",
        "waybill-uses",
        "courier-questions",
        "attribute-uses",
        "shop-questions",
        "link-passes",
        "sku-answers",
    ),
    "parcels": ("parcel-reports", "courier-hours", "courier-answers"),
    "links": ("link-reports",),
    "shops": ("tag-statuses", "consequences", "attribute-uses", "shop-answers", "tag-requests"),
}
"""The streams each processor writes; a task publishes nothing else. Dead letters are written by whoever reads as well:
those of a processor are about events that were taken and never found what they are about."""

STREAM_OF: dict[type[Struct], str] = {s.struct: s.name for s in (*CONTRACTS.values(), *INTERNAL.values())}
"""The stream a struct travels on."""

REVISED: dict[str, OutputStream | InternalStream] = {
    **{name: stream for name, stream in OUTPUTS.items() if stream.id},
    **INTERNAL,
}
"""The streams whose records have revisions: what a judgement concludes travels on one of them."""

REVISED_OF: dict[type[Struct], OutputStream | InternalStream] = {stream.struct: stream for stream in REVISED.values()}
"""The same by struct."""

PUBLISHED: dict[str, OutputStream | InternalStream] = {**REVISED, **OUTPUTS}
"""The streams of what a judgement may conclude. What is told on one without revisions is told once, for good."""

PUBLISHED_OF: dict[type[Struct], OutputStream | InternalStream] = {
    stream.struct: stream for stream in PUBLISHED.values()
}
"""The same by struct."""
