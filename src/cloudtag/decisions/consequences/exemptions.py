"""Orders the shop need not ship are no "deal not sold" of its (B19, A15)."""

from __future__ import annotations

from collections.abc import Iterator

from cloudtag.decisions.consequences.case import ConsequenceCase, ConsequenceTimer, Follows, consequence

_TOLD = ("reasons", "region", "unanswered_contacts")


def exempt_deals(case: ConsequenceCase) -> Iterator[Follows | ConsequenceTimer]:
    """B19, A15: one exemption per order that an alert recommends it for, as long as that alert stands.

    A shop that calls the alert wrong (verdict `normal`) needs none.
    """
    for alert in case.alerts:
        if alert.recommendation != "deal_not_sold_exemption" or alert.facts.get("verdict") == "normal":
            continue
        for order_id in alert.order_ids:
            details = {"exemption": "deal_not_sold", **{k: alert.facts[k] for k in _TOLD if k in alert.facts}}
            record = consequence(
                case.buyer_id,
                "deal_not_sold_exemption",
                ("order", order_id),
                case.policies.at(alert.platform, alert.decided_at),
                [alert.alert_id],
                alert.decided_at,
                details,
                platform=alert.platform,
            )
            yield Follows(record, alert.first_event_at)
