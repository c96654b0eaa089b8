"""Honest buyers are honest by the letter of the rules, judged here without any detector."""

import itertools
from collections import defaultdict

import pytest

from cloudtag.contract.events import OrderChanged, ParcelScanned, RefundChanged, ReturnInspected
from cloudtag.simulate import Profile, simulate

HOUR_MS = 3_600_000


class Histories:
    """What happened, looked up by what it happened to; every event once, whatever the delivery."""

    def __init__(self, profile: Profile) -> None:
        self.scans: dict[str, list[ParcelScanned]] = defaultdict(list)
        self.refunds: dict[str, list[RefundChanged]] = defaultdict(list)
        self.orders: dict[str, list[OrderChanged]] = defaultdict(list)
        self.inspections: list[ReturnInspected] = []
        for event in {event.event_id: event for event in simulate(profile).events()}.values():
            match event:
                case ParcelScanned():
                    self.scans[event.waybill_no].append(event)
                case RefundChanged():
                    self.refunds[event.refund_id].append(event)
                case OrderChanged():
                    self.orders[event.order_id].append(event)
                case ReturnInspected():
                    self.inspections.append(event)

    def outbound(self, order_id: str) -> str | None:
        return next((o.waybill_no for o in self.orders[order_id] if o.waybill_no), None)

    def signed(self, waybill_no: str | None) -> ParcelScanned | None:
        return next((s for s in self.scans.get(waybill_no or "", ()) if s.scan == "signed"), None)

    def claimed(self, refund_id: str) -> int:
        event = self.refunds[refund_id][0]
        if event.lines:
            return sum(goods.quantity for goods in event.lines)
        return sum(line.quantity for line in next(o.lines for o in self.orders[event.order_id] if o.lines))


@pytest.fixture(scope="module")
def honest() -> Histories:
    return Histories(Profile(events=30_000, seed=3, has_attacks=False))


def test_a_tenth_of_the_orders_are_refunded(honest: Histories) -> None:
    refunded = {events[0].order_id for events in honest.refunds.values()}
    assert 0.10 < len(refunded) / len(honest.orders) < 0.15


def test_lives_go_forward_in_time(honest: Histories) -> None:
    steps = {"placed": 0, "paid": 1, "shipped": 2, "completed": 3, "cancelled": 3, "closed_unpaid": 3}
    for events in honest.orders.values():
        by_time = sorted(events, key=lambda event: event.occurred_at)
        assert [steps[e.status] for e in by_time] == sorted(steps[e.status] for e in by_time)


def test_returns_are_opened_after_the_parcel_was_signed_for(honest: Histories) -> None:
    for events in honest.refunds.values():
        if events[0].claims_received:
            signed = honest.signed(honest.outbound(events[0].order_id))
            assert signed is not None
            assert signed.occurred_at < min(event.occurred_at for event in events)


def test_nobody_who_signed_says_he_received_nothing(honest: Histories) -> None:
    for events in honest.refunds.values():
        if events[0].reason == "not_received":
            signed = honest.signed(honest.outbound(events[0].order_id))
            assert signed is None or signed.signer != "recipient"


def test_return_numbers_are_scanned_within_a_day(honest: Histories) -> None:
    filled: dict[str, RefundChanged] = {}
    for event in sorted(itertools.chain(*honest.refunds.values()), key=lambda event: event.occurred_at):
        if event.waybill_no:
            filled.setdefault(event.waybill_no, event)
    assert filled
    for waybill_no, event in filled.items():
        scans = [scan.occurred_at for scan in honest.scans[waybill_no]]
        assert min(scans) < event.occurred_at + 24 * HOUR_MS
        assert max(scans) > event.occurred_at


def test_return_numbers_belong_to_one_buyer_in_one_shop(honest: Histories) -> None:
    owners = defaultdict(set)
    for events in honest.refunds.values():
        for event in events:
            if event.waybill_no:
                owners[event.waybill_no].add((event.buyer_id, event.shop_id))
    assert all(len(owner) == 1 for owner in owners.values())
    outbound = {honest.outbound(order_id) for order_id in honest.orders}
    assert not outbound & owners.keys()


def test_parcels_hold_what_the_refunds_sharing_them_claim(honest: Histories) -> None:
    claims: dict[str | None, set[str]] = defaultdict(set)
    for refund_id, events in honest.refunds.items():
        for event in events:
            if event.waybill_no:
                claims[event.waybill_no].add(refund_id)
    received: dict[str | None, int] = defaultdict(int)
    for inspection in honest.inspections:
        received[inspection.waybill_no] += sum(goods.quantity for goods in inspection.received)
    for waybill_no, pieces in received.items():
        assert pieces == sum(honest.claimed(refund_id) for refund_id in claims[waybill_no])
    assert any(len(sharing) > 1 for sharing in claims.values())


def test_families_and_lockers_share_addresses(honest: Histories) -> None:
    buyers = defaultdict(set)
    for events in honest.orders.values():
        buyers[events[0].address_hash].add(events[0].buyer_id)
    sizes = [len(sharing) for address, sharing in buyers.items() if address]
    assert 2 in sizes
    assert max(sizes) >= 10
