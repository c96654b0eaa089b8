"""Every kind of mess happens at its rate, makes events anybody can read, and accuses nobody by a label."""

import math
import random
from collections import Counter

import msgspec
import pytest
from msgspec.structs import asdict

from cloudtag.contract.events import Event, OrderChanged, ParcelScanned, RefundChanged
from cloudtag.contract.streams import STREAM_OF
from cloudtag.parcels.courier import canonical_courier
from cloudtag.parcels.numbers import canonical_number
from cloudtag.simulate import Profile, simulate
from cloudtag.simulate.attack_script import AttackScript
from cloudtag.simulate.delays import delays_at
from cloudtag.simulate.delivery import DeliveryEntry
from cloudtag.simulate.mess import CLEAN, MESSY, Crowd, CrowdProfile
from cloudtag.simulate.mess.feeds import CROWD_STARTS_MS, is_silent, outages, pulse, swallow
from cloudtag.simulate.mess.marks import EVERYBODY
from cloudtag.simulate.mess.people import BLOCK, MEETINGS, orders_in, resident
from cloudtag.simulate.mess.rates import PER, shares
from cloudtag.simulate.mess.situations import OF_ORDERS, OF_RETURNS, RETURNS_PER_ORDER, drawn
from cloudtag.simulate.mess.smudges import SMUDGES, smudged
from cloudtag.simulate.order_context import Ids
from cloudtag.simulate.profile import HOUR_MS
from cloudtag.simulate.world import is_scripted, shop
from cloudtag.wire import decode_json, encode_json

SITUATIONS = {**OF_ORDERS, **OF_RETURNS, **{play.__name__: play for play in MEETINGS}}
PARCEL_KINDS = {*(smudge.__name__ for smudge in SMUDGES), "skewed_clock"}


def played(kind: str, seed: int = 1) -> list[DeliveryEntry]:
    """One history of a kind."""
    story = AttackScript(random.Random(f"{kind}:{seed}"), Ids("H"), delays_at(0.3), is_rich=True)
    who = resident(30)
    SITUATIONS[kind](story, who, shop(who.platform, 3), CROWD_STARTS_MS)
    return story.entries


def is_likely(seen: int, expected: float) -> bool:
    """Within five standard deviations of a count of rare things."""
    return abs(seen - expected) <= 5 * math.sqrt(max(1.0, expected))


def test_every_rate_is_of_a_kind_that_is_played_and_every_kind_has_one() -> None:
    kinds = {name.split(PER)[0] for name in asdict(MESSY)}
    assert kinds == {*SITUATIONS, *PARCEL_KINDS, "heavy_shopper"}
    assert set(shares(MESSY, "orders")) == set(OF_ORDERS)
    assert set(shares(MESSY, "returns")) == set(OF_RETURNS)


@pytest.mark.parametrize("kind", SITUATIONS)
@pytest.mark.parametrize("seed", range(3))
def test_a_kind_makes_events_that_decode(kind: str, seed: int) -> None:
    for event, _ in played(kind, seed):
        told = msgspec.json.encode(encode_json(STREAM_OF[type(event)], event))
        assert decode_json(told) == (STREAM_OF[type(event)], event)
        msgspec.convert(msgspec.to_builtins(event), type(event))


@pytest.mark.parametrize("kind", SITUATIONS)
def test_a_kind_tells_of_whole_orders(kind: str) -> None:
    events = [event for event, _ in played(kind)]
    placed = {event.order_id for event in events if isinstance(event, OrderChanged) and event.status == "placed"}
    assert set(orders_in(played(kind))) == placed
    assert {event.order_id for event in events if isinstance(event, RefundChanged)} <= placed
    ids = [event.event_id for event in events]
    assert len(ids) == len(set(ids))


def test_orders_meet_each_kind_at_its_rate() -> None:
    rng, draws = random.Random(5), 100_000
    seen = Counter(met[0] for met in (drawn(rng, MESSY) for _ in range(draws)) if met)
    expected = shares(MESSY, "orders") | {k: RETURNS_PER_ORDER * x for k, x in shares(MESSY, "returns").items()}
    assert {kind for kind, share in expected.items() if not is_likely(seen[kind], draws * share)} == set()


def test_parcels_are_smudged_at_each_rate() -> None:
    rng, seen, parcels = random.Random(6), Counter[str](), 0
    entries = played("postage_claim")
    numbers = {event.waybill_no for event, _ in entries if isinstance(event, ParcelScanned)}
    for _ in range(3000):
        seen.update(smudged(rng, entries, shares(MESSY, "parcels"))[1])
        parcels += len(numbers)
    wanted = shares(MESSY, "parcels")
    assert set(wanted) == PARCEL_KINDS
    assert {kind for kind, share in wanted.items() if not is_likely(seen[kind], parcels * share)} == set()


def test_buyers_are_who_they_are_at_each_rate() -> None:
    buyers = 3000
    crowd = Crowd(CrowdProfile(seed=4, buyers=buyers, days=10))
    for _ in crowd.events():
        pass
    seen = Counter(kind for _, kind in {(mark.buyer_id, mark.kind) for mark in crowd.marks})
    wanted = shares(MESSY, "buyers")
    assert {kind for kind, share in wanted.items() if not is_likely(seen[kind], buyers * share)} == set()
    assert all(seen[kind] for kind in EVERYBODY)


def test_other_writings_are_still_the_same_number_and_the_same_courier() -> None:
    entries = played("postage_claim")
    for kind in ("number_in_other_writing", "courier_in_other_words"):
        changed, kinds = smudged(random.Random(3), entries, {kind: 1.0})
        assert set(kinds) == {kind}
        pairs = [(a, b) for (a, _), (b, _) in zip(entries, changed, strict=True) if a != b]
        assert pairs
        for before, after in pairs:
            assert isinstance(before, RefundChanged | OrderChanged)
            assert isinstance(after, RefundChanged | OrderChanged)
            assert canonical_number(after.waybill_no or "") == canonical_number(before.waybill_no or "")
            assert canonical_courier(after.carrier) == canonical_courier(before.carrier)


def test_a_local_time_says_so_and_clocks_stay_within_the_tolerance() -> None:
    entries = played("postage_claim")
    local, _ = smudged(random.Random(3), entries, {"local_time_as_utc": 1.0})
    assert {b.occurred_at - a.occurred_at for (a, _), (b, _) in zip(entries, local, strict=True)} == {0, 8 * HOUR_MS}
    assert all(event.time_is_local for event, _ in local if isinstance(event, ParcelScanned))
    skewed, _ = smudged(random.Random(3), entries, {"skewed_clock": 1.0})
    off = {abs(b.occurred_at - a.occurred_at) for (a, _), (b, _) in zip(entries, skewed, strict=True)}
    assert 0 < max(off) < 600_000


def test_a_silent_feed_tells_nothing_and_the_others_go_on() -> None:
    silence = outages(1, 30)
    beats = [event for event in pulse(1, 30, silence) if isinstance(event, ParcelScanned)]
    assert not any(is_silent(silence, beat.carrier, beat.occurred_at) for beat in beats)
    start, end = silence["sf"][-1]
    others = {carrier for carrier in silence if not is_silent(silence, carrier, start)}
    assert others == {beat.carrier for beat in beats if start <= beat.occurred_at < start + HOUR_MS}
    assert "sf" not in others
    assert end - start > 24 * HOUR_MS
    lost: list[DeliveryEntry] = [(beats[0], None)]
    at = beats[0].occurred_at
    assert swallow({"sf": ((at, at + 1),)}, lost) == ([], True)
    assert swallow({"sf": ((at + 1, at + 2),)}, lost) == (lost, False)


def crowd_of(first: int, buyers: int, **profile: object) -> list[Event]:
    return list(Crowd(msgspec.structs.replace(CrowdProfile(first=first, buyers=buyers, days=20), **profile)).events())


def test_a_crowd_is_its_parts_however_it_is_cut() -> None:
    whole, parts = crowd_of(0, 60), [*crowd_of(0, 23), *crowd_of(23, 37)]
    assert {event.event_id: event for event in whole} == {event.event_id: event for event in parts}
    assert len(whole) < len(parts)


def test_equal_profiles_give_equal_crowds_and_marks() -> None:
    crowd = Crowd(CrowdProfile(buyers=40, days=20))
    first, marks = list(crowd.events()), list(crowd.marks)
    assert list(crowd.events()) == first
    assert crowd.marks == marks
    assert first != crowd_of(0, 40, seed=2)


def test_a_clean_crowd_meets_nothing() -> None:
    crowd = Crowd(CrowdProfile(buyers=60, days=20, rates=CLEAN))
    assert sum(1 for _ in crowd.events()) > 500
    assert crowd.marks == []


def test_nobody_of_a_crowd_has_a_label() -> None:
    """Honest people, in whatever mess, are no attackers; those have their own numbers."""
    labels = simulate(Profile(events=3000, catalogue="cover")).labels
    assert {label.buyer_id for label in labels if is_scripted(label.buyer_id)} == {x.buyer_id for x in labels}
    crowd = Crowd(CrowdProfile(buyers=100, days=20))
    for _ in crowd.events():
        pass
    assert crowd.marks
    assert not any(is_scripted(mark.buyer_id) for mark in crowd.marks)


def test_blocks_share_nothing() -> None:
    homes = [{resident(n).address_hash for n in range(first, first + BLOCK)} for first in (0, BLOCK)]
    areas = [{resident(n).address_area for n in range(first, first + BLOCK)} for first in (0, BLOCK)]
    assert homes[0].isdisjoint(homes[1])
    assert areas[0].isdisjoint(areas[1])
    assert max(Counter(resident(n).address_hash for n in range(BLOCK)).values()) >= 100
