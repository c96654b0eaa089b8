"""The simulation is reproducible, sized as asked, untidy in delivery, and its labels speak of what really happens."""

import hashlib
import itertools
from collections import Counter
from collections.abc import Callable

import msgspec
import pytest

from cloudtag.contract.events import Event, OrderChanged, RefundChanged, TagSubmitted
from cloudtag.contract.streams import STREAM_OF
from cloudtag.detectors.registry import all_detectors
from cloudtag.simulate import AlertLabel, ConfirmationLabel, Profile, TagLabel, decode_labels, encode_labels, simulate
from cloudtag.simulate.scripts import BASIC, SCRIPTS

SMALL = Profile(events=6000, seed=7)
FULL = Profile(events=6000, seed=7, catalogue="full")
SIX = {
    "reused_waybill",
    "refund_before_delivery",
    "short_return",
    "no_circulation",
    "received_refund_only",
    "outbound_waybill_as_return",
}


def digest(profile: Profile) -> str:
    """A hash of every event, in order of delivery, and every label."""
    encoder = msgspec.msgpack.Encoder()
    simulation = simulate(profile)
    whole = hashlib.sha256()
    for record in itertools.chain(simulation.events(), simulation.labels):
        whole.update(encoder.encode(record))
    return whole.hexdigest()


@pytest.fixture(scope="module")
def events() -> list[Event]:
    return list(simulate(SMALL).events())


def test_equal_profiles_give_equal_simulations() -> None:
    assert digest(SMALL) == digest(SMALL)


def test_events_may_be_read_again() -> None:
    simulation = simulate(Profile(events=3000))
    assert list(simulation.events()) == list(simulation.events())


def test_another_seed_gives_another_world() -> None:
    assert digest(SMALL) != digest(Profile(events=6000, seed=8))


@pytest.mark.parametrize("wanted", [5_000, 50_000])
def test_size_is_what_was_asked_for(wanted: int) -> None:
    assert sum(1 for _ in simulate(Profile(events=wanted)).events()) == pytest.approx(wanted, rel=0.05)


def test_every_event_is_within_the_limits_of_the_contract(events: list[Event]) -> None:
    for event in events:
        msgspec.convert(msgspec.to_builtins(event), type(event))


def test_streams_are_all_inputs(events: list[Event]) -> None:
    assert {STREAM_OF[type(event)] for event in events} >= {"orders", "refunds", "logistics", "tags", "shops"}


def test_delivery_is_out_of_order_and_repeats_some_events(events: list[Event]) -> None:
    backwards = sum(a.occurred_at > b.occurred_at for a, b in itertools.pairwise(events))
    copies = Counter(event.event_id for event in events)
    repeated = sum(count > 1 for count in copies.values())
    assert backwards > len(events) // 100
    assert len(events) // 100 < repeated < len(events) // 25
    assert max(copies.values()) == 2


def test_a_repeated_id_is_a_copy_of_the_same_event(events: list[Event]) -> None:
    first: dict[str, Event] = {}
    for event in events:
        assert first.setdefault(event.event_id, event) == event


def test_without_noise_every_event_is_delivered_once() -> None:
    calm = Profile(events=3000, late_share=0.0, duplicate_share=0.0)
    ids = [event.event_id for event in simulate(calm).events()]
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize(("profile", "scripts"), [(SMALL, BASIC), (FULL, SCRIPTS)], ids=["basic", "full"])
def test_every_script_is_played_and_labelled(profile: Profile, scripts: tuple[Callable[..., object], ...]) -> None:
    stories = {label.story for label in simulate(profile).labels}
    assert stories == {f"{script.__name__}-0" for script in scripts}
    assert len(stories) == len(scripts)


def test_labels_name_existing_orders_refunds_and_submissions(events: list[Event]) -> None:
    orders = {event.order_id: event for event in events if isinstance(event, OrderChanged)}
    refunds = {event.refund_id: event for event in events if isinstance(event, RefundChanged)}
    submissions = {event.submission_id for event in events if isinstance(event, TagSubmitted)}
    for label in simulate(SMALL).labels:
        if isinstance(label, AlertLabel):
            assert {orders[order_id].buyer_id for order_id in label.order_ids} == {label.buyer_id}
            assert {refunds[refund_id].buyer_id for refund_id in label.refund_ids} == {label.buyer_id}
        elif isinstance(label, TagLabel):
            assert label.submission_id in submissions
            assert orders[label.order_id].buyer_id == label.buyer_id


def alert_labels(profile: Profile) -> list[AlertLabel]:
    return [label for label in simulate(profile).labels if isinstance(label, AlertLabel)]


def test_the_basic_stories_are_about_six_detectors() -> None:
    labels = [label for label in alert_labels(SMALL) if not label.is_open]
    # A number named to two shops leads to one of them only.
    assert {label.detector for label in labels if label.stands} == SIX | {"wrong_return_destination"}


@pytest.mark.parametrize("stands", [True, False], ids=["attackers", "lookalikes"])
def test_every_detector_has_attackers_and_lookalikes(stands: bool) -> None:
    labels = [label for label in alert_labels(FULL) if not label.is_open]
    assert {label.detector for label in labels if label.stands is stands} == set(all_detectors())


def test_labels_that_stand_say_since_when() -> None:
    assert all(label.at for label in alert_labels(FULL) if label.stands)


@pytest.mark.parametrize(("share", "events"), [(0.01, 180_000), (0.03, 60_000), (0.09, 60_000)])
def test_the_share_of_fraudulent_refunds_is_what_was_asked_for(share: float, events: int) -> None:
    """So many events that a whole story more or less does not matter."""
    simulation = simulate(Profile(events=events, seed=3, catalogue="full", fraud_share=share))
    accused = {x.buyer_id for x in simulation.labels if isinstance(x, AlertLabel) and x.stands and not x.is_open}
    buyers = {e.refund_id: e.buyer_id for e in simulation.events() if isinstance(e, RefundChanged)}
    fraudulent = sum(buyer in accused for buyer in buyers.values())
    assert fraudulent / len(buyers) == pytest.approx(share, rel=0.25)


def test_a_world_without_attacks_has_no_labels() -> None:
    simulation = simulate(Profile(events=2000, has_attacks=False))
    assert simulation.labels == []
    assert sum(1 for _ in simulation.events()) > 1500


def test_labels_survive_the_file() -> None:
    labels = simulate(SMALL).labels
    assert {type(label) for label in labels} == {AlertLabel, TagLabel, ConfirmationLabel}
    assert list(decode_labels(encode_labels(labels))) == labels
