"""Orders to addresses that do not exist.

What it finds: at least `orders` orders within `window_days` to an address that is known to be invalid (B3, A15).

Why it is abuse: the shop packs, ships and pays the courier for a parcel nobody can take; stock is bound meanwhile.

How it decides: the last word on each order's address counts, so an address that was put right does not. Nor does an
order that was completed, or one of whose parcels was delivered: it arrived. Orders placed in one moment to one address
are one mistake. Medium.

Known false positives: a new street that the address register does not know yet.

What would clear it: a corrected address, or the order's completion.

What to do: ask for the address before shipping; an order that cannot be delivered need not be shipped.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

from msgspec import Meta, Struct

from cloudtag.contract.events import OrderChanged
from cloudtag.detection.buyer_case import BuyerCase
from cloudtag.detection.example import day, ordered, scanned
from cloudtag.detection.finding import MOST_EVIDENCE, Finding, bounded, cite, only, unique
from cloudtag.detection.order_view import OrderView
from cloudtag.detection.rule import Example, Rule
from cloudtag.detection.signals import INVALID_ADDRESS
from cloudtag.detection.windows import DAY_MS, Met, Moment, any_count, holding
from cloudtag.detection.wording import counted, form

RULE = Rule(
    title="Orders to addresses that do not exist",
    family="order",
    scenario="invalid_address",
    scenario_zh="无效地址",
    scope="buyer",
    signals=(INVALID_ADDRESS,),
    needs=("orders",),
    rules=("B3", "A15"),
    clears="A corrected address, or the delivery or completion of one of the orders.",
    clears_zh="更正后的地址，或其中一笔订单已送达或已完成。",
    recommendation="ask_for_address",
)


class Parameters(Struct, frozen=True, forbid_unknown_fields=True):
    """How many such orders within how long."""

    orders: Annotated[int, Meta(ge=1)] = 3
    window_days: Annotated[int, Meta(ge=1)] = 90


def _to_nowhere(n: int, at: int, **fields: object) -> dict[str, object]:
    return ordered("placed", day(at), refund_id=f"r{n}", address_valid=False, **fields)


def _sent(n: int) -> tuple[dict[str, object], ...]:
    """Order n goes out, and is scanned on its way."""
    shipped = ordered("shipped", day(5), refund_id=f"r{n}", waybill_no=f"OUT{n}", carrier="sf")
    return shipped, scanned(f"OUT{n}", "accepted", day(5, 3))


_SELF = {"signer": "recipient"}
EXAMPLES = (
    Example(
        name="three orders to nowhere",
        events=(_to_nowhere(1, 0), _to_nowhere(2, 10), _to_nowhere(3, 20)),
        fires=({"severity": "medium", "order_ids": ["o1", "o2", "o3"], "facts": {"orders": "3/3"}},),
    ),
    Example(
        name="on the ninetieth day",
        events=(_to_nowhere(1, 0), _to_nowhere(2, 10), _to_nowhere(3, 90)),
        fires=({"facts": {"orders": "3/3"}},),
    ),
    Example(name="near miss: twice", events=(_to_nowhere(1, 0), _to_nowhere(2, 10))),
    Example(
        name="near miss: one was put right",
        events=(
            *(_to_nowhere(n, n) for n in range(1, 4)),
            ordered("paid", day(4), refund_id="r2", address_valid=True),
        ),
    ),
    Example(
        name="near miss: one arrived all the same",
        events=(*(_to_nowhere(n, n) for n in range(1, 4)), ordered("completed", day(9), refund_id="r2")),
    ),
    Example(
        name="near miss: one was delivered, whatever the register says",
        events=(*(_to_nowhere(n, n) for n in range(1, 4)), *_sent(2), scanned("OUT2", "signed", day(7), **_SELF)),
    ),
    Example(
        name="near miss: one was collected from a station",
        events=(
            *(_to_nowhere(n, n) for n in range(1, 4)),
            *_sent(2),
            scanned("OUT2", "signed", day(7), signer="station"),
            scanned("OUT2", "collected", day(8)),
        ),
    ),
    Example(
        name="all on their way, and one came back",
        events=(
            *(_to_nowhere(n, n) for n in range(1, 4)),
            *(event for n in range(1, 4) for event in _sent(n)),
            scanned("OUT2", "refused", day(8)),
            scanned("OUT2", "signed", day(9), signer="other"),
        ),
        fires=({"severity": "medium", "order_ids": ["o1", "o2", "o3"]},),
    ),
    Example(name="near miss: a day too late", events=(_to_nowhere(1, 0), _to_nowhere(2, 10), _to_nowhere(3, 91))),
    Example(
        name="near miss: one slip at the checkout of three shops",
        events=tuple(_to_nowhere(n, 0, shop_id=f"s{n}", address_hash="typo") for n in range(1, 4)),
    ),
)


def detect(case: BuyerCase, parameters: Parameters) -> Iterator[Finding]:
    """One finding for the buyer, if any window holds enough orders to nowhere."""
    met = any_count(
        (moment for order in case.orders if (moment := _moment(case, order)) is not None),
        parameters.window_days * DAY_MS,
        parameters.orders,
        lambda moment: _checkout(moment.thing),
        parameters.orders,
    )
    if met is not None:
        yield _finding(met, parameters)


def _moment(case: BuyerCase, order: OrderView) -> Moment | None:
    if "completed" in order.first_at or _is_delivered(case, order):
        return None
    run = holding(order.changes, lambda e: None if e.address_valid is None else not e.address_valid)
    return Moment(run.first.occurred_at, order.order_id, run.first) if run else None


def _is_delivered(case: BuyerCase, order: OrderView) -> bool:
    """Whether a parcel was delivered and is not coming home: then somebody lives there."""
    number = order.waybill.waybill_no if order.waybill else None
    parcel = case.parcel(number) if number else None
    journey = parcel.latest if parcel is not None else None
    return journey is not None and journey.delivered is not None and journey.place != "coming_home"


def _checkout(order: OrderChanged) -> tuple[object, ...]:
    if order.address_hash is None:
        return (order.order_id,)
    return order.occurred_at, order.address_hash


def _finding(met: Met, parameters: Parameters) -> Finding:
    orders, days = met.things, parameters.window_days
    return Finding(
        anchor="",
        severity="medium",
        platform=orders[-1].platform,
        shop_id=only(order.shop_id for order in orders),
        order_ids=unique(order.order_id for order in orders)[:MOST_EVIDENCE],
        decided_at=met.decided_at,
        evidence=bounded(cite(*orders)),
        facts={"orders": f"{len(orders)}/{parameters.orders}", "window_days": str(days)},
        explanation=(
            f"{counted(len(orders), 'order')} within {counted(days, 'day')} "
            f"{form(len(orders), 'goes to an address that does', 'go to addresses that do')} not exist."
        ),
        explanation_zh=f"{days} 天内有 {len(orders)} 笔订单的收货地址无效。",
    )
