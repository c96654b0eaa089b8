"""Orders a shop is warned of, or that are held, before they are shipped (A17, B10, J11)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import pairwise
from typing import NamedTuple

from cloudtag.contract.disputes import OrderLimitChanged
from cloudtag.decisions.consequences.case import (
    ConsequenceCase,
    ConsequenceTimer,
    Follows,
    consequence,
    lasting,
    reached_at,
)
from cloudtag.decisions.consequences.sanctions import Sanctioned, sanctions_of
from cloudtag.decisions.tag_windows import stands
from cloudtag.detection.order_view import OrderView

_OVER = ("shipped", "completed", "closed_unpaid", "cancelled")
_LIMIT = "purchase_limit"
_NEVER_MS = 2**62
"""The end of what does not end by itself."""


class WatchGround(NamedTuple):
    """Why orders are warned of or held: since when and until when, the id of what says so, and what that rests on."""

    at_ms: int
    ends_at: int
    because: str
    since_ms: int
    basis: str


def watch_unshipped(case: ConsequenceCase) -> Iterator[Follows | ConsequenceTimer]:
    """One warning and one hold at most for each order that is not shipped yet, while a ground of its network lasts."""
    sanctions = sanctions_of(case)
    warnings = _warnings(case, sanctions)
    if not (warnings or case.limits):
        return
    for (shop_id, _), order in sorted(case.orders.items()):
        if not order.changes:
            continue
        assert order.platform is not None, "its own events name it"
        network = case.policies.networks[order.platform]
        holds = list(_holds(case, network, shop_id, order.began_at, sanctions))
        for kind, grounds in (("order_warning", warnings.get(network, [])), ("order_hold", holds)):
            yield from _told(case, order, (shop_id, order.platform), kind, grounds)


def _told(
    case: ConsequenceCase, order: OrderView, there: tuple[str, str], kind: str, grounds: Iterable[WatchGround]
) -> Iterator[Follows | ConsequenceTimer]:
    """From the first ground on, until the order is shipped or closed or the last ground is over.

    `there`: its shop and platform.
    """
    placed_at = order.began_at
    over_at = min(
        (order.first_at[status].occurred_at for status in _OVER if status in order.first_at), default=_NEVER_MS
    )
    # A ground that was over before the order was placed is none.
    grounds = [ground for ground in grounds if ground.at_ms < over_at and ground.ends_at > placed_at]
    if not grounds or over_at <= placed_at:
        return
    begins_at = max(placed_at, min(ground.at_ms for ground in grounds))
    ends_at = min(over_at, max(ground.ends_at for ground in grounds))
    shop_id, platform = there
    record = consequence(
        case.buyer,
        kind,
        ("order", order.order_id),
        case.policies.at(platform, begins_at),
        (ground.because for ground in grounds),
        begins_at,
        {"basis": ", ".join(sorted({ground.basis for ground in grounds}))},
        anchor=shop_id,
        platform=platform,
        ends_at=ends_at if ends_at < _NEVER_MS else None,
        shop_id=shop_id,
    )
    yield from lasting(Follows(record, min(placed_at, *(ground.since_ms for ground in grounds))), case.now_ms)


def _warnings(case: ConsequenceCase, sanctions: Iterable[Sanctioned]) -> dict[str, list[WatchGround]]:
    """By network of platforms: the buyer's sanction, confirmations and critical alerts there."""
    networks: dict[str, list[WatchGround]] = {}
    for found in sanctions:
        networks.setdefault(found.network, []).extend(_of_sanction(found, "sanction"))
    for one in case.confirmations:
        ground = WatchGround(one.confirmed_at, _NEVER_MS, one.confirmation_id, one.confirmed_at, "confirmation")
        networks.setdefault(case.policies.networks[one.platform], []).append(ground)
    for alert in case.alerts:
        if alert.severity == "critical" and stands(alert):
            at_ms = reached_at(alert, ("critical",))
            ground = WatchGround(at_ms, _NEVER_MS, alert.alert_id, alert.first_event_at, "critical_alert")
            networks.setdefault(case.policies.networks[alert.platform], []).append(ground)
    return networks


def _holds(
    case: ConsequenceCase, network: str, shop_id: str, placed_at: int, sanctions: Iterable[Sanctioned]
) -> Iterator[WatchGround]:
    """The shop's own limit for orders placed while it lasts (J11), a purchase limit for all."""
    for found in sanctions:
        if found.network == network:
            yield from _of_sanction(found, _LIMIT, _LIMIT)
    for ground in limits_at(case, shop_id, network):
        if ground.at_ms <= placed_at:
            yield ground


def _of_sanction(found: Sanctioned, basis: str, sanctioned: str | None = None) -> Iterator[WatchGround]:
    """One for each step of it, or each that is a certain sanction: until its end, or until the next one takes its
    place."""
    for step, following in pairwise((*found.steps, None)):
        assert step is not None
        if sanctioned in (None, found.name_of(step)):
            ends_at = _NEVER_MS if step.ends_at is None else step.ends_at
            replaced_at = _NEVER_MS if following is None else following.at_ms
            known = [cause for cause in found.causes if cause.at_ms <= step.at_ms]
            since_ms = min(cause.since_ms for cause in known)
            yield WatchGround(step.at_ms, min(ends_at, replaced_at), known[-1].id, since_ms, basis)


def limits_at(case: ConsequenceCase, shop_id: str, network: str) -> list[WatchGround]:
    """The spans in which a shop barred the buyer; setting a limit again while it lasts changes nothing."""
    spans: list[WatchGround] = []
    began: OrderLimitChanged | None = None
    for change in sorted(case.limits, key=lambda c: (c.occurred_at, c.event_id)):
        if change.shop_id != shop_id or case.policies.networks[change.platform] != network:
            continue
        if change.status == "set" and began is None:
            began = change
        elif change.status == "lifted" and began is not None:
            spans.append(_span(began, change.occurred_at))
            began = None
    return [*spans, _span(began, _NEVER_MS)] if began is not None else spans


def _span(began: OrderLimitChanged, ends_at: int) -> WatchGround:
    return WatchGround(began.occurred_at, ends_at, began.event_id, began.occurred_at, "shop_limit")
