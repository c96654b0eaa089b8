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
from typing import Annotated, Any

from msgspec import Meta, Struct

from cloudtag.contract.ids import alert_id as make_alert_id
from cloudtag.contract.records import Alert, Reference, Severity
from cloudtag.contract.scope import scoped
from cloudtag.detection.buyer_case import RiskCase, accuses
from cloudtag.detection.example import day, event, ordered, refunded, scanned
from cloudtag.detection.finding import Finding, Timer, bounded, oldest_first, unique
from cloudtag.detection.names import attributes, attributes_zh
from cloudtag.detection.ring import Link, Members, members_of
from cloudtag.detection.rule import Example, Rule
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
_SLACK_MS = 30 * DAY_MS
"""How much earlier than its decision an alert's events may be and still be held by the other buyer's file."""


class Parameters(Struct, frozen=True, forbid_unknown_fields=True):
    """How many buyers make a ring, how many of them must have alerts, and how far apart two may have used what they
    share, an address or a phone (short), a device or a payment account (long), for a grave suspicion."""

    buyers: Annotated[int, Meta(ge=2)] = 3
    with_alerts: Annotated[int, Meta(ge=1)] = 2
    short_days: Annotated[int, Meta(ge=1)] = 60
    long_days: Annotated[int, Meta(ge=1)] = 180


def _denies(n: int, at: int = 0, **shown: object) -> tuple[dict[str, object], ...]:
    """Buyer n says that what was signed for never came."""
    who = {"refund_id": f"r{n}", "buyer_id": f"b{n}"}
    return (
        ordered("shipped", day(at), waybill_no=f"OUT{n}", **{"device_hash": "d1", **who, **shown}),
        scanned(f"OUT{n}", "signed", day(at + 2), signer="recipient"),
        refunded("opened", day(at + 3), type="refund_only", reason="not_received", **who),
    )


def _buys(n: int, at: int = 0, **shown: object) -> dict[str, object]:
    return ordered("paid", day(at), **{"refund_id": f"r{n}", "buyer_id": f"b{n}", "device_hash": "d1", **shown})


def _normal(n: int) -> dict[str, object]:
    alert_id = make_alert_id("received_refund_only", "taobao", f"b{n}", scoped("s1", f"o{n}"), f"r{n}")
    said = {"alert_id": alert_id, "buyer_id": f"b{n}", "account_id": "main", "verdict": "normal"}
    return event("verdicts", day(9), shop_id="s1", **said)


_HOME: dict[str, Any] = {"device_hash": None, "address_hash": "home"}


def _phone(at: int) -> tuple[dict[str, object], ...]:
    """A phone of three, one of whom shows it so many days later."""
    shown: dict[str, Any] = {"device_hash": None, "phone_hash": "p1"}
    return *_denies(1, **shown), _buys(3, 0, **shown), *_denies(2, at, **shown)


_CHAIN = (
    *_denies(1, device_hash=None, phone_hash="p1"),
    _buys(2, 1, phone_hash="p1", device_hash="d3"),
    *_denies(3, 5, device_hash="d3"),
)
EXAMPLES = (
    Example(
        name="three accounts on one device, two of them deceive",
        events=(*_denies(1), *_denies(2, 5), _buys(3, 1)),
        fires=(
            {
                "severity": "high",
                "buyer_id": "b1",
                "linked_buyer_ids": ["b2", "b3"],
                "decided_at": 1_773_100_800_000,
                "facts": {"buyers": "3/3", "with_alerts": "2/2", "link b2": "device:d1", "link b3": "device:d1"},
            },
            {"severity": "high", "buyer_id": "b2", "linked_buyer_ids": ["b1", "b3"]},
        ),
    ),
    Example(
        name="one in the middle, linked by a phone and by a card",
        events=(
            *_denies(1, phone_hash="p1", payment_hash="y1", device_hash=None),
            *_denies(2, 5, phone_hash="p1", device_hash=None),
            _buys(3, 1, payment_hash="y1", device_hash=None),
        ),
        fires=(
            {"buyer_id": "b1", "facts": {"link b2": "phone:p1", "link b3": "payment:y1"}},
            {"buyer_id": "b2", "facts": {"link b1": "phone:p1", "link b3": "payment:y1 over b1"}},
        ),
    ),
    Example(
        name="a go-between about whom nothing stands",
        events=_CHAIN,
        fires=(
            {
                "severity": "high",
                "buyer_id": "b1",
                "linked_buyer_ids": ["b2", "b3"],
                "facts": {
                    "buyers": "3/3", "with_alerts": "2/2", "link b2": "phone:p1", "link b3": "device:d3 over b2",
                },
            },
            {"severity": "high", "buyer_id": "b3", "facts": {"link b1": "phone:p1 over b2", "link b2": "device:d3"}},
        ),
    ),
    Example(name="near miss: a go-between, one black sheep", events=(*_CHAIN[:4], _buys(3, 5, device_hash="d3"))),
    Example(
        name="near miss: two go-betweens between two black sheep",
        events=(
            *_denies(1, device_hash=None, phone_hash="p1"),
            _buys(2, 1, phone_hash="p1", device_hash="d3"),
            _buys(3, 1, payment_hash="y3", device_hash="d3"),
            *_denies(4, 5, payment_hash="y3", device_hash=None),
        ),
    ),
    Example(
        name="the phone was used by both sixty days apart",
        events=_phone(60),
        fires=({"severity": "high", "buyer_id": "b1"}, {"severity": "high", "buyer_id": "b2"}),
    ),
    Example(
        name="the later of two orders within a month counts, too",
        events=(*_phone(61), _buys(1, 20, refund_id="r9", device_hash=None, phone_hash="p1")),
        fires=({"severity": "high", "buyer_id": "b1"}, {"severity": "medium", "buyer_id": "b2"}),
    ),
    Example(
        name="a day more, and it may have been sold on",
        events=_phone(61),
        fires=({"severity": "medium", "buyer_id": "b1"}, {"severity": "medium", "buyer_id": "b2"}),
    ),
    Example(
        name="the device was used by both a hundred and eighty days apart",
        events=(*_denies(1), _buys(3, 1), *_denies(2, 180)),
        fires=({"severity": "high", "buyer_id": "b1"}, {"severity": "high", "buyer_id": "b2"}),
    ),
    Example(
        name="a day more for the device, too",
        events=(*_denies(1), _buys(3, 0), *_denies(2, 181)),
        fires=({"severity": "medium", "buyer_id": "b1"}, {"severity": "medium", "buyer_id": "b2"}),
    ),
    Example(
        name="a household, two of whom deceive",
        events=(*_denies(1, **_HOME), *_denies(2, 5, **_HOME), _buys(3, 1, **_HOME)),
        fires=({"severity": "medium", "buyer_id": "b1"}, {"severity": "medium", "buyer_id": "b2"}),
    ),
    Example(
        name="near miss: a family at one address",
        events=tuple(_buys(n, n, **_HOME) for n in range(1, 6)),
    ),
    Example(
        name="near miss: one black sheep",
        events=(*_denies(1, **_HOME), *(_buys(n, 1, **_HOME) for n in (2, 3))),
    ),
    Example(name="near miss: a couple is no ring", events=(*_denies(1), *_denies(2, 5))),
    Example(
        name="near miss: a locker of thirty, two of whom deceive",
        events=(
            *_denies(1, address_hash="locker", device_hash=None),
            *_denies(2, 5, address_hash="locker", device_hash=None),
            *(_buys(n, 1, address_hash="locker", device_hash=None) for n in range(3, 31)),
        ),
    ),
    Example(
        name="near miss: three neighbours",
        events=tuple(
            e
            for n in (1, 2, 3)
            for e in _denies(n, n, device_hash=None, address_area="a1")
        ),
    ),
    Example(
        name="near miss: the shop calls one of the two normal",
        events=(*_denies(1), *_denies(2, 5), _buys(3, 1), _normal(2)),
    ),
    Example(
        name="near miss: three at an address that cannot be shipped to",
        events=tuple(_buys(n, n, region="HK", **_HOME) for n in (1, 2, 3)),
    ),
    Example(name="near miss: the phone was sold on long ago", events=(*_denies(1), *_denies(2, 220), _buys(3, 221))),
)  # fmt: skip


def detect(case: RiskCase, parameters: Parameters) -> Iterator[Finding | Timer]:
    """One finding for a buyer with alerts who belongs to such a ring."""
    own = min((a for a in case.alerts if accuses(a)), key=lambda a: (a.decided_at, a.alert_id), default=None)
    if own is None:
        return
    members = members_of(case, parameters.short_days, parameters.long_days)
    if _is_ring(members, parameters):
        yield _finding(case, own, members, parameters)


def _is_ring(members: Members, parameters: Parameters) -> bool:
    alerted = sum(any(link.use.alerted_at for link in links) for links in members.values())
    return len(members) + 1 >= parameters.buyers and alerted + 1 >= parameters.with_alerts


def _severity(members: Members, parameters: Parameters) -> Severity:
    """Grave only by what was used at nearly one time, and not by an address alone."""
    fresh = {buyer_id: near for buyer_id, links in members.items() if (near := [k for k in links if k.is_fresh])}
    is_home = all(link.use.attribute.startswith("address:") for links in fresh.values() for link in links)
    return "high" if _is_ring(fresh, parameters) and not is_home else "medium"


def _decided_at(own: Alert, members: Members, parameters: Parameters) -> int:
    """When the last one needed was linked, and the last one needed had an alert."""
    since = {buyer_id: min(link.use.occurred_at for link in links) for buyer_id, links in members.items()}
    alerts = {buyer_id: [k.use.alerted_at for k in links if k.use.alerted_at] for buyer_id, links in members.items()}
    accused = sorted(max(since[buyer_id], min(told)) for buyer_id, told in alerts.items() if told)
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
    alerted_at = [use.alerted_at for use in uses if use.alerted_at]
    accused = 1 + sum(any(link.use.alerted_at for link in links) for links in members.values())
    count, ways = len(members) + 1, [_linked_by(buyer_id, links) for buyer_id, links in members.items()]
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
        since_at=min((own.first_event_at, *alerted_at)) - _SLACK_MS,
    )
