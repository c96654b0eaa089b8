"""What would follow from an act, asked over the embedded broker, is what follows; or the page says why not."""

import asyncio
import threading
import time
from collections.abc import Coroutine, Iterator, Sequence
from contextlib import AsyncExitStack, contextmanager
from typing import Any

import pytest
from msgspec import Struct

from cloudtag.cli.engine_way import TopicEngineWay, answers_listener
from cloudtag.cli.kafka import CommandProducer
from cloudtag.config import Config
from cloudtag.contract.what_ifs import ASKED_OF
from cloudtag.desk.act_kinds import KINDS
from cloudtag.detection.example import day, event
from cloudtag.policy.load import shipped
from cloudtag.serving.engine_way import EngineSaid, EngineWay
from cloudtag.testing.cluster import Cluster
from cloudtag.wire import Codec
from streams.kafka.topics import create
from streams.worker.tasks import RunningTask
from streams.worker.what_ifs import WhatIfAnswers
from tests.desk.browser import Answer
from tests.desk.cases import case_of
from tests.desk.conftest import DeskWorld, desk_world
from tests.desk.people import PEOPLE
from tests.desk.stories import empty_parcel
from tests.detectors.judged import events_of

EVENTS = events_of(
    [
        event("accounts", day(0), shop_id="s1", account_id="acc-1", status="exam_passed"),
        *empty_parcel(60, "s1", 19900),
    ]
)


class Tasks(dict[int, RunningTask]):
    """The task of one partition, as the worker holds it."""

    def __iter__(self) -> Iterator[Any]:
        return iter(self.values())


class Elsewhere:
    """The way to the engine, in the loop of a thread of its own: the desk's server runs in another one."""

    def __init__(self, way: EngineWay, loop: asyncio.AbstractEventLoop) -> None:
        self._way, self._loop = way, loop

    async def ask(self, key: str, events: Sequence[Struct]) -> EngineSaid:
        asked: Coroutine[Any, Any, EngineSaid] = self._way.ask(key, events)
        return await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(asked, self._loop))


@contextmanager
def _engine(bootstrap: str, tasks: Any) -> Iterator[EngineWay]:
    """An engine that holds facts, and answers over topics of its own."""
    config = Config(brokers=bootstrap, partitions=1, topic_prefix=f"preview-{time.time_ns()}-", decide_judge_seconds=20)
    loop, ready, done = asyncio.new_event_loop(), threading.Event(), asyncio.Event()
    made: list[EngineWay] = []

    async def run() -> None:
        await create(config)
        async with AsyncExitStack() as stack:
            producer = CommandProducer(config)
            await producer.start()
            stack.push_async_callback(producer.stop)
            listener = await stack.enter_async_context(answers_listener(config))
            way = TopicEngineWay(config, listener, Codec(), producer)
            made.append(Elsewhere(way, loop))
            running = [asyncio.ensure_future(way.run())]
            running.append(asyncio.ensure_future(WhatIfAnswers(config, tasks, Codec(), producer).run()))
            ready.set()
            await done.wait()
            for each in running:
                each.cancel()
            await asyncio.gather(*running, return_exceptions=True)

    thread = threading.Thread(target=loop.run_until_complete, args=(run(),), daemon=True)
    thread.start()
    assert ready.wait(60)
    yield made[0]
    loop.call_soon_threadsafe(done.set)
    thread.join(60)
    loop.close()


@pytest.fixture
def asking(warehouse_url: str) -> Iterator[DeskWorld]:
    """A desk over a case that nobody has answered."""
    with desk_world(warehouse_url, EVENTS, PEOPLE) as made:
        yield made


def _held(events: Sequence[Any] = EVENTS) -> dict[str, Tasks]:
    cluster = Cluster(shipped(), 0)
    for each in events:
        cluster.append(each)
    cluster.drain()
    return {name: Tasks({0: RunningTask(0, cluster.tasks[name])}) for name in ASKED_OF}


def _previewed(world: DeskWorld, name: str, what: str, language: str = "en", **fields: str) -> Answer:
    case, visitor = case_of(world, "o60"), world.visitor(name, language)
    return visitor.send(f"{case}/preview/{what}", visitor.get(case).form(f"{case}/{what}") | fields)


def _shown(answer: Answer) -> str:
    assert answer.status == 200, answer.text
    part = answer.text[answer.text.index('id="preview"') :]
    return part[: part.index("</section>")]


def _until_asked(world: DeskWorld, *args: str, **fields: str) -> str:
    """A preview, once the worker's part listens."""
    deadline = time.monotonic() + 120
    while "could not be asked" in (shown := _shown(_previewed(world, *args, **fields))):
        assert time.monotonic() < deadline, shown
    return shown


def test_what_would_follow_is_what_follows_and_nothing_is_kept(asking: DeskWorld, tansu_bootstrap: str) -> None:
    with _engine(tansu_bootstrap, _held()) as asking.desk.engine:
        right = _until_asked(asking, "mei", "verdict", verdict="abnormal")
        wrong = _until_asked(asking, "mei", "verdict", verdict="normal", reason="a reason that is kept in the form")
        report = _until_asked(asking, "mei", "report", type="malicious_refund", order="o60")
        limit = _shown(_previewed(asking, "mei", "limit"))
        page = _previewed(asking, "mei", "verdict", verdict="normal", reason="a reason that is kept in the form").text
        assert page.count("What would follow</button>") == len(KINDS)
    assert "resolved" in right
    assert "true positive" in right
    assert "false positive" in wrong
    assert "Report:" in report
    # It is about orders to come.
    assert "Nothing that you may see would change." in limit
    assert "a reason that is kept in the form</textarea>" in page
    asking.settle_audit()
    assert {type(event).__name__ for event in asking.pipeline.sent} == {"AuditEntry"}
    assert asking.one("SELECT count() FROM verdicts") == 0
    # And so it is when it is sent.
    case, mei = case_of(asking, "o60"), asking.visitor("mei")
    mei.act(case, f"{case}/verdict", verdict="abnormal")
    assert asking.one("SELECT status FROM alerts_latest WHERE has(order_ids, 'o60')") == "resolved"
    assert asking.one("SELECT label FROM labels_current") == "true_positive"


def test_a_tag_is_judged_by_what_its_shop_and_then_its_buyer_hold(asking: DeskWorld, tansu_bootstrap: str) -> None:
    """The very status follows when it is sent; where the shop's part knows no account that may tag, it says so."""
    chosen = {"scenario": "worn_return", "order:o60": "yes"}
    with _engine(tansu_bootstrap, _held()) as asking.desk.engine:
        assert "Tag of order o60: pending · 1 of 3 shops" in _until_asked(asking, "mei", "tag", **chosen)
    with _engine(tansu_bootstrap, _held(EVENTS[1:])) as asking.desk.engine:
        assert "Tag of order o60: rejected · no permission" in _until_asked(asking, "mei", "tag", **chosen)
    assert asking.one("SELECT count() FROM tags") == 0
    case, mei = case_of(asking, "o60"), asking.visitor("mei")
    mei.act(case, f"{case}/tag", **chosen)
    assert asking.one("SELECT concat(status, ' ', toString(distinct_shops)) FROM tag_statuses_current") == "pending 1"


def test_of_an_engine_that_is_not_there_the_page_says_so(asking: DeskWorld) -> None:
    assert "could not be asked: this desk has no way to it" in _shown(
        _previewed(asking, "mei", "verdict", verdict="normal")
    )
    assert "本工作台无法连接引擎" in _shown(_previewed(asking, "mei", "verdict", "zh", verdict="normal"))

    class Silent:
        async def ask(self, key: str, events: Sequence[Struct]) -> EngineSaid:
            del key, events
            return EngineSaid(obstacle="no worker answered in time")

    asking.desk.engine = Silent()
    assert "no worker answered in time" in _shown(_previewed(asking, "petra", "verdict", verdict="normal"))


def test_a_stale_form_is_told_what_changed_and_a_wrong_one_is_refused(asking: DeskWorld) -> None:
    case, mei = case_of(asking, "o60"), asking.visitor("mei")
    form = mei.get(case).form(f"{case}/verdict")
    assert mei.send(f"{case}/preview/verdict", form | {"verdict": "perhaps"}).status == 400
    assert mei.send(f"{case}/preview/nothing", form | {"verdict": "normal"}).status == 400
    assert asking.visitor("otto").send(f"{case}/preview/verdict", form | {"verdict": "normal"}).status == 403
    mei.act(case, f"{case}/verdict", verdict="abnormal")
    answer = mei.send(f"{case}/preview/verdict", form | {"verdict": "normal"})
    assert answer.status == 409
    assert "The case has changed since you opened it. Nothing was sent." in answer.text
