"""Order the shop need not ship.

What it finds: an order that the shop may leave unshipped without being punished for it (B19, A15).

Why it is abuse: it is none. The alert protects the shop: such orders are placed, by mistake or on purpose, to have a
"deal not sold" complaint afterwards.

How it decides: the order is neither shipped nor closed unpaid, and one of three holds. The address is invalid. The
region lies outside free shipping, on one of the `domestic_platforms` any but the `home_region`, Hong Kong, Macao and
Taiwan included, and the buyer left the shop's last `unanswered_contacts` contacts unanswered. Or the goods are
custom-made and the buyer is silent in the same way. What was last said of address and region counts. Always low: nobody
is accused.

Known false positives: none that would harm anybody; a shop may ship all the same.

What would clear it: a corrected address or region, an answer of the buyer, or the order shipped.

What to do: do not ship; keep the contact records; exempt the order from "deal not sold".
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any, NamedTuple

from msgspec import Meta, Struct

from cloudtag.contract.events import BuyerContacted, OrderChanged
from cloudtag.detection.cases import OrderCase
from cloudtag.detection.example import cited, contacted, day, in_ms, ordered
from cloudtag.detection.finding import Finding, Timer, cite
from cloudtag.detection.order_view import OrderView
from cloudtag.detection.rule import Example, Rule
from cloudtag.detection.wording import counted, listed

_SETTLED = frozenset(("partly_shipped", "shipped", "completed", "closed_unpaid"))


def _concerns(order: OrderView, parameters: Parameters) -> bool:
    """Whether it was not shipped, and anything was ever said that could be a reason: of most orders there was not."""
    if not _SETTLED.isdisjoint(order.first_at):
        return False
    for change in order.changes:
        if change.address_valid is False or change.custom_made or change.region not in (None, parameters.home_region):
            return True
    return False


RULE = Rule(
    title="Order the shop need not ship",
    family="order",
    scenario="shipping_exemption",
    scenario_zh="可不发货",
    scope="order",
    needs=("orders",),
    rules=("B19", "A15"),
    clears="A corrected address or region, an answer of the buyer, or the order shipped.",
    clears_zh="地址或地区更正、买家作出回应，或订单已发货。",
    recommendation="deal_not_sold_exemption",
    accuses=False,
    concerns=_concerns,
)


class Parameters(Struct, frozen=True, forbid_unknown_fields=True):
    """Where free shipping ends and on which platforms it does; unanswered contacts that make a buyer silent."""

    home_region: str = "CN"
    domestic_platforms: tuple[str, ...] = ("taobao", "tmall")
    unanswered_contacts: Annotated[int, Meta(ge=1)] = 2


class _Reason(NamedTuple):
    """Why an order need not be shipped, and the events that say so."""

    name: str
    words: str
    zh: str
    events: list[Any]


_SILENT = (contacted(day(1)), contacted(day(2), channel="phone"))
_MADE = (ordered("placed", 0, custom_made=True), ordered("paid", day(0, 1)))

EXAMPLES = (
    Example(
        name="an address that does not exist",
        events=(ordered("placed", 0, address_valid=False), ordered("paid", day(0, 1))),
        fires=({"severity": "low", "order_ids": ["o1"], "facts": {"reasons": "address_invalid"}},),
    ),
    Example(
        name="to Hong Kong, free of charge, and not a word about the freight",
        events=(ordered("placed", 0, region="HK"), *_SILENT),
        fires=(
            {
                "severity": "low",
                "decided_at": in_ms(day(2)),
                "facts": {"region": "HK/CN", "unanswered_contacts": "2/2"},
            },
        ),
    ),
    Example(name="nothing else was said", events=(ordered("placed", 0, address_valid=False),), fires=({},)),
    Example(
        name="from one region outside to another, and paid for without a word about it",
        events=(
            *({**e, "platform": "tmall"} for e in (ordered("placed", 0, region="HK"), *_SILENT)),
            ordered("paid", day(0, 1), region="TW"),
            ordered("paid", day(0, 2)),
        ),
        fires=(
            {
                "platform": "taobao",
                "facts": {"region": "TW/CN"},
                "evidence": cited(ordered("placed", day(0), region="HK"), *_SILENT),
                "explanation": "Order o1 need not be shipped: region TW is outside free shipping and the buyer left "
                "2 contacts unanswered.",
            },
        ),
    ),
    Example(
        name="an address that does not exist, abroad: the first reason decides",
        events=(ordered("placed", 0, region="HK", address_valid=False), *_SILENT),
        fires=({"decided_at": in_ms(day(0)), "facts": {"reasons": "address_invalid, region_outside_free_shipping"}},),
    ),
    Example(
        name="near miss: abroad, and the buyer answers every second time",
        events=(
            ordered("placed", 0, region="HK"),
            *(contacted(day(n), answered=n % 2 == 0) for n in range(1, 6)),
        ),
    ),
    Example(
        name="the same on Tmall",
        events=tuple({**e, "platform": "tmall"} for e in (ordered("placed", 0, region="TW"), *_SILENT)),
        fires=({"facts": {"reasons": "region_outside_free_shipping"}},),
    ),
    Example(
        name="custom-made, and the buyer says nothing",
        events=(*_MADE, *_SILENT),
        fires=({"severity": "low", "facts": {"reasons": "custom_made_and_silent", "unanswered_contacts": "2/2"}},),
    ),
    Example(
        name="near miss: abroad, and asked about the freight once",
        events=(ordered("placed", 0, region="HK"), contacted(day(1))),
    ),
    Example(
        name="near miss: abroad, and the buyer answers in the end",
        events=(ordered("placed", 0, region="HK"), *_SILENT, contacted(day(3), answered=True)),
    ),
    Example(name="near miss: at home, and silent", events=(ordered("placed", 0, region="CN"), *_SILENT)),
    Example(
        name="near miss: a platform where the sources know of no such rule",
        events=tuple({**e, "platform": "jd"} for e in (ordered("placed", 0, region="HK"), *_SILENT)),
    ),
    Example(name="near miss: a good address at home", events=(ordered("placed", 0, region="CN", address_valid=True),)),
    Example(
        name="near miss: the address was mistyped, then put right",
        events=(ordered("placed", 0, address_valid=False), ordered("paid", day(0, 1), address_valid=True)),
    ),
    Example(
        name="near miss: shipped all the same",
        events=(ordered("placed", 0, region="TW"), *_SILENT, ordered("shipped", day(3), waybill_no="OUT1")),
    ),
    Example(name="near miss: custom-made, asked once", events=(*_MADE, contacted(day(1)))),
    Example(
        name="near miss: custom-made, answered in the end",
        events=(*_MADE, contacted(day(1)), contacted(day(2)), contacted(day(3), answered=True)),
    ),
    Example(
        name="near miss: silent, but nothing is made for this buyer",
        events=(ordered("placed", 0), contacted(day(1)), contacted(day(2))),
    ),
    Example(
        name="near miss: a platform that ships everywhere",
        events=tuple({**e, "platform": "aliexpress"} for e in (ordered("placed", 0, region="DE"), *_SILENT)),
    ),
    Example(
        name="near miss: never paid for, nothing to ship",
        events=(ordered("placed", 0, region="MO"), *_SILENT, ordered("closed_unpaid", day(3))),
    ),
)


def detect(case: OrderCase, parameters: Parameters) -> Iterator[Finding | Timer]:
    """One finding for an unshipped order with at least one of the reasons."""
    order = case.order
    if not _concerns(order, parameters):
        return
    found = (_address(order), _region(order, parameters), _silence(order, parameters))
    reasons = [reason for reason in found if reason is not None]
    if reasons:
        yield _finding(order, reasons, parameters)


def _address(order: OrderView) -> _Reason | None:
    said = [(change, change.address_valid is False) for change in order.changes if change.address_valid is not None]
    since = _since(said)
    return None if since is None else _Reason("address_invalid", "the address is not valid", "地址无效", [since])


def _region(order: OrderView, parameters: Parameters) -> _Reason | None:
    if order.platform not in parameters.domestic_platforms:
        return None
    home = parameters.home_region
    since = _since([(change, change.region != home) for change in order.changes if change.region is not None])
    silent = _unanswered(order)
    if since is None or len(silent) < parameters.unanswered_contacts:
        return None
    last = next(change.region for change in reversed(order.changes) if change.region is not None)
    left = counted(len(silent), "contact")
    words = f"region {last} is outside free shipping and the buyer left {left} unanswered"
    zh = f"地区 {last} 不在包邮范围且买家失联（{len(silent)} 次联系未获回应）"
    return _Reason("region_outside_free_shipping", words, zh, [since, *silent[: parameters.unanswered_contacts]])


def _since(said: list[tuple[OrderChanged, bool]]) -> OrderChanged | None:
    """Since when what was said is a reason, if what was said last is one."""
    since = None
    for change, is_reason in said:
        since = (since or change) if is_reason else None
    return since


def _silence(order: OrderView, parameters: Parameters) -> _Reason | None:
    made = next((change for change in order.changes if change.custom_made), None)
    silent = _unanswered(order)
    if made is None or len(silent) < parameters.unanswered_contacts:
        return None
    words = f"it is made to order and the buyer left {counted(len(silent), 'contact')} unanswered"
    zh = f"定制商品且买家失联（{len(silent)} 次联系未获回应）"
    return _Reason("custom_made_and_silent", words, zh, [made, *silent[: parameters.unanswered_contacts]])


def _unanswered(order: OrderView) -> tuple[BuyerContacted, ...]:
    """The contacts since the buyer last answered."""
    answered = [n for n, contact in enumerate(order.contacts) if contact.answered]
    return order.contacts[answered[-1] + 1 :] if answered else order.contacts


def _finding(order: OrderView, reasons: list[_Reason], parameters: Parameters) -> Finding:
    regions = [change.region for change in order.changes if change.region is not None]
    last = order.changes[-1]
    names = ", ".join(reason.name for reason in reasons)
    return Finding(
        anchor="",
        severity="low",
        platform=last.platform,
        shop_id=last.shop_id,
        order_ids=(order.order_id,),
        decided_at=min(max(e.occurred_at for e in reason.events) for reason in reasons),
        evidence=cite(*(event for reason in reasons for event in reason.events)),
        facts={
            "exemption": "deal_not_sold_exemption",
            "reasons": names,
            "region": f"{regions[-1] if regions else 'unknown'}/{parameters.home_region}",
            "unanswered_contacts": f"{len(_unanswered(order))}/{parameters.unanswered_contacts}",
        },
        explanation=(f"Order {order.order_id} need not be shipped: {listed(reason.words for reason in reasons)}."),
        explanation_zh=(f"订单 {order.order_id} 可不发货：{'；'.join(reason.zh for reason in reasons)}。"),
    )
