"""Two events of one stream under one id: the one that loses is a dead letter (F3); and rows without a scope (F1)."""

from dataclasses import replace
from typing import Any

from msgspec.structs import replace as changed

from cloudtag.contract.events import AbuseFound, AccountChanged, Event
from cloudtag.contract.records import CONFLICTING, NO_OFFSET, DeadLetter
from cloudtag.contract.replay_form import sorted_form
from cloudtag.contract.streams import STREAM_OF
from cloudtag.engine.task import Task
from cloudtag.engine.task_result import RowReader
from cloudtag.policy.load import shipped
from cloudtag.processors import build
from cloudtag.wire import Codec, decode
from streams.kafka.partitioner import partition_of
from streams.worker.runner import Runner
from tests.streams import toy
from tests.streams.place import Place, place
from tests.streams.worker.test_misplaced import record

__all__ = ["place"]

SHOP = "shop-0"
FIRST = AccountChanged("e1", toy.FIRST_MS, "taobao", SHOP, "anna", "exam_passed")
"""Of those below whose replay form sorts first."""
SECOND = changed(FIRST, account_id="bert")
CODEC = Codec()


def task(processor: str, rows: RowReader) -> Task:
    return Task(build(processor, shipped()), rows)


def lying(place: Place, event: Event, offset: int) -> Any:
    """An event where it belongs."""
    stream = STREAM_OF[type(event)]
    partition = partition_of(SHOP, place.config.partitions)
    found = record(stream, partition, SHOP.encode(), CODEC.encode(stream, event), timestamp=event.occurred_at + 5)
    return replace(found, topic=place.config.topic(stream), offset=offset)


async def judged(place: Place, *events: Event, runner: Runner | None = None) -> list[DeadLetter]:
    """The dead letters once these have come one by one."""
    at = runner or await place.runner(task)
    for offset, event in enumerate(events):
        await place.judge(at, lying(place, event, offset))
    letters = [decode("dead-letters", one.value) for one in await place.held("dead-letters")]
    return [letter for letter in letters if isinstance(letter, DeadLetter)]


async def test_the_one_that_comes_to_lose_is_named_by_its_place_and_its_bytes(place: Place) -> None:
    (letter,) = await judged(place, FIRST, FIRST, SECOND, SECOND)
    assert (letter.reason, letter.error) == ("conflicting_event", CONFLICTING)
    assert (letter.topic, letter.partition) == (place.config.topic("accounts"), partition_of(SHOP, 2))
    assert (letter.offset, letter.key, letter.value) == (2, SHOP.encode(), CODEC.encode("accounts", SECOND))
    assert place.counted("dead_letters", "shops", "conflicting_event") == 1


async def test_the_one_that_was_accepted_before_it_lost_stands_in_its_own_words(place: Place) -> None:
    (letter,) = await judged(place, SECOND, FIRST, SECOND, FIRST)
    assert (letter.reason, letter.topic) == ("conflicting_event", place.config.topic("accounts"))
    assert (letter.offset, letter.key, letter.value) == (NO_OFFSET, SHOP.encode(), sorted_form(SECOND))
    told = [decode("consequences", one.value) for one in await place.held("consequences")]
    standing = {each.subject_id: each.details["permission"] for each in told}  # type: ignore[attr-defined]
    assert standing["anna"] == "granted"


async def test_streams_and_networks_number_their_events_each_for_itself(place: Place) -> None:
    finding = AbuseFound("e1", toy.FIRST_MS, "taobao", SHOP, None, "false_report")
    assert await judged(place, FIRST, changed(SECOND, platform="jd"), finding) == []
    (letter,) = await judged(place, changed(SECOND, platform="tmall"))
    assert letter.reason == "conflicting_event", "Taobao and Tmall are one network"
