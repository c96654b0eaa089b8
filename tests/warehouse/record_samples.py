"""Makers of tag and report statuses, confirmations, consequences and labels. A `day` counts from `START_MS`."""

from typing import Any

from cloudtag.contract import events, records, types
from tests.warehouse.samples import START_MS

HOUR_MS = 3_600_000
DAY_MS = 24 * HOUR_MS


def at(day: float) -> int:
    """A moment so many days after the start."""
    return START_MS + round(day * DAY_MS)


def tag_status(
    tag: str, buyer: str, shop: str, status: records.TagState, day: float, revision: int = 0, **fields: Any
) -> records.TagStatus:
    """Status of the tag `submission/order`."""
    values: dict[str, Any] = {
        "tag_id": tag,
        "revision": revision,
        "status": status,
        "shown_as": status,
        "platform": "jd",
        "buyer_id": buyer,
        "shop_id": shop,
        "order_id": tag.split("/")[-1],
        "scenario": "short_return",
        "distinct_shops": 1,
        "threshold": 3,
        "window_days": 180,
        "decided_at": at(day),
        "policy_version": "p1",
    }
    return records.TagStatus(**{**values, **fields})


def confirmation(
    name: str, buyer: str, tags: tuple[str, ...], day: float, revision: int = 0, **fields: Any
) -> records.TagConfirmation:
    """A confirmation by shops, standing."""
    values: dict[str, Any] = {
        "confirmation_id": name,
        "revision": revision,
        "status": "confirmed",
        "platform": "jd",
        "buyer_id": buyer,
        "scenario": "short_return",
        "basis": "shops",
        "tag_ids": tags,
        "order_ids": tuple(tag.split("/")[-1] for tag in tags),
        "confirmed_at": at(day),
        "policy_version": "p1",
    }
    return records.TagConfirmation(**{**values, **fields})


def consequence(
    kind: str, subject_kind: records.SubjectKind, subject: str, day: float, revision: int = 0, **fields: Any
) -> records.Consequence:
    """A consequence in force. Unless said, its id is made of kind, subject and the field `anchor`."""
    anchor = fields.pop("anchor", "")
    values: dict[str, Any] = {
        "consequence_id": f"{kind}-{subject}-{anchor}",
        "revision": revision,
        "status": "active",
        "kind": kind,
        "subject_kind": subject_kind,
        "subject_id": subject,
        "platform": "jd",
        "starts_at": at(day),
        "policy_version": "p1",
    }
    return records.Consequence(**{**values, **fields})


def label(
    alert: str, buyer: str, kind: records.LabelKind, day: float, revision: int = 0, **fields: Any
) -> records.Label:
    """The label of an alert by `short_return`, standing."""
    values: dict[str, Any] = {
        "label_id": f"label-{alert}",
        "revision": revision,
        "status": "standing",
        "label": kind,
        "alert_id": alert,
        "detector": "short_return",
        "scenario": "short_return",
        "family": "refund",
        "severity": "high",
        "platform": "jd",
        "buyer_id": buyer,
        "shop_id": "s1",
        "answered_by_shop_id": "s1",
        "account_id": "acc-1",
        "labelled_at": at(day),
        "policy_version": "p1",
    }
    return records.Label(**{**values, **fields})


def report_status(
    name: str, buyer: str, shop: str, status: records.ReportState, day: float, revision: int = 0, **fields: Any
) -> records.ReportStatus:
    """Status of a shop's report, put at the start."""
    values: dict[str, Any] = {
        "report_id": name,
        "revision": revision,
        "status": status,
        "scenario": "malicious_refund",
        "channel": "complaint_centre",
        "platform": "taobao",
        "buyer_id": buyer,
        "shop_id": shop,
        "put_at": at(0),
        "decided_at": at(day),
        "policy_version": "p1",
    }
    return records.ReportStatus(**{**values, **fields})


def claim(
    name: str, status: types.InsuranceStatus, day: float, amount_minor: int | None = None, **fields: Any
) -> events.InsuranceChanged:
    """An insurance claim of order `o-<name>` changed."""
    values: dict[str, Any] = {
        "event_id": f"claim-{name}-{status}",
        "occurred_at": at(day),
        "platform": "jd",
        "claim_id": name,
        "order_id": f"o-{name}",
        "buyer_id": "nina",
        "shop_id": "s1",
        "status": status,
        "amount_minor": amount_minor,
    }
    return events.InsuranceChanged(**{**values, **fields})
