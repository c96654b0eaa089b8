"""Records to store: one maker per stream, numbered, so that a test can say what must come out."""

from typing import Any

from msgspec import Struct

from cloudtag.contract import disputes, events, records, surfaces, types
from tests.warehouse.decision_samples import decision_samples

START_MS = 1_772_000_000_000  # 2026-02-25T06:13:20Z
MINUTE_MS = 60_000


def alert(number: int, revision: int = 0, **fields: Any) -> records.Alert:
    """Alert `a<number>` of buyer `buyer-<number % 7>`, a minute after the one before it."""
    at = START_MS + number * MINUTE_MS
    values: dict[str, Any] = {
        "alert_id": f"a{number}",
        "revision": revision,
        "status": "open",
        "detector": "short_return",
        "scenario": "short_return",
        "family": "refund",
        "severity": "high",
        "platform": "taobao",
        "buyer_id": f"buyer-{number % 7}",
        "shop_id": f"shop-{number % 3}",
        "order_ids": (f"o{number}",),
        "refund_ids": (f"r{number}",),
        "first_event_at": at - 10 * MINUTE_MS,
        "decided_at": at,
        "evidence": (
            records.Reference("refunds", f"e{number}-0", at),
            records.Reference("inspections", f"i{number}", at),
        ),
        "facts": {"expected": "5", "received": "1"},
        "explanation": f"buyer-{number % 7} announced 5 pieces and 1 came back.",
        "explanation_zh": f"buyer-{number % 7} 应退5件，实收1件。",
        "policy_version": "taobao-2026-01",
    }
    return records.Alert(**{**values, **fields})


def order(number: int, status: types.OrderStatus = "paid", **fields: Any) -> events.OrderChanged:
    """Order `o<number>` of buyer `buyer-<number % 7>`."""
    values: dict[str, Any] = {
        "event_id": f"order-{number}-{status}",
        "occurred_at": START_MS + number * MINUTE_MS,
        "platform": "taobao",
        "order_id": f"o{number}",
        "buyer_id": f"buyer-{number % 7}",
        "shop_id": f"shop-{number % 3}",
        "status": status,
        "lines": (types.OrderLine("sku-1", 2, 1000), types.OrderLine("sku-2", 1, 500, "item-2")),
        "currency": "CNY",
        "device_hash": f"device-{number % 2}",
    }
    return events.OrderChanged(**{**values, **fields})


def refund(number: int, status: types.RefundStatus = "opened", **fields: Any) -> events.RefundChanged:
    """Refund `r<number>` of order `o<number>`."""
    values: dict[str, Any] = {
        "event_id": f"refund-{number}-{status}",
        "occurred_at": START_MS + (number + 60) * MINUTE_MS,
        "platform": "taobao",
        "refund_id": f"r{number}",
        "order_id": f"o{number}",
        "buyer_id": f"buyer-{number % 7}",
        "shop_id": f"shop-{number % 3}",
        "status": status,
        "type": "return_refund",
        "reason": "no_reason",
        "amount_minor": 2500,
        "waybill_no": f"w{number}",
        "evidence": (types.Proof("ab" * 32, "picture", "0123456789abcdef"),),
    }
    return events.RefundChanged(**{**values, **fields})


def one_of_each() -> dict[str, Struct]:
    """A record of every stream that has a table."""
    at = START_MS
    who: dict[str, Any] = {"order_id": "o1", "buyer_id": "buyer-1", "shop_id": "shop-1"}
    event: dict[str, Any] = {"event_id": "e1", "occurred_at": at, "platform": "taobao"}
    policy: dict[str, Any] = {"platform": "taobao", "policy_version": "taobao-2026-01"}
    return {
        "orders": order(
            1,
            "cancelled",
            buyer_note="please hurry",
            address_valid=True,
            note_meaningless=True,
            cancelled_by="platform",
            lines=(
                types.OrderLine("sku-1", 2, 1000, "item-1", (types.Component("cup", 4), types.Component("pot", 1))),
                types.OrderLine("sku-2", 1, 500),
            ),
            parcels=(types.SentParcel("w1", "sf", (types.Goods("cup", 4),)), types.SentParcel("w9")),
        ),
        "refunds": refund(
            1,
            deadline_at=at,
            currency="CNY",
            waybill_cleared=True,
            approved_by="agent-1",
            evidence=(types.Proof("ab" * 32, "video"), types.Proof("ef" * 32, "picture", origin="internet")),
        ),
        "logistics": events.ParcelScanned(
            **event, carrier=None, waybill_no="w1", scan="collected", time_is_local=True, received_at=at + MINUTE_MS
        ),
        "inspections": events.ReturnInspected(
            **event,
            **who,
            refund_id="r1",
            received=(types.Goods("sku-1", 1),),
            condition=("worn", "package_missing"),
            authentic=False,
            arrived=False,
            weight_grams=400,
        ),
        "reviews": events.ReviewPosted(**event, **who, review_id="v1", rating=1, demands_money=True),
        "complaints": events.ComplaintChanged(
            **event, **who, complaint_id="c1", type="postage", status="opened", evidence=(types.Proof("cd" * 32),)
        ),
        "contacts": events.BuyerContacted(**event, **who, channel="phone"),
        "insurance": events.InsuranceChanged(**event, **who, claim_id="n1", status="claimed", amount_minor=120),
        "tags": events.TagSubmitted(
            **event,
            submission_id="t1",
            shop_id="shop-1",
            account_id="acc-1",
            scenarios=("short_return",),
            orders=(types.TaggedOrder("o1", "buyer-1"), types.TaggedOrder("o2", "buyer-2")),
            withdraws="e0",
        ),
        "verdicts": events.AlertAnswered(
            **event,
            alert_id="a1",
            buyer_id="buyer-1",
            shop_id=None,
            account_id=None,
            verdict="abnormal",
            reviewer="person-1",
            alert_revision=0,
            reason="looks wrong",
            withdraws="e0",
        ),
        "shops": events.ShopDescribed(**event, shop_id="shop-1", return_address_hashes=("addr-1",), category="shoes"),
        "accounts": events.AccountChanged(**event, shop_id="shop-1", account_id="acc-1", status="exam_passed"),
        "violations": events.ViolationChanged(
            **event, case_id="k1", shop_id="shop-1", status="found", order_ids=("o1",)
        ),
        "abuses": events.AbuseFound(**event, shop_id="shop-1", kind="false_report", withdraws="e0"),
        "erasures": events.ErasureRequested(**event, buyer_id="buyer-9"),
        "chargebacks": disputes.ChargebackChanged(
            **event, **who, chargeback_id="k1", payment_hash="card-1", status="lost", amount_minor=2500, currency="CNY"
        ),
        "order-limits": disputes.OrderLimitChanged(
            **event, shop_id="shop-1", buyer_id="buyer-1", account_id="acc-1", status="set"
        ),
        "appeals": disputes.AppealChanged(
            **event, appeal_id="p1", buyer_id="buyer-1", consequence_id="q1", status="opened"
        ),
        "alerts": alert(1, linked_buyer_ids=("buyer-2",), recommendation="refuse", route="cloud_tag", historical=True),
        "tag-statuses": records.TagStatus(
            **policy,
            **who,
            tag_id="t1/o1",
            revision=0,
            status="pending",
            shown_as="pending",
            scenario="short_return",
            distinct_shops=1,
            threshold=3,
            window_days=180,
            decided_at=at,
            due_at=at + MINUTE_MS,
            put_at=at,
        ),
        "tag-confirmations": records.TagConfirmation(
            **policy,
            confirmation_id="f1",
            revision=0,
            status="confirmed",
            buyer_id="buyer-1",
            scenario="short_return",
            basis="shops",
            tag_ids=("t1/o1",),
            shop_ids=("shop-1",),
            order_ids=("o1",),
            confirmed_at=at,
            independent_shops=4,
            reached_ms=(at, at + MINUTE_MS),
        ),
        "consequences": records.Consequence(
            **policy,
            consequence_id="q1",
            revision=0,
            status="active",
            kind="sanction",
            subject_kind="buyer",
            subject_id="buyer-1",
            because=("f1",),
            details={"sanction": "warn"},
            historical=False,
            starts_at=at,
            ends_at=at + MINUTE_MS,
        ),
        "report-statuses": records.ReportStatus(
            **policy,
            **who,
            report_id="c1",
            revision=0,
            status="upheld",
            scenario="malicious_refund",
            channel="complaint_centre",
            vouchers_complete=True,
            chat_authorised=True,
            put_at=at,
            due_at=at + MINUTE_MS,
            cleaned_by=at + MINUTE_MS,
            decided_at=at,
        ),
        "labels": records.Label(
            **policy,
            label_id="l1",
            revision=0,
            status="standing",
            label="true_positive",
            alert_id="a1",
            detector="short_return",
            scenario="short_return",
            family="refund",
            severity="high",
            buyer_id="buyer-1",
            shop_id="shop-1",
            answered_by_shop_id="shop-1",
            account_id="acc-1",
            labelled_at=at,
        ),
        "dead-letters": records.DeadLetter(
            topic="orders",
            partition=3,
            offset=17,
            key=b"k\xff",
            value=b"\x00\xffbad",
            reason="truncated",
            error="the bytes end inside of the record",
            seen_at=at,
        ),
        **decision_samples(at),
        "case-acts": surfaces.CaseAct(
            **event,
            alert_id="a1",
            actor="mei",
            act="propose",
            shop_id="shop-1",
            until_at=at + 60_000,
            revision=1,
            proposed="verdict",
            said='{"verdict":"abnormal"}',
            account_id="acc-1",
            buyer_id="buyer-1",
        ),
        "audit": surfaces.AuditEntry(
            event_id="e1",
            occurred_at=at,
            actor="mei",
            role="shop",
            kind="act",
            what="/cases/a1/verdict",
            alert_id="a1",
            sent_event_id="e2",
            status=303,
            origin="127.0.0.1",
            reason="the box was empty",
        ),
    }
