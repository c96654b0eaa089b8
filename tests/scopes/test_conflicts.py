"""Two different events of one stream under one id: one stands, the other is told of once, whatever the order (F3)."""

from itertools import permutations
from random import Random
from typing import Any

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from cloudtag.contract import events as ev
from cloudtag.contract.records import DeadLetter, TagStatus
from cloudtag.contract.replay_form import sorted_form
from cloudtag.contract.standing import SUPERSEDED
from cloudtag.contract.streams import STREAM_OF
from cloudtag.contract.types import TaggedOrder
from cloudtag.policy.load import shipped
from cloudtag.replay.as_delivered import replay_as_delivered
from cloudtag.replay.topology import Topology, memory_rows
from cloudtag.wire import encode_json
from tests.engine.standing import Final, records_of, standing
from tests.histories.strategies import SPAN_HOURS, START_MS, histories

UNTIL_MS, LATENESS_MS = START_MS + 30 * 86_400_000, SPAN_HOURS * 3_600_000
ORDER = ev.OrderChanged("e1", START_MS, "taobao", "o1", "b1", "s1", "placed", currency="CNY")
RIVALS = [
    ORDER,
    replace(ORDER, status="paid"),
    replace(ORDER, order_id="o0"),
    replace(ORDER, order_id="o2", occurred_at=START_MS + 5),
]


def run(events: list[Any], lateness_ms: int = LATENESS_MS, *, is_stored: bool = False) -> tuple[Final, list[bytes]]:
    """What stands, and the events that lost, in the order of their replay forms."""
    topology = Topology(shipped(), lateness_ms, rows=memory_rows() if is_stored else None)
    outputs = [output for event in events for output in topology.feed([event])]
    outputs += topology.pass_time(UNTIL_MS)
    return standing(o.record for o in outputs), sorted(map(sorted_form, topology.conflicting))


def held(topology: Topology) -> list[Any]:
    (state,) = topology.tasks["buyers"].cache._files.values()
    return [fact for row in state.rows.values() for fact in row.facts.values()]


def test_the_one_stands_whose_replay_form_sorts_first_in_every_order() -> None:
    ordered = sorted(RIVALS, key=sorted_form)
    for arrival in permutations(RIVALS):
        topology = Topology(shipped(), LATENESS_MS)
        for event in (*arrival, *arrival):
            topology.feed([event])
        assert held(topology) == [ordered[0]]
        assert sorted(topology.conflicting, key=sorted_form) == ordered[1:]


def test_streams_platforms_and_buyers_number_their_events_each_for_itself() -> None:
    contact = ev.BuyerContacted("e1", START_MS, "taobao", "o1", "b1", "s1", "chat")
    others = [replace(ORDER, platform="jd", status="paid"), replace(ORDER, buyer_id="b2", status="paid")]
    topology = Topology(shipped(), LATENESS_MS)
    topology.feed([ORDER, contact, *others])
    assert topology.conflicting == []
    assert len(topology.tasks["buyers"].cache) == 3


def test_a_scan_is_numbered_inside_its_network() -> None:
    scan = ev.ParcelScanned("e1", START_MS, "taobao", "sf", "W1", scan="accepted")
    topology = Topology(shipped(), LATENESS_MS)
    topology.feed([scan, replace(scan, platform="jd", scan="signed")])
    assert topology.conflicting == []
    topology.feed([replace(scan, platform="tmall", scan="signed")])
    assert len(topology.conflicting) == 1


@given(histories(max_size=20), st.data(), st.randoms(use_true_random=False))
@settings(max_examples=60, deadline=None)
def test_order_of_arrival_decides_no_conflict(history: list[ev.Event], data: st.DataObject, random: Random) -> None:
    rivals = [
        replace(one, event_id=other.event_id)
        for one, other in zip(history, data.draw(st.permutations(history)), strict=True)
        if type(one) is type(other)
    ]
    mixed = [*history, *rivals]
    first = run(mixed)
    random.shuffle(mixed)
    assert run(mixed) == first
    assert run([*mixed, *mixed], is_stored=True) == first


def test_a_tag_whose_submission_lost_is_void_and_says_so() -> None:
    """If it came first. Came it second, it was never put, and the dead letter is all there is."""
    exam = ev.AccountChanged("x1", START_MS - 2, "jd", "s1", "main", "exam_passed")
    known = [
        replace(ORDER, event_id=f"k{n}", order_id=f"o{n}", platform="jd", occurred_at=START_MS - 1) for n in (1, 2)
    ]
    stands, lost = (
        ev.TagSubmitted("t", START_MS, "jd", f"sub{n}", "s1", "main", ("worn_return",), (TaggedOrder(f"o{n}", "b1"),))
        for n in (1, 2)
    )
    told = {}
    for arrival in ((stands, lost), (lost, stands)):
        topology = Topology(shipped(), LATENESS_MS)
        outputs = [output for event in (exam, *known, *arrival) for output in topology.feed([event])]
        told[arrival[0]] = [(tag.tag_id, tag.status, tag.reason) for tag in records_of(outputs, TagStatus)]
        assert topology.conflicting == [lost]
    assert told[stands] == [("sub1/o1", "pending", None)]
    assert told[lost] == [
        ("sub2/o2", "pending", None),
        ("sub1/o1", "pending", None),
        ("sub2/o2", "voided", SUPERSEDED),
    ]


def test_replay_tells_of_the_loser_once() -> None:
    lines = [msgspec.json.encode(encode_json(STREAM_OF[type(e)], e)) for e in (*RIVALS[:2], *RIVALS[:2])]
    letters = [record for _, record in replay_as_delivered(lines, 0) if isinstance(record, DeadLetter)]
    loser = max(RIVALS[:2], key=sorted_form)
    assert [(letter.reason, letter.value, letter.offset) for letter in letters] == [
        ("conflicting_event", sorted_form(loser), -1)
    ]
