"""Living on freight insurance.

What it finds: at least `claims` claims that the freight insurance paid within `window_days`, for at least
`share_percent` of the insured orders of that time, of one buyer or of accounts that share a device, a payment account
or a phone (F15, T4, B6).

Why it is abuse: the insurance pays for the way back of what does not please; whoever sends everything back, unopened,
lives on the difference between what it pays and what the way back costs.

How it decides: a claim counts from when it was paid. The share is taken of all insured orders placed since the window,
or the oldest order in question, began; orders cancelled or never paid are none. An account with fewer than
`claims_each` paid claims is counted only where the others are not enough without it; one that keeps most of its insured
orders does not cover for the rest. An address that is shared links nobody here, nor does an attribute that too many
people show. Medium for one account; high for several.

Known false positives: a buyer for whom nothing ever fits, and who says so each time.

What would clear it: insured orders of that time that were not known yet, or a shared attribute that turns out a hub.

What to do: tell the insurer; hold what it has not paid yet.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Annotated, Any

from msgspec import Meta, Struct

from cloudtag.contract.dealings import InsuredOrder
from cloudtag.contract.records import Reference
from cloudtag.detection.buyer_case import BuyerCase
from cloudtag.detection.dealings import SLACK_MS, LinkedAccount, dealings_of, linked_accounts
from cloudtag.detection.example import day, event, ordered
from cloudtag.detection.finding import MOST_EVIDENCE, Finding, bounded, oldest_first, only, own_shops, unique
from cloudtag.detection.names import attributes, attributes_zh
from cloudtag.detection.rule import Example, Rule
from cloudtag.detection.signals import INSURANCE_PAID
from cloudtag.detection.windows import DAY_MS, Met, Moment, any_share
from cloudtag.detection.wording import counted, form, listed

RULE = Rule(
    title="Living on freight insurance",
    family="refund",
    scenario="freight_insurance",
    scenario_zh="运费险骗保",
    scope="buyer",
    needs=("insurance",),
    signals=(INSURANCE_PAID,),
    rules=("F15", "T4", "B6"),
    clears="Insured orders of that time that were not known yet, or a shared attribute that turns out a hub.",
    clears_zh="补充该时段内的其他投保订单，或共用信息被证实为公共设备、公共账户。",
    recommendation="hold_insurance",
)
_KINDS = ("device", "payment", "phone")


class Parameters(Struct, frozen=True, forbid_unknown_fields=True):
    """How many paid claims within how long, for which share of the insured orders, and from how many on an account
    counts though others are enough."""

    claims: Annotated[int, Meta(ge=2)] = 8
    share_percent: Annotated[int, Meta(ge=1, le=100)] = 80
    window_days: Annotated[int, Meta(ge=1, le=180)] = 60
    claims_each: Annotated[int, Meta(ge=1)] = 2


def _insured(n: int, at: int, buyer: int = 1, **shown: Any) -> dict[str, object]:
    """Order n is insured and kept."""
    who = {"refund_id": f"r{n}", "buyer_id": f"b{buyer}"}
    return ordered("placed", day(at), freight_insured=True, **who, **shown)


def _paid(n: int, at: int, buyer: int = 1, **shown: Any) -> tuple[dict[str, object], ...]:
    """Order n is insured, sent back, and the insurance pays five days later."""
    claim = {"claim_id": f"k{n}", "order_id": f"o{n}", "buyer_id": f"b{buyer}", "shop_id": "s1"}
    return _insured(n, at, buyer, **shown), event("insurance", day(at + 5), status="paid", **claim)


def _many(count: int, days: int = 3, first: int = 1, buyer: int = 1, **shown: Any) -> tuple[dict[str, object], ...]:
    return tuple(e for n in range(first, first + count) for e in _paid(n, (n - first) * days, buyer, **shown))


def _undone(n: int) -> dict[str, object]:
    """Order n is not gone through with."""
    return ordered("cancelled" if n % 2 else "closed_unpaid", day(60), refund_id=f"r{n}")


_PHONE = {"phone_hash": "p1"}
EXAMPLES = (
    Example(
        name="eight orders, eight payments",
        events=_many(8),
        fires=(
            {
                "severity": "medium",
                "buyer_id": "b1",
                "facts": {"claims": "8/8", "share": "100%/80%", "accounts": "1"},
            },
        ),
    ),
    Example(
        name="eight of ten insured orders",
        events=(*_many(8), _insured(20, 1), _insured(21, 2)),
        fires=({"facts": {"share": "80%/80%"}},),
    ),
    Example(
        name="sixty days from the first payment to the last",
        events=(*_many(7), *_paid(8, 60)),
        fires=({"facts": {"claims": "8/8"}},),
    ),
    Example(
        name="three accounts with one phone, three payments each",
        events=(*_many(3, 3, 1, 1, **_PHONE), *_many(3, 4, 4, 2, **_PHONE), *_many(3, 5, 7, 3, **_PHONE)),
        fires=(
            {
                "severity": "high",
                "buyer_id": "b1",
                "linked_buyer_ids": ["b2", "b3"],
                "facts": {"claims": "9/8", "accounts": "3", "link b2": "phone:p1"},
            },
            {"severity": "high", "buyer_id": "b2"},
            {"severity": "high", "buyer_id": "b3"},
        ),
    ),
    Example(
        name="eight accounts on one device, one payment each",
        events=tuple(e for n in range(1, 9) for e in _paid(n, n, n, device_hash="d1")),
        fires=tuple({"severity": "high", "buyer_id": f"b{n}", "facts": {"accounts": "8"}} for n in range(1, 9)),
    ),
    Example(
        name="an account that keeps what it buys does not cover for the others",
        events=(
            *_many(4, 3, 1, 1, **_PHONE),
            *_many(4, 3, 5, 2, **_PHONE),
            *_paid(9, 1, 3, **_PHONE),
            *(_insured(n, n - 10, 3, **_PHONE) for n in range(11, 21)),
        ),
        fires=({"severity": "high", "buyer_id": "b1"}, {"severity": "high", "buyer_id": "b2"}),
    ),
    Example(
        name="a farmer, and one of the household whom the insurance paid once",
        events=(*_many(8, 3, 1, 1, **_PHONE), *_paid(9, 4, 2, **_PHONE)),
        fires=({"severity": "medium", "buyer_id": "b1", "facts": {"accounts": "1"}},),
    ),
    Example(
        name="nor twice: then the household lives on it",
        events=(*_many(8, 3, 1, 1, **_PHONE), *_many(2, 4, 9, 2, **_PHONE)),
        fires=({"severity": "high", "buyer_id": "b1"}, {"severity": "high", "buyer_id": "b2"}),
    ),
    Example(
        name="eight of eight, a smokescreen of insured orders cancelled at once left out",
        events=(*_many(8), *(event for n in range(20, 24) for event in (_insured(n, 1), _undone(n)))),
        fires=({"facts": {"share": "100%/80%"}},),
    ),
    Example(
        name="the insurance paid for one that was cancelled",
        events=(*_many(8), _undone(8)),
        fires=({"facts": {"claims": "8/8", "share": "100%/80%"}},),
    ),
    Example(name="near miss: seven", events=_many(7)),
    Example(name="near miss: eight of eleven", events=(*_many(8), *(_insured(n, 1) for n in (20, 21, 22)))),
    Example(name="near miss: sixty-one days", events=(*_many(7), *_paid(8, 61))),
    Example(
        name="near miss: claimed, and not paid",
        events=(*_many(7), _insured(8, 20), {**_paid(8, 20)[1], "status": "claimed"}),
    ),
    Example(
        name="near miss: a family that shares an address alone",
        events=(*_many(4, 3, 1, 1, address_hash="home"), *_many(4, 3, 5, 2, address_hash="home")),
    ),
    Example(
        name="near miss: two strangers",
        events=(*_many(4, 3, 1, 1, phone_hash="p1"), *_many(4, 3, 5, 2, phone_hash="p2")),
    ),
    Example(
        name="near miss: a phone that many customers give",
        events=(
            *_many(4, 3, 1, 1, **_PHONE),
            *_many(4, 3, 5, 2, **_PHONE),
            *(ordered("paid", day(1), refund_id=f"r{n}", buyer_id=f"x{n}", **_PHONE) for n in range(20, 39)),
        ),
    ),
)
_Claimed = tuple[LinkedAccount, InsuredOrder]


def detect(case: BuyerCase, parameters: Parameters) -> Iterator[Finding]:
    """One finding for the buyer, alone or with the linked accounts that live on the insurance together."""
    own = LinkedAccount(case.buyer_id, dealings_of(case.orders))
    accounts = [account for account in (own, *linked_accounts(case, _KINDS)) if _claims(account)]
    often = [account for account in accounts if len(_claims(account)) >= parameters.claims_each]
    met = _together(often, case.horizon_ms, parameters, own)
    if _together(often, case.horizon_ms, parameters) is None:
        met = _together(accounts, case.horizon_ms, parameters, own)
    if met is not None:
        yield _finding(case, own, met, parameters)


def _claims(account: LinkedAccount) -> list[InsuredOrder]:
    return [order for order in account.dealings.insured if order.paid_at]


def _together(
    accounts: Sequence[LinkedAccount], horizon_ms: int, parameters: Parameters, own: LinkedAccount | None = None
) -> Met | None:
    """The most of the accounts that are enough together: those that keep most are left out first.

    `own`: whose claims must be among theirs, if anybody's must.
    """
    ranked = sorted(accounts, key=lambda a: (a is not own, -_share(a), a.buyer_id))
    for count in range(len(ranked), 0, -1):
        met = _enough(ranked[:count], horizon_ms, parameters)
        if met is not None and (own is None or any(account is own for account, _ in met.things)):
            return met
    return None


def _share(account: LinkedAccount) -> float:
    return len(_claims(account)) / len(account.dealings.insured)


def _enough(accounts: Sequence[LinkedAccount], horizon_ms: int, parameters: Parameters) -> Met | None:
    claims = [
        Moment(order.paid_at, f"{account.buyer_id}/{order.order_id}", (account, order), order.occurred_at)
        for account in accounts
        for order in _claims(account)
    ]
    return any_share(
        claims,
        (order.occurred_at for account in accounts for order in account.dealings.insured),
        parameters.window_days * DAY_MS,
        lambda count, total: count >= parameters.claims and count * 100 >= parameters.share_percent * total,
        horizon_ms,
        # In any days (F15): a farm that is closed has been one, whatever is ordered there since.
        looks_on=False,
    )


def _finding(case: BuyerCase, own: LinkedAccount, met: Met, parameters: Parameters) -> Finding:
    things: list[_Claimed] = met.things
    others = {account.buyer_id: account.attributes for account, _ in things if account is not own}
    claims, days = [order for _, order in things], parameters.window_days
    count, percent = len(claims), 100 * len(claims) // max(met.total, 1)
    insured = counted(met.total, "insured order")
    by, by_zh = _by(case.buyer_id, others)
    return Finding(
        anchor="",
        severity="high" if others else "medium",
        platform=next(o.platform for o in reversed(case.orders) if o.insurance and o.platform is not None),
        shop_id=only(order.shop_id for order in claims),
        order_ids=unique(order.order_id for order in claims)[:MOST_EVIDENCE],
        own_shops=own_shops(case.buyer_id, ((one.buyer_id, each.shop_id, each.order_id) for one, each in things)),
        linked_buyer_ids=tuple(sorted(others)),
        decided_at=met.decided_at,
        evidence=bounded(oldest_first(Reference("insurance", order.paid_event_id, order.paid_at) for order in claims)),
        facts={
            "claims": f"{count}/{parameters.claims}",
            "share": f"{percent}%/{parameters.share_percent}%",
            "insured_orders": str(met.total),
            "accounts": str(len(others) + 1),
            "window_days": str(days),
            **{f"link {buyer_id}": ", ".join(what) for buyer_id, what in sorted(others.items())},
        },
        explanation=(
            f"The freight insurance paid for {count} of {insured} ({percent}%) within {counted(days, 'day')}{by}."
        ),
        explanation_zh=f"{days} 天内 {met.total} 笔投保订单中有 {count} 笔获运费险赔付（{percent}%）{by_zh}。",
        since_at=min(met.since_at, min(order.occurred_at for order in claims) - SLACK_MS),
    )


def _by(buyer_id: str, others: dict[str, tuple[str, ...]]) -> tuple[str, str]:
    """Whose claims they are, where they are several accounts', for the sentence of either language."""
    if not others:
        return "", ""
    shared, names = unique(attribute for what in others.values() for attribute in what), sorted(others)
    return (
        f", to {len(others) + 1} accounts: buyer {buyer_id} and {listed(names)} "
        f"{form(len(others) + 1, 'shares', 'share')} {attributes(shared)}",
        f"，涉及 {len(others) + 1} 个账号：买家 {buyer_id} 与 {'、'.join(names)} 共用{attributes_zh(shared)}",
    )
