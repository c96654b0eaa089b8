"""The same complaint again and again, from accounts of one hand.

What it finds: at least `claims` refunds for one kind of reason at one shop within `window_days`, asked for by at least
`accounts` accounts that share a device or a payment account, this buyer's among them (F13). One alert per shop and
reason; every account and link is named.

Why it is abuse: each account asks once or twice and looks like any customer; together they live on one shop's patience.

How it decides: of each order the first refund for a reason counts, from when it stood; only what asks money back for
goods that were sent. Exchanges, postage, refunds that were withdrawn or refused, those whose goods the shop found
complete, what answers a cancellation by the shop, and goods said not to have come of which no parcel was delivered, do
not count. An address or a phone that is shared links nobody
here, nor does an attribute that too many people show. No account needs an alert of its own. High.

Known false positives: a family that pays by one card, and one bad batch.

What would clear it: a refund that is withdrawn or refused, or so many more people at what is shared that it proves
nothing.

What to do: look at the accounts as one; give no advance refunds to any of them.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any

from msgspec import Meta, Struct

from cloudtag.contract.dealings import AskedBack, Dealings
from cloudtag.contract.records import Reference
from cloudtag.detection.buyer_case import BuyerCase
from cloudtag.detection.dealings import SLACK_MS, LinkedAccount, dealings_of, linked_accounts, moments
from cloudtag.detection.example import day, inspected, ordered, refunded, scanned
from cloudtag.detection.finding import MOST_EVIDENCE, Finding, bounded, oldest_first, own_shops, unique
from cloudtag.detection.names import attributes, attributes_zh, called, called_zh
from cloudtag.detection.rule import Example, Rule
from cloudtag.detection.signals import CLAIMS_OF_OTHERS
from cloudtag.detection.windows import DAY_MS, Met, Moment, any_count
from cloudtag.detection.wording import counted, listed

RULE = Rule(
    title="The same complaint again and again, from accounts of one hand",
    family="refund",
    scenario="refund_frequency",
    scenario_zh="高频退款",
    scope="buyer",
    needs=("refunds",),
    signals=(CLAIMS_OF_OTHERS,),
    rules=("F13",),
    clears="A refund withdrawn or refused, its goods found by the shop, or a shared attribute that turns out a hub.",
    clears_zh="其中一笔退款撤销或被拒绝，或其商品经验货齐全，或共用信息被证实为公共设备、公共账户。",
    recommendation="review_accounts_together",
)
_KINDS = ("device", "payment")


class Parameters(Struct, frozen=True, forbid_unknown_fields=True):
    """How many refunds of one kind at one shop, by how many accounts, within how long."""

    claims: Annotated[int, Meta(ge=2)] = 4
    accounts: Annotated[int, Meta(ge=2)] = 3
    window_days: Annotated[int, Meta(ge=1, le=180)] = 30


def _asks(n: int, at: int, buyer: int = 0, reason: str = "damaged", **shown: Any) -> tuple[dict[str, object], ...]:
    """Order n, sent and then asked back, by one of three buyers in turn."""
    who = {"refund_id": f"r{n}", "buyer_id": f"b{buyer or 1 + n % 3}"}
    hashes = shown if shown else {"device_hash": "d1"}
    return (
        ordered("shipped", day(at), waybill_no=f"OUT{n}", **who, **hashes),
        refunded("opened", day(at + 4), type="refund_only", reason=reason, **who),
    )


def _denies(n: int, scan: str = "", carrier: str | None = "SF") -> tuple[dict[str, object], ...]:
    """Order n is sent, the last heard of its parcel is that scan, and its buyer says that nothing came."""
    who = {"refund_id": f"r{n}", "buyer_id": f"b{1 + n % 3}"}
    number, signer = f"OUT{n}", {"signer": "household"} if scan == "signed" else {}
    return (
        ordered("shipped", day(5 * n), waybill_no=number, carrier=carrier, device_hash="d1", **who),
        scanned(number, "accepted", day(5 * n, 2)),
        *((scanned(number, scan, day(5 * n + 2), **signer),) if scan else ()),
        refunded("opened", day(5 * n + 4), type="refund_only", reason="not_received", **who),
    )


_FOUR = tuple(event for n in range(1, 5) for event in _asks(n, 5 * n))
_ALL = tuple({"severity": "high", "buyer_id": f"b{n}"} for n in (1, 2, 3))
EXAMPLES = (
    Example(
        name="four by three accounts on one device",
        events=_FOUR,
        fires=(
            {
                "severity": "high",
                "buyer_id": "b2",
                "shop_id": "s1",
                "linked_buyer_ids": ["b1", "b3"],
                "order_ids": ["o1", "o2", "o3", "o4"],
                "facts": {"claims": "4/4", "accounts": "3/3", "reason": "damaged", "link b1": "device:d1"},
            },
            {"severity": "high", "buyer_id": "b1"},
            {"severity": "high", "buyer_id": "b3"},
        ),
    ),
    Example(
        name="paid for from one account",
        events=tuple(e for n in range(1, 5) for e in _asks(n, 5 * n, payment_hash="y1")),
        fires=_ALL,
    ),
    Example(name="thirty days from the first to the last", events=(*_FOUR[:6], *_asks(4, 35)), fires=_ALL),
    Example(name="near miss: thirty-one days", events=(*_FOUR[:6], *_asks(4, 36))),
    Example(name="near miss: three", events=_FOUR[:6]),
    Example(name="near miss: two accounts", events=tuple(e for n in range(1, 6) for e in _asks(n, 5 * n, 1 + n % 2))),
    Example(name="near miss: two kinds", events=(*_FOUR[:6], *_asks(4, 20, reason="not_received"))),
    Example(
        name="near miss: two shops",
        events=(*_FOUR[:6], *({**event, "shop_id": "s2"} for event in _asks(4, 20))),
    ),
    Example(
        name="near miss: a family at one address, with one phone",
        events=tuple(e for n in range(1, 5) for e in _asks(n, 5 * n, address_hash="home", phone_hash="p1")),
    ),
    Example(
        name="near miss: the fourth was withdrawn",
        events=(*_FOUR, refunded("withdrawn", day(25), refund_id="r4", buyer_id="b2")),
    ),
    Example(
        name="four parcels that households took are said not to have come",
        events=tuple(e for n in range(1, 5) for e in _denies(n, "signed")),
        fires=_ALL,
    ),
    Example(
        name="near miss: one of the four got lost",
        events=(*(e for n in range(1, 4) for e in _denies(n, "signed")), *_denies(4)),
    ),
    Example(
        name="near miss: one of the four was refused and goes home",
        events=(*(e for n in range(1, 4) for e in _denies(n, "signed")), *_denies(4, "refused")),
    ),
    Example(
        name="near miss: the shop refused the fourth",
        events=(*_FOUR, refunded("refused", day(25), refund_id="r4", buyer_id="b2")),
    ),
    Example(
        name="near miss: the fourth only answers the shop's own cancellation",
        events=(*_FOUR, ordered("cancelled", day(24), refund_id="r4", buyer_id="b2", cancelled_by="shop")),
    ),
    Example(
        name="near miss: the shop found the goods of the fourth",
        events=(*_FOUR, inspected(day(30), {"dress": 2}, refund_id="r4", buyer_id="b2")),
    ),
    Example(
        name="the shop found half of the goods of the fourth",
        events=(*_FOUR, inspected(day(30), {"dress": 1}, refund_id="r4", buyer_id="b2")),
        fires=_ALL,
    ),
    Example(
        name="somebody else on the device who asked for another reason is not among them",
        events=(*_FOUR, *_asks(9, 12, 4, reason="quality")),
        fires=_ALL,
    ),
    Example(
        name="who ordered elsewhere before, on another platform of the network",
        events=(*_FOUR, *(ordered("paid", day(1), refund_id=f"r0{n}", buyer_id=f"b{n}", shop_id="s0", platform="tmall",
                                  order_id=f"a{n}") for n in (1, 2, 3))),
        fires=tuple({"platform": "taobao", "buyer_id": f"b{n}"} for n in (1, 2, 3)),
    ),
    Example(
        name="near miss: four strangers",
        events=tuple(e for n in range(1, 5) for e in _asks(n, 5 * n, device_hash=f"d{n % 3}")),
    ),
    Example(
        name="near miss: a counter that many customers order on",
        events=(*_FOUR, *(ordered("paid", day(1), refund_id=f"r{n}", buyer_id=f"x{n}", device_hash="d1")
                          for n in range(10, 28))),
    ),
    Example(
        name="twenty people at one device are no hub yet",
        events=(*_FOUR, *(ordered("paid", day(1), refund_id=f"r{n}", buyer_id=f"x{n}", device_hash="d1")
                          for n in range(10, 27))),
        fires=_ALL,
    ),
)  # fmt: skip
_Asked = tuple[LinkedAccount, AskedBack]


def detect(case: BuyerCase, parameters: Parameters) -> Iterator[Finding]:
    """One finding per shop and reason that the buyer's account and linked ones have given often enough."""
    accounts = linked_accounts(case, _KINDS)
    if len(accounts) + 1 < parameters.accounts:
        return
    own = LinkedAccount(case.buyer_id, Dealings(asked=dealings_of(case.orders, case.parcel).asked))
    groups: dict[tuple[str, str], list[Moment]] = {}
    for moment in moments((own, *accounts), lambda dealings: dealings.asked, "refund_id"):
        asked: AskedBack = moment.thing[1]
        groups.setdefault((asked.shop_id, asked.kind), []).append(moment)
    for (shop_id, reason), group in sorted(groups.items()):
        met = any_count(
            group,
            parameters.window_days * DAY_MS,
            parameters.claims,
            lambda moment: moment.thing[0].buyer_id,
            parameters.accounts,
            lambda moment: moment.thing[0] is own,
        )
        if met is not None:
            yield _finding(case, shop_id, reason, met, parameters)


def _finding(case: BuyerCase, shop_id: str, reason: str, met: Met, parameters: Parameters) -> Finding:
    things: list[_Asked] = met.things
    others = {account.buyer_id: account.attributes for account, _ in things if account.buyer_id != case.buyer_id}
    shared = unique(attribute for what in others.values() for attribute in what)
    claims, names = [claim for _, claim in things], listed(sorted(others))
    count, accounts, days = len(claims), len(others) + 1, parameters.window_days
    return Finding(
        anchor=f"{shop_id}/{reason}",
        severity="high",
        platform=next(o.platform for o in case.orders if o.shop_id == shop_id and o.platform is not None),
        shop_id=shop_id,
        order_ids=unique(claim.order_id for claim in claims)[:MOST_EVIDENCE],
        own_shops=own_shops(case.buyer_id, ((one.buyer_id, shop_id, claim.order_id) for one, claim in things)),
        refund_ids=unique(claim.refund_id for claim in claims)[:MOST_EVIDENCE],
        linked_buyer_ids=tuple(sorted(others)),
        decided_at=met.decided_at,
        evidence=bounded(oldest_first(Reference("refunds", claim.event_id, claim.occurred_at) for claim in claims)),
        facts={
            "claims": f"{count}/{parameters.claims}",
            "accounts": f"{accounts}/{parameters.accounts}",
            "reason": reason,
            "window_days": str(days),
            **{f"link {buyer_id}": ", ".join(what) for buyer_id, what in sorted(others.items())},
        },
        explanation=(
            f"Within {counted(days, 'day')} {accounts} accounts asked shop {shop_id} for money back {count} times "
            f"because of {called(reason)}: buyer {case.buyer_id} and {names} share {attributes(shared)}."
        ),
        explanation_zh=(
            f"{days} 天内 {accounts} 个账号以“{called_zh(reason)}”为由向店铺 {shop_id} 退款 {count} 次："
            f"买家 {case.buyer_id} 与 {'、'.join(sorted(others))} 共用{attributes_zh(shared)}。"
        ),
        since_at=min(claim.occurred_at for claim in claims) - SLACK_MS,
    )
