"""A consequence case made of records alone, and makers of them: buyer `b1` on Taobao unless said otherwise."""

from dataclasses import replace as changed
from typing import Any

from msgspec.structs import replace

from cloudtag.contract.disputes import AppealChanged, OrderLimitChanged
from cloudtag.contract.events import AlertAnswered, OrderChanged
from cloudtag.contract.records import Alert, ShopOrder, TagConfirmation, TagStatus
from cloudtag.decisions.consequences import ConsequenceCase
from cloudtag.decisions.consequences.case import ConsequenceTimer
from cloudtag.detection.order_view import OrderView
from cloudtag.policy.load import shipped
from cloudtag.policy.model import Policies

T0 = 1_772_409_600_000
HOUR = 3_600_000
DAY = 24 * HOUR


def alert(
    name: Any = "a1",
    severity: Any = "high",
    at: Any = T0,
    orders: Any = (("s1", "o1"),),
    scenario: Any = "short_return",
    **fields: Any,
) -> Any:
    return Alert(
        alert_id=name,
        revision=0,
        detector=scenario,
        scenario=scenario,
        family="refund",
        severity=severity,
        buyer_id="b1",
        shop_id=orders[0][0],
        order_ids=tuple(order for _, order in orders),
        orders=tuple(ShopOrder(*order) for order in orders),
        first_event_at=at,
        decided_at=at,
        explanation="",
        explanation_zh="",
        policy_version="",
        **{"status": "open", "platform": "taobao", **fields},
    )


def tag(
    order: Any,
    shop: Any = "s1",
    at: Any = T0,
    scenario: Any = "short_return",
    status: Any = "confirmed",
    platform: Any = "taobao",
    **fields: Any,
) -> Any:
    return TagStatus(
        tag_id=f"t-{shop}/{order}",
        revision=0,
        status=status,
        shown_as=status,
        platform=platform,
        buyer_id="b1",
        shop_id=shop,
        order_id=order,
        scenario=scenario,
        distinct_shops=1,
        threshold=3,
        window_days=180,
        decided_at=at,
        policy_version="",
        put_at=at,
        **{"due_at": at + 2 * DAY, **fields},
    )


def confirmed(name: Any, tags: Any, at: Any = T0, basis: Any = "shops", reached: Any = None) -> Any:
    """A confirmation of these tags."""
    return TagConfirmation(
        confirmation_id=name,
        revision=0,
        status="confirmed",
        platform=tags[0].platform,
        buyer_id="b1",
        scenario=tags[0].scenario,
        basis=basis,
        tag_ids=tuple(one.tag_id for one in tags),
        shop_ids=tuple(sorted({one.shop_id for one in tags})),
        order_ids=tuple(sorted({one.order_id for one in tags})),
        confirmed_at=at,
        policy_version="",
        independent_shops=len(tags),
        reached_ms=reached or (at,),
    )


def of_shops(name: Any, at: Any = T0, first: Any = 1, platform: Any = "taobao", **fields: Any) -> Any:
    """Three shops agree, each on an order of its own."""
    tags = [tag(f"o{n}", f"s{n}", at, platform=platform) for n in range(first, first + 3)]
    return confirmed(name, tags, at, **fields), tags


def evident(
    name: Any,
    order: Any = "o1",
    shop: Any = "s1",
    at: Any = T0,
    platform: Any = "taobao",
    scenario: Any = "short_return",
) -> Any:
    """One tag that platform evidence bore out."""
    one = tag(order, shop, at, platform=platform, scenario=scenario)
    return confirmed(name, [one], at, "platform_evidence"), [one]


def verdict(alert_id: Any, said: Any = "abnormal", at: Any = T0, shop: Any = "s1", platform: Any = "aliexpress") -> Any:
    return AlertAnswered(f"v-{alert_id}", at, platform, alert_id, "b1", shop, "main", said)


def order(order_id: Any = "n1", shop: Any = "s9", platform: Any = "taobao", **at: Any) -> Any:
    """An order by the times of its statuses."""
    told: Any = at.items()
    facts = [
        OrderChanged(f"{order_id}-{status}", when, platform, order_id, "b1", shop, status) for status, when in told
    ]
    return OrderView(order_id, facts)


def appeal(consequence_id: Any, status: Any, at: Any, name: Any = "p1") -> Any:
    return AppealChanged(f"{name}-{status}-{at}", at, "taobao", name, "b1", consequence_id, status)


def limit(status: Any, at: Any, shop: Any = "s9", platform: Any = "taobao") -> Any:
    return OrderLimitChanged(f"limit-{shop}-{status}-{at}", at, platform, shop, "b1", "main", status)


def case(
    *confirmations: Any,
    alerts: Any = (),
    orders: Any = (),
    verdicts: Any = (),
    tags: Any = (),
    now: Any = T0,
    **fields: Any,
) -> Any:
    """Confirmations as `of_shops` and `evident` give them, with their tags, and `tags` beside them."""
    return ConsequenceCase(
        buyer_id="b1",
        alerts=list(alerts),
        tags=[*(one for _, those in confirmations for one in those), *tags],
        confirmations=sorted((c for c, _ in confirmations), key=lambda c: c.confirmed_at),
        orders={(one.shop_id or "", one.order_id): one for one in orders},
        network="taobao",
        verdicts={said.alert_id: said for said in verdicts},
        now_ms=now,
        **{"policies": shipped(), "complaints": (), **fields},
    )


def from_on(at: Any, platform: Any = "taobao", **changes: Any) -> Any:
    """The packs, where the platform has another version from then on: `next`, its latest with these changes."""
    packs: Any = {}
    for policy in shipped().versions():
        packs.setdefault(policy.platform, []).append(policy)
    packs[platform].append(replace(packs[platform][-1], id="next", from_ms=at, **changes))
    return Policies(packs)


def said_of(rule: Any, found: Any) -> Any:
    """What a rule tells of a case, each with the event time of the oldest fact it rests on; and its timers."""
    answers = list(rule(found))
    told = [(answer.record, answer.since_ms) for answer in answers if not isinstance(answer, ConsequenceTimer)]
    return told, [answer.at_ms for answer in answers if isinstance(answer, ConsequenceTimer)]


def at(found: Any, now: Any) -> Any:
    """The same case later."""
    return changed(found, now_ms=now)
