"""Orders the shop need not ship are no "deal not sold" of its (B19, A15)."""

from __future__ import annotations

from collections.abc import Iterator

from cloudtag.decisions.consequences.case import (
    ConsequenceCase,
    ConsequenceTimer,
    Follows,
    consequence,
    orders_named,
    put_at,
)

_TOLD = ("reasons", "region", "unanswered_contacts")


def exempt_deals(case: ConsequenceCase) -> Iterator[Follows | ConsequenceTimer]:
    """B19, A15: one exemption per order that an alert recommends it for, as long as that alert stands.

    A shop that calls the alert wrong (verdict `normal`) needs none. Tags that say the same decide nothing by
    themselves; they are named beside the alert (J8).
    """
    for alert in case.alerts:
        if alert.recommendation != "deal_not_sold_exemption" or alert.facts.get("verdict") == "normal":
            continue
        for shop_id, order_id in orders_named(alert):
            details = {"exemption": "deal_not_sold", **{k: alert.facts[k] for k in _TOLD if k in alert.facts}}
            record = consequence(
                case.buyer,
                "deal_not_sold_exemption",
                ("order", order_id),
                case.policies.at(alert.platform, alert.decided_at),
                [alert.alert_id, *_tags_about(case, shop_id, order_id)],
                alert.decided_at,
                details,
                platform=alert.platform,
                shop_id=shop_id,
            )
            yield Follows(record, alert.first_event_at)


def _tags_about(case: ConsequenceCase, shop_id: str, order_id: str) -> Iterator[str]:
    for tag in case.tags:
        is_open = tag.status == "pending" and (tag.shop_id, tag.order_id) == (shop_id, order_id)
        if is_open and tag.scenario in case.policies.at(tag.platform, put_at(tag)).tags.exempting:
            yield tag.tag_id
