"""What consequences are judged by: everything published about one buyer so far, and the facts beside it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from msgspec.structs import replace

from cloudtag.contract.disputes import AppealChanged, OrderLimitChanged
from cloudtag.contract.events import AlertAnswered, ComplaintChanged
from cloudtag.contract.ids import digest_id
from cloudtag.contract.records import Alert, Consequence, SubjectKind, TagConfirmation, TagStatus
from cloudtag.contract.scope import scoped
from cloudtag.decisions.reports import Report, order_of
from cloudtag.decisions.severity import severe_since
from cloudtag.detection.complaint_view import ComplaintView
from cloudtag.detection.once import once_of_case
from cloudtag.detection.order_view import OrderView
from cloudtag.policy.model import Policies, Policy


class Follows(NamedTuple):
    """A consequence as it should stand now, and the event time of the oldest fact it rests on."""

    record: Consequence
    since_ms: int


class ConsequenceTimer(NamedTuple):
    """Time alone changes a consequence at that moment (event time)."""

    at_ms: int


@dataclass(frozen=True, slots=True)
class ConsequenceCase:
    """One buyer at one moment of event time.

    `alerts`, `tags` and `confirmations` are those that stand, in order of time; alerts of the whole-site judgement are
    left out, they repeat what others say. `orders` are those still held, by shop and id;
    `complaints` those by and about the buyer, in order of their ids, `reports` what became of those by shops.
    `verdicts` are the ones that count, by alert. `appeals` and `limits` are all that is known, in any order.
    `owners`: by shop, what its owner is known by; a shop that is not there stands for itself (F18).
    """

    buyer_id: str
    alerts: list[Alert]
    tags: list[TagStatus]
    confirmations: list[TagConfirmation]
    orders: Mapping[tuple[str, str], OrderView]
    complaints: Sequence[ComplaintView]
    verdicts: Mapping[str, AlertAnswered]
    policies: Policies
    now_ms: int
    reports: Sequence[Report] = ()
    appeals: Sequence[AppealChanged] = ()
    limits: Sequence[OrderLimitChanged] = ()
    network: str = ""
    owners: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    made: dict[Any, Any] = field(default_factory=dict)
    """What was found out about it so far (see `once_of_case`)."""

    def alerts_naming(self, order_id: str) -> Sequence[Alert]:
        """The alerts that name an order of that id, of whatever shop."""
        return _by_order(self).get(order_id, ())

    @property
    def buyer(self) -> str:
        """The buyer with the network: what ids are made of."""
        return scoped(self.network, self.buyer_id)


__all__ = [
    "ConsequenceCase",
    "ConsequenceTimer",
    "Follow",
    "Follows",
    "complaints_among",
    "consequence_id",
    "lasting",
    "order_of",
    "orders_named",
    "put_at",
    "reached_at",
]
Follow = Callable[[ConsequenceCase], Iterator[Follows | ConsequenceTimer]]
"""One rule: what follows from a case."""


@once_of_case
def _by_order(case: ConsequenceCase) -> dict[str, list[Alert]]:
    found: dict[str, list[Alert]] = {}
    for alert in case.alerts:
        for order_id in dict.fromkeys(order_id for _, order_id in orders_named(alert)):
            found.setdefault(order_id, []).append(alert)
    return found


def orders_named(alert: Alert) -> tuple[tuple[str, str], ...]:
    """The orders an alert names, as shop and id; the shop is empty where nobody knows it."""
    if alert.orders:
        return tuple((order.shop_id, order.order_id) for order in alert.orders)
    return tuple((alert.shop_id or "", order_id) for order_id in alert.order_ids)


def complaints_among(facts: Iterable[Any]) -> list[ComplaintView]:
    """The complaints that facts name, in order of their ids; not every event need name the order."""
    events: dict[tuple[str, str], list[ComplaintChanged]] = {}
    for fact in facts:
        if type(fact) is ComplaintChanged:
            events.setdefault((fact.complaint_id, fact.shop_id), []).append(fact)
    return [ComplaintView(events[complaint]) for complaint in sorted(events)]


def consequence_id(buyer: str, kind: str, subject: tuple[SubjectKind, str], shop_id: str | None, anchor: str) -> str:
    """The id of a consequence: of its kind, its subject and what else distinguishes it from others of the kind.

    The buyer, with the network, is part of it: an order that is tagged, or named in an alert, under two buyers is
    judged in two keyed states.
    """
    return digest_id(kind, buyer, subject[0], shop_id or "", subject[1], anchor)


def consequence(
    buyer: str,
    kind: str,
    subject: tuple[SubjectKind, str],
    policy: Policy,
    because: Iterable[str],
    starts_at: int,
    details: dict[str, str],
    *,
    anchor: str = "",
    platform: str,
    ends_at: int | None = None,
    shop_id: str | None = None,
) -> Consequence:
    """A consequence, under the id that is its own. An empty `shop_id` is none: nobody knows the shop."""
    subject_kind, subject_id = subject
    return Consequence(
        consequence_id=consequence_id(buyer, kind, subject, shop_id, anchor),
        revision=0,
        status="active",
        kind=kind,
        subject_kind=subject_kind,
        subject_id=subject_id,
        platform=platform,
        because=tuple(sorted(set(because))),
        details=details,
        starts_at=starts_at,
        ends_at=ends_at,
        policy_version=policy.version,
        shop_id=shop_id or None,
    )


def put_at(tag: TagStatus) -> int:
    """When a tag was put; of one that does not say it, when it was decided."""
    return tag.decided_at if tag.put_at is None else tag.put_at


def reached_at(alert: Alert, severities: Iterable[str]) -> int:
    """Event time since which an alert is at least as severe as one of these, which it is."""
    at_ms = severe_since(alert, severities)
    assert at_ms is not None
    return at_ms


def lasting(follows: Follows, now_ms: int) -> Iterator[Follows | ConsequenceTimer]:
    """A consequence that ends by itself: active until its `ends_at`, ended from then on."""
    ends_at = follows.record.ends_at
    if ends_at is None:
        yield follows
    elif now_ms < ends_at:
        yield follows
        yield ConsequenceTimer(ends_at)
    else:
        yield follows._replace(record=replace(follows.record, status="ended"))
