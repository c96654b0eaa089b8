"""Return parcel sent somewhere else.

What it finds: a return parcel that travels to an address which is none of the shop's return addresses (T3.1).

Why it is abuse: the number looks like a return and is signed for, but the goods go to a friend or stay in the family.

How it decides: the destination the courier last named for the journey that the return means, before the parcel was
refused or sent back, is compared with the return addresses the shop listed while the return was open until the number
was filled in, and with those it lists now. Nothing is said while the shop is unknown or listed no address. A parcel in
which the shop found all the goods has arrived, wherever it was sent, and a return withdrawn before money moved is over.
High; medium where the scans are stamped with a local time.

Known false positives: a shop that gives its address in chat and lists another; a courier's point that is no address of
the shop's own.

What would clear it: another destination named by the courier, another return number, the address listed by the shop, or
an inspection that finds the goods.

What to do: ask the courier for the address and the signature; refuse the refund until the goods are there.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator

from msgspec import Struct

from cloudtag.contract.journeys import ScanSeen
from cloudtag.contract.records import Reference
from cloudtag.contract.shops import Listing, ShopReported
from cloudtag.detection.cases import ParcelCase
from cloudtag.detection.example import day, event, inspected, ordered, refunded, scanned
from cloudtag.detection.examples.missent import missent
from cloudtag.detection.finding import Finding, Timer, cite, oldest_first, unique
from cloudtag.detection.returning import Returning, at_most_medium, returning
from cloudtag.detection.rule import Example, Rule
from cloudtag.detection.wording import form
from cloudtag.detection.wrong_goods import is_answered

RULE = Rule(
    title="Return parcel sent somewhere else",
    family="refund",
    scenario="false_return_info",
    scenario_zh="虚假退货信息",
    scope="parcel",
    needs=("refunds",),
    rules=("T3.1",),
    clears="Another destination or number, the address listed by the shop, or an inspection that finds the goods.",
    clears_zh="快递更正目的地、更正退货单号、店铺登记该地址，或验货记录显示商品已退回。",
    recommendation="ask_courier_for_proof",
)


class Parameters(Struct, frozen=True, forbid_unknown_fields=True):
    """Nothing to set: the rule has no number."""


def _shop(at: int, *hashes: str) -> dict[str, object]:
    return event("shops", day(at), shop_id="s1", return_address_hashes=list(hashes))


def _return(destination: str, filled: int = 6) -> tuple[dict[str, object], ...]:
    return (
        ordered("placed", 0),
        refunded("opened", day(5), type="return_refund", reason="no_reason"),
        refunded("waybill_filled", day(filled), type="return_refund", waybill_no="RET1"),
        scanned("RET1", "accepted", day(filled, 4), destination_hash=destination),
    )


def _because(reason: str, events: tuple[dict[str, object], ...]) -> tuple[dict[str, object], ...]:
    return tuple({**e, "reason": reason} if e["stream"] == "refunds" else e for e in events)


def _misdirected(reason: str) -> tuple[dict[str, object], ...]:
    return _shop(-90, "warehouse"), *_because(reason, _return("friend"))


EXAMPLES = (
    Example(
        name="to a friend",
        events=(_shop(-90, "warehouse"), *_return("friend")),
        fires=({"severity": "high", "refund_ids": ["r1"], "facts": {"destination": "friend/warehouse"}},),
    ),
    Example(
        name="the courier corrects the destination, to a wrong one",
        events=(
            _shop(-90, "warehouse"),
            *_return("warehouse"),
            scanned("RET1", "arrived", day(7), destination_hash="friend"),
        ),
        fires=({"decided_at": 1_773_014_400_000},),
    ),
    Example(
        name="to an address the shop gave up long ago",
        events=(_shop(-90, "old"), _shop(-9, "warehouse"), *_return("old")),
        fires=({"facts": {"destination": "old/warehouse"}},),
    ),
    Example(name="near miss: to the shop's second warehouse", events=(_shop(-90, "w1", "w2"), *_return("w2"))),
    Example(name="near miss: nobody knows the shop", events=_return("somewhere")),
    Example(name="near miss: the shop lists no address", events=(_shop(-90), *_return("somewhere"))),
    Example(
        name="near miss: the shop moved while the parcel was on its way",
        events=(_shop(-90, "old"), *_return("old"), _shop(7, "new")),
    ),
    Example(
        name="near miss: the shop moved after it had told the buyer where to",
        events=(_shop(-90, "old"), _shop(6, "new"), *_return("old", filled=8)),
    ),
    Example(
        name="the courier stamps local time",
        events=(
            _shop(-90, "warehouse"),
            *_return("warehouse")[:3],
            scanned("RET1", "accepted", day(6, 4), destination_hash="friend", time_is_local=True),
        ),
        fires=({"severity": "medium"},),
    ),
    Example(
        name="one of the two pieces is there",
        events=(_shop(-90, "warehouse"), *_return("friend"), inspected(day(9), {"dress": 1}, waybill_no="RET1")),
        fires=({"severity": "high"},),
    ),
    Example(
        name="the courier had given the number to another parcel last year",
        events=(
            _shop(-90, "warehouse"),
            scanned("RET1", "accepted", day(-80), destination_hash="warehouse"),
            scanned("RET1", "signed", day(-78), signer="recipient"),
            *_return("friend"),
        ),
        fires=({"severity": "high", "facts": {"destination": "friend/warehouse"}},),
    ),
    Example(
        name="withdrawn once the money had come",
        events=(
            _shop(-90, "warehouse"),
            *_return("friend"),
            refunded("completed", day(8), type="return_refund"),
            refunded("withdrawn", day(9), type="return_refund"),
        ),
        fires=({"severity": "high"},),
    ),
    Example(
        name="near miss: given up before any money moved",
        events=(_shop(-90, "warehouse"), *_return("friend"), refunded("withdrawn", day(8), type="return_refund")),
    ),
    Example(
        name="near miss: the number was another parcel's before, which went elsewhere",
        events=(
            _shop(-90, "warehouse"),
            scanned("RET1", "accepted", day(-80), destination_hash="stranger"),
            scanned("RET1", "signed", day(-78), signer="recipient"),
            *_return("warehouse"),
        ),
    ),
    Example(
        name="near miss: a claim for the postage names a parcel that went elsewhere",
        events=(
            _shop(-90, "warehouse"),
            ordered("placed", 0),
            refunded("opened", day(5), type="postage", reason="other", waybill_no="RET1"),
            scanned("RET1", "accepted", day(6), destination_hash="friend"),
        ),
    ),
    Example(
        name="near miss: sent to the factory as the shop asked in chat, and the goods are there",
        events=(_shop(-90, "warehouse"), *_return("factory"), inspected(day(9), {"dress": 2}, waybill_no="RET1")),
    ),
    Example(
        name="near miss: the shop refuses the parcel, and it travels home",
        events=(
            _shop(-90, "warehouse"),
            *_return("warehouse"),
            scanned("RET1", "refused", day(8)),
            scanned("RET1", "departed", day(9), destination_hash="home"),
        ),
    ),
    *missent(_misdirected, ({"severity": "high"},)),
)


def detect(case: ParcelCase, parameters: Parameters) -> Iterator[Finding | Timer]:
    """One finding per shop to which a share of the parcel was to go and does not."""
    del parameters
    parcel = returning(case)
    if parcel is None or parcel.journey.destination is None:
        return
    for shop_id in sorted({refund.shop_id for _, refund in parcel.refunds}):
        shop = case.shop(shop_id)
        if shop is None:
            continue
        share = parcel._replace(refunds=[(o, r) for o, r in parcel.refunds if r.shop_id == shop_id])
        listings = _listings(shop, share)
        hashes = {address for listing in listings for address in listing.hashes}
        if parcel.journey.destination_hash in hashes or not all(listing.hashes for listing in listings):
            continue
        if not is_answered(case, share.refunds):
            yield _finding(share, shop_id, parcel.journey.destination, listings)


def _listings(shop: ShopReported, share: Returning) -> list[Listing]:
    """What the shop listed from the opening of the refunds to the filling-in of the number, and what it lists now.

    Its first listing counts for the time before it.
    """
    since = [listing.from_ms for listing in shop.listings]
    opened = min(refund.opened.occurred_at for _, refund in share.refunds)
    filled = max(change.occurred_at for change in share.filled)
    first, end = bisect_right(since, opened) - 1, bisect_right(since, filled)
    return list(dict.fromkeys((*shop.listings[max(first, 0) : max(end, 1)], shop.listings[-1])))


def _finding(parcel: Returning, shop_id: str, scan: ScanSeen, listings: list[Listing]) -> Finding:
    destination, first = parcel.journey.destination_hash, parcel.first_filled
    addresses = unique(address for listing in listings for address in listing.hashes)
    listed = ", ".join(addresses)
    own = form(len(addresses), "not the shop's return address", "none of the shop's return addresses")
    own_zh = form(len(addresses), "店铺的退货地址", "店铺的任一退货地址")
    return Finding(
        anchor=shop_id,
        severity=at_most_medium("medium" if scan.is_time_local else "high", parcel.journey),
        platform=first.platform,
        shop_id=shop_id,
        order_ids=unique(order.order_id for order, _ in parcel.refunds),
        refund_ids=unique(refund.refund_id for _, refund in parcel.refunds),
        waybill_nos=(parcel.waybill_no,),
        decided_at=max(first.occurred_at, scan.occurred_at, listings[0].from_ms),
        evidence=oldest_first(
            (
                *(Reference("shops", listing.event_id, listing.from_ms) for listing in listings),
                *cite(*parcel.filled),
                Reference("logistics", scan.event_id, scan.occurred_at),
            )
        ),
        facts={"destination": f"{destination}/{listed}"},
        explanation=(f"Return parcel {parcel.waybill_no} travels to address {destination}, which is {own} ({listed})."),
        explanation_zh=f"退货包裹 {parcel.waybill_no} 寄往地址 {destination}，并非{own_zh}（{listed}）。",
    )
