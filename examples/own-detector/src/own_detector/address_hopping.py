"""Parcels denied at one address after another.

What it finds: a buyer who, within `window_days`, says of parcels to at least `addresses` different addresses that they
never came.

Why it is abuse: a parcel lost now and then is the courier's doing, and shows again and again at the same door. Who has
each parcel sent to another door keeps any one courier, and any one shop, from seeing that all of them are denied.

How it decides: an order counts while a refund of it stands that was asked for because nothing came; refunds that were
withdrawn or refused, or turned out to be about something else, do not count. The address is the last the order names;
orders that name none are left out. Medium.

Known false positives: a buyer who moves twice in a season; a buyer who sends presents to friends in one bad delivery
area.

What would clear it: a refund that is withdrawn or refused, or is asked for another reason.

What to do: ask the courier for the place and the signature before the next refund without return.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any

from msgspec import Meta, Struct

from cloudtag.contract.events import RefundChanged
from cloudtag.detection.buyer_case import BuyerCase
from cloudtag.detection.example import day, ordered, refunded
from cloudtag.detection.finding import MOST_EVIDENCE, Finding, bounded, cite, only, unique
from cloudtag.detection.order_view import OrderView
from cloudtag.detection.outcomes import claim
from cloudtag.detection.rule import Example, Rule
from cloudtag.detection.signals import Signal
from cloudtag.detection.windows import DAY_MS, Met, Moment, any_count, holding
from cloudtag.detection.wording import counted

NOT_RECEIVED = Signal("not_received", {RefundChanged: lambda refund: refund.reason == "not_received"}, at_least=2)
"""Nobody is asked about who never denied two parcels; `addresses` can be no less."""

RULE = Rule(
    title="Parcels denied at one address after another",
    family="refund",
    scenario="address_hopping",
    scenario_zh="更换地址否认收货",
    scope="buyer",
    signals=(NOT_RECEIVED,),
    needs=("orders", "refunds"),
    rules=("own",),
    clears="A refund that is withdrawn or refused, or is asked for another reason.",
    clears_zh="退款撤销或被拒绝，或退款原因更改。",
    recommendation="no_advance_refund",
)


class Parameters(Struct, frozen=True, forbid_unknown_fields=True):
    """At how many addresses within how long."""

    addresses: Annotated[int, Meta(ge=2)] = 3
    window_days: Annotated[int, Meta(ge=1, le=180)] = 90


def _denied(n: int, at: int, address: str, **fields: Any) -> tuple[dict[str, Any], ...]:
    who = {"refund_id": f"r{n}", "shop_id": f"s{n}"}
    return (
        ordered("paid", day(at), address_hash=address, **who),
        ordered("shipped", day(at + 1), **who),
        refunded("opened", day(at + 5), **{"type": "refund_only", "reason": "not_received", **who, **fields}),
    )


_THREE = (*_denied(1, 0, "home"), *_denied(2, 20, "office"), *_denied(3, 40, "aunt"))

EXAMPLES = (
    Example(
        name="three doors in six weeks",
        events=_THREE,
        fires=(
            {
                "severity": "medium",
                "order_ids": ["o1", "o2", "o3"],
                "facts": {"addresses": "3/3", "orders": "3", "window_days": "90"},
            },
        ),
    ),
    Example(
        name="on the ninetieth day",
        events=(*_denied(1, 0, "home"), *_denied(2, 20, "office"), *_denied(3, 90, "aunt")),
        fires=({"facts": {"addresses": "3/3"}},),
    ),
    Example(
        name="near miss: a day too late",
        events=(*_denied(1, 0, "home"), *_denied(2, 20, "office"), *_denied(3, 91, "aunt")),
    ),
    Example(
        name="near miss: three times at one door, which is the courier's doing",
        events=tuple(event for n in range(1, 4) for event in _denied(n, 20 * n, "home")),
    ),
    Example(name="near miss: two doors", events=(*_denied(1, 0, "home"), *_denied(2, 20, "office"))),
    Example(
        name="near miss: one was called off",
        events=(*_THREE, refunded("withdrawn", day(50), refund_id="r2", shop_id="s2")),
    ),
    Example(
        name="near miss: one came, and was broken",
        events=(*_THREE, refunded("modified", day(50), refund_id="r2", shop_id="s2", reason="damaged")),
    ),
    Example(
        name="near miss: one corrected to where the first went",
        events=(*_THREE, ordered("shipped", day(41, 2), refund_id="r3", shop_id="s3", address_hash="home")),
    ),
)


def detect(case: BuyerCase, parameters: Parameters) -> Iterator[Finding]:
    """One finding for the buyer, if in any window parcels were denied at enough addresses."""
    met = any_count(
        (moment for order in case.orders if order.refunds and (moment := _moment(order)) is not None),
        parameters.window_days * DAY_MS,
        parameters.addresses,
        lambda moment: _address(moment.thing[0]),
        parameters.addresses,
    )
    if met is not None:
        yield _finding(met, parameters)


def _moment(order: OrderView) -> Moment | None:
    """Since when it is said that nothing came, while it is said."""
    if _address(order) is None:
        return None
    denials = [denial for refund in order.refunds.values() if claim(refund) and (denial := _denial(refund.changes))]
    if not denials:
        return None
    first = min(denials, key=lambda change: (change.occurred_at, change.event_id))
    return Moment(first.occurred_at, order.order_id, (order, first))


def _denial(changes: list[RefundChanged]) -> RefundChanged | None:
    run = holding(changes, lambda change: None if change.reason == "unknown" else change.reason == "not_received")
    return run.first if run else None


def _address(order: OrderView) -> str | None:
    return next((change.address_hash for change in reversed(order.changes) if change.address_hash), None)


def _finding(met: Met, parameters: Parameters) -> Finding:
    orders: list[OrderView] = [order for order, _ in met.things]
    denials: list[RefundChanged] = [denial for _, denial in met.things]
    addresses = len({_address(order) for order in orders})
    days = parameters.window_days
    return Finding(
        anchor="",
        severity="medium",
        platform=denials[-1].platform,
        shop_id=only(denial.shop_id for denial in denials),
        order_ids=unique(order.order_id for order in orders)[:MOST_EVIDENCE],
        refund_ids=unique(denial.refund_id for denial in denials)[:MOST_EVIDENCE],
        decided_at=met.decided_at,
        evidence=bounded(cite(*denials)),
        facts={
            "addresses": f"{addresses}/{parameters.addresses}",
            "orders": str(len(orders)),
            "window_days": str(days),
        },
        explanation=(
            f"Within {counted(days, 'day')} the buyer denied {counted(len(orders), 'parcel')} "
            f"to {counted(addresses, 'address', 'addresses')}."
        ),
        explanation_zh=f"{days} 天内该买家在 {addresses} 个不同地址否认收到 {len(orders)} 个包裹。",
    )
