"""The one list of streams: name, struct, key. Topics, schemas, replay and the sink all read it."""

from dataclasses import dataclass

from msgspec import Struct

from cloudtag.contract import disputes, events, links, records
from cloudtag.contract import internal as forwards


@dataclass(frozen=True, slots=True)
class Stream:
    """A named stream: the struct of its records, the field that keys it, whether its log is kept without end.

    Master data are kept so, and never compacted: a shop has several accounts, and a namesake on another platform.
    """

    name: str
    struct: type[Struct]
    key: str
    is_kept: bool = False


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

OUTPUTS: dict[str, Stream] = {
    s.name: s
    for s in (
        Stream("alerts", records.Alert, "buyer_id"),
        Stream("tag-statuses", records.TagStatus, "buyer_id"),
        Stream("tag-confirmations", records.TagConfirmation, "buyer_id"),
        Stream("consequences", records.Consequence, "subject_id"),
        Stream("labels", records.Label, "buyer_id"),
        Stream("dead-letters", records.DeadLetter, "topic"),
    )
}
"""What cloudtag publishes."""

INTERNAL: dict[str, Stream] = {
    s.name: s
    for s in (
        Stream("waybill-uses", forwards.WaybillUsed, "waybill_no"),
        Stream("parcel-reports", forwards.ParcelReported, "buyer_id"),
        Stream("attribute-uses", links.AttributeUsed, "attribute"),
        Stream("link-reports", links.LinkReported, "buyer_id"),
        Stream("shop-questions", links.ShopAsked, "shop_id"),
        Stream("shop-answers", links.ShopReported, "buyer_id"),
        Stream("sku-answers", links.SkuOwned, "buyer_id"),
        Stream("tag-requests", forwards.TagRequested, "buyer_id"),
    )
}
"""What processors tell each other."""

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
        "link-reports",
        "shop-answers",
        "sku-answers",
        "tag-requests",
    ),
    "parcels": ("logistics", "waybill-uses"),
    "links": ("attribute-uses",),
    "shops": ("tags", "accounts", "violations", "abuses", "shops", "shop-questions"),
}
"""The streams each processor reads; all of them share one partition count. `watermarks-<processor>` comes on top."""

STREAM_OF: dict[type[Struct], str] = {
    s.struct: s.name for s in (*INPUTS.values(), *OUTPUTS.values(), *INTERNAL.values())
}
"""The stream a struct travels on."""
