"""A task through which misplaced records only pass learns nothing from them, and the task they belong to does."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from msgspec import Struct

from cloudtag.config import Config
from cloudtag.contract.events import AbuseFound
from cloudtag.engine.task_result import TaskResult
from cloudtag.wire import Codec, decode
from streams.kafka.partitioner import partition_of
from tests.streams import toy
from tests.streams.place import Place, place
from tests.streams.worker.test_misplaced import record

__all__ = ["place"]

SHOP = "shop-0"
EVENT = AbuseFound("e1", toy.FIRST_MS, "taobao", SHOP)
VALUE = Codec().encode("abuses", EVENT)


class TooLateTask(toy.CountingTask):
    """Holds nothing: to it everything is too late."""

    def advance(self, facts: Iterable[Struct], reached_ms: int = 0) -> TaskResult:
        return TaskResult(too_late=[number for number, _ in enumerate(facts)])


def lying_wrong(config: Config, value: bytes) -> Any:
    wrong = 1 - partition_of(SHOP, config.partitions)
    found = record("abuses", wrong, b"order-1", value, timestamp=toy.FIRST_MS + 5)
    return replace(found, topic=config.topic("abuses"))


async def test_time_passes_where_a_record_belongs_and_not_where_it_lay(place: Place) -> None:
    runner = await place.runner()
    found = lying_wrong(place.config, VALUE)
    there, home = runner.tasks[found.partition], runner.tasks[1 - found.partition]
    before = there.active_at, home.active_at
    await place.judge(runner, found)
    assert (there.core.watermark_ms, there.active_at) == (0, before[0])
    assert place.counted("misplaced", "shops", "abuses", "key") == 1
    assert place.counted("records", "shops", "abuses") == 0
    (moved,) = await place.held("misplaced-shops")
    assert (moved.partition, moved.key, moved.value) == (home.partition, SHOP.encode(), VALUE)
    await place.judge(runner, moved)
    assert home.core.watermark_ms == toy.FIRST_MS
    assert home.active_at > before[1]
    assert place.counted("records", "shops", "misplaced-shops") == 1
    assert [decode("consequences", one.value).subject_id for one in await place.held("consequences")] == [SHOP]  # type: ignore[attr-defined]


async def test_a_bad_record_leaves_a_lane_as_idle_as_it_was(place: Place) -> None:
    runner = await place.runner()
    task = runner.tasks[1 - partition_of(SHOP, 2)]
    before = task.active_at
    await place.judge(runner, lying_wrong(place.config, b"garbage"))
    assert task.active_at == before
    assert len(await place.held("dead-letters")) == 1


async def test_what_is_too_late_where_it_belongs_names_the_place_it_first_had(place: Place) -> None:
    runner = await place.runner(TooLateTask)
    found = lying_wrong(place.config, VALUE)
    await place.judge(runner, found)
    (moved,) = await place.held("misplaced-shops")
    await place.judge(runner, moved)
    (letter,) = [decode("dead-letters", one.value) for one in await place.held("dead-letters")]
    place_of = (letter.topic, letter.partition, letter.offset)  # type: ignore[attr-defined]
    assert place_of == (found.topic, found.partition, found.offset)
    told = (letter.reason, letter.key, letter.value, letter.seen_at)  # type: ignore[attr-defined]
    assert told == ("too_late", b"order-1", VALUE, toy.FIRST_MS + 5)
