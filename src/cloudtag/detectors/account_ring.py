"""Accounts that belong together, several of them with alerts.

What it finds: at least three buyers who share devices, phones, payment accounts or addresses, and several of whom,
this one among them, have alerts.

Why it is abuse: one person, or one gang, spreads its refunds over many accounts so that none of them stands out.

How it decides: counted are this buyer, everybody who shares an attribute with this buyer, and everybody who shares one
with those: the go-between counts though nothing stands about it. An attribute that too many people show (a locker, an
office) links nobody, nor does somebody who is linked to too many; a near address is no link. At least `buyers` in all,
of whom at least `with_alerts` have alerts of other detectors. Alerts that protect a shop and accuse nobody, and those a
shop called normal, do not count. Every link is a fact. High; medium when a common address is all that links them, or
when too few are left without what was used too far apart: an address or a phone more than `short_days`, a device or a
payment account more than `long_days`.

Known false positives: a family in which two send much back; a shared flat; a phone handed down.

What would clear it: the withdrawal of the alerts of its members, a verdict `normal` on them, or so many more people at
the shared attribute that it proves nothing.

What to do: look at the accounts as one; check names before benefits are paid to any of them.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

from msgspec import Meta, Struct

from cloudtag.contract.records import Alert, Reference, Severity
from cloudtag.detection.buyer_case import RiskCase, accuses
from cloudtag.detection.examples.account_ring import EXAMPLES
from cloudtag.detection.finding import Finding, Timer, bounded, oldest_first, unique
from cloudtag.detection.names import attributes, attributes_zh
from cloudtag.detection.ring import Link, Members, members_of
from cloudtag.detection.rule import Rule
from cloudtag.detection.windows import DAY_MS
from cloudtag.detection.wording import listed

RULE = Rule(
    title="Accounts that belong together, several of them with alerts",
    family="buyer",
    scenario="account_ring",
    scenario_zh="关联账号团伙",
    scope="risk",
    needs=(),
    rules=("A1", "F11"),
    clears="Withdrawal of its members' alerts, a verdict `normal` on them, or a shared attribute that turns out a hub.",
    clears_zh="成员的预警被撤回或被店铺判定为正常，或共用信息被证实为公共地址、公共设备。",
    recommendation="review_accounts_together",
    own_fields=("orders.address_hash", "orders.phone_hash", "orders.device_hash", "orders.payment_hash"),
)
__all__ = ["EXAMPLES", "RULE", "Parameters", "detect"]
_SLACK_MS = 30 * DAY_MS
"""How much earlier than its decision an alert's events may be and still be held by the other buyer's file."""


class Parameters(Struct, frozen=True, forbid_unknown_fields=True):
    """How many buyers make a ring, how many of them must have alerts, and how far apart two may have used what they
    share, an address or a phone (short), a device or a payment account (long), for a grave suspicion."""

    buyers: Annotated[int, Meta(ge=2)] = 3
    with_alerts: Annotated[int, Meta(ge=1)] = 2
    short_days: Annotated[int, Meta(ge=1)] = 60
    long_days: Annotated[int, Meta(ge=1)] = 180


def detect(case: RiskCase, parameters: Parameters) -> Iterator[Finding | Timer]:
    """One finding for a buyer with alerts who belongs to such a ring."""
    own = min((a for a in case.alerts if accuses(a)), key=lambda a: (a.decided_at, a.alert_id), default=None)
    if own is None:
        return
    members = members_of(case, parameters.short_days, parameters.long_days)
    if _is_ring(members, parameters):
        yield _finding(case, own, members, parameters)


def _is_ring(members: Members, parameters: Parameters) -> bool:
    return len(members) + 1 >= parameters.buyers and len(_alerted(members)) + 1 >= parameters.with_alerts


def _alerted(members: Members) -> dict[str, int]:
    """Since when alerts accuse those whom any accuse: every use of somebody says the same of it."""
    told = {buyer_id: links[0].use.alerted_at for buyer_id, links in members.items()}
    return {buyer_id: at_ms for buyer_id, at_ms in told.items() if at_ms}


def _severity(members: Members, parameters: Parameters) -> Severity:
    """Grave only by what was used at nearly one time, and not by an address alone."""
    fresh = {buyer_id: near for buyer_id, links in members.items() if (near := [k for k in links if k.is_fresh])}
    is_home = all(link.use.attribute.startswith("address:") for links in fresh.values() for link in links)
    return "high" if _is_ring(fresh, parameters) and not is_home else "medium"


def _decided_at(own: Alert, members: Members, parameters: Parameters) -> int:
    """When the last one needed was linked, and the last one needed had an alert."""
    since = {buyer_id: min(link.use.occurred_at for link in links) for buyer_id, links in members.items()}
    accused = sorted(max(since[buyer_id], at_ms) for buyer_id, at_ms in _alerted(members).items())
    first = [own.decided_at, *sorted(since.values())[: parameters.buyers - 1], *accused[: parameters.with_alerts - 1]]
    return max(first)


def _linked_by(buyer_id: str, links: list[Link]) -> tuple[str, str]:
    """How somebody is linked, for the sentence of either language."""
    shown, over = unique(link.use.attribute for link in links), unique(link.over for link in links if link.over)
    if not over:
        return f"to {buyer_id} by {attributes(shown)}", f"{buyer_id}（{attributes_zh(shown)}）"
    between = listed(over)
    return (
        f"over {between} to {buyer_id}, who shares {attributes(shown)} with {between}",
        f"{buyer_id}（经 {'、'.join(over)} 以{attributes_zh(shown)}关联）",
    )


def _finding(case: RiskCase, own: Alert, members: Members, parameters: Parameters) -> Finding:
    uses = [link.use for links in members.values() for link in links]
    alerted = _alerted(members)
    count, accused, ways = (
        len(members) + 1,
        len(alerted) + 1,
        [_linked_by(buyer_id, links) for buyer_id, links in members.items()],
    )
    return Finding(
        anchor="",
        severity=_severity(members, parameters),
        platform=own.platform,
        shop_id=None,
        order_ids=unique(order_id for alert in case.alerts if accuses(alert) for order_id in alert.order_ids),
        linked_buyer_ids=tuple(members),
        decided_at=_decided_at(own, members, parameters),
        evidence=bounded(
            oldest_first((*own.evidence, *(Reference("orders", use.event_id, use.occurred_at) for use in uses)))
        ),
        facts={
            "buyers": f"{count}/{parameters.buyers}",
            "with_alerts": f"{accused}/{parameters.with_alerts}",
            **{
                f"link {buyer_id}": ", ".join(unique(link.words for link in links))
                for buyer_id, links in members.items()
            },
        },
        explanation=(
            f"{count} buyers belong together, {accused} of them with alerts: buyer {case.buyer_id} is linked "
            f"{listed(way for way, _ in ways)}."
        ),
        explanation_zh=(
            f"{count} 名买家相互关联，其中 {accused} 名有预警：买家 {case.buyer_id} 关联买家 "
            f"{'、'.join(way for _, way in ways)}。"
        ),
        since_at=min((own.first_event_at, *alerted.values())) - _SLACK_MS,
    )
