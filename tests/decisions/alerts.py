"""An alert for tests that look at one field or two of it."""

from cloudtag.contract.records import Alert, Severity, ShopOrder


def an_alert(
    alert_id: str = "a1",
    *,
    shop_id: str | None = "s1",
    shops: tuple[str, ...] = (),
    severity: Severity = "high",
    scenario: str = "short_return",
    order_ids: tuple[str, ...] = ("o1",),
    refund_ids: tuple[str, ...] = (),
) -> Alert:
    """An open alert about buyer `b1`; `shops`: those whose orders it names, one order each."""
    return Alert(
        alert_id=alert_id, revision=0, status="open", detector=scenario, scenario=scenario, family="refund",
        severity=severity, platform="taobao", buyer_id="b1", shop_id=shop_id, order_ids=order_ids,
        refund_ids=refund_ids, waybill_nos=(), linked_buyer_ids=(), first_event_at=1, decided_at=1, evidence=(),
        facts={}, explanation="", explanation_zh="", recommendation=None, route=None, policy_version="",
        orders=tuple(ShopOrder(shop, f"o-{shop}") for shop in shops),
    )  # fmt: skip
