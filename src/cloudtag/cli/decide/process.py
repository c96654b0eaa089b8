"""The decision service as a process: follows what stands, answers, records, tells, until it is asked to end."""

import asyncio
import logging
import signal
import socket
import sys
from collections.abc import AsyncIterator, Coroutine, Iterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager, suppress
from typing import Any, NamedTuple

import uvicorn
from aiokafka import AIOKafkaConsumer
from prometheus_client import REGISTRY

from cloudtag.cli.decide.keeping import ViewKeeper
from cloudtag.cli.decide.publisher import KafkaPublisher
from cloudtag.cli.decide.state import FOLLOWED, DecideState
from cloudtag.cli.decide.subscription import WebhookSubscription
from cloudtag.cli.decide.telling import ChangeTeller
from cloudtag.cli.engine_way import TopicEngineWay, answers_listener
from cloudtag.cli.http.limits import limits_here
from cloudtag.cli.http.server import GuardedServer
from cloudtag.cli.kafka import CommandProducer, consumer, stopped
from cloudtag.config import Config
from cloudtag.contract.streams import INPUTS
from cloudtag.decide.api import DecideApi
from cloudtag.decide.app import Gate, application
from cloudtag.decide.recorder import DecisionRecorder, GroupCommit
from cloudtag.decide.webhooks import Webhook
from cloudtag.gc_tuning import collect_briefly
from cloudtag.policy.model import Policies
from cloudtag.serving.limits import RequestRates
from cloudtag.serving.tokens import TokenBook
from cloudtag.wire import Codec
from streams.health.beat import Health, beating
from streams.health.serving import served
from streams.kafka import group_leader, topics
from streams.kafka.administering import reach
from streams.kafka.admission import explained
from streams.kafka.security import client_settings
from streams.kafka.waiting import when_broker_answers
from streams.view import decide_metrics as metrics
from streams.view.follower import TopicFollower
from streams.view.group_share import GroupShare

logger = logging.getLogger(__name__)

POLL_INTERVAL_MS = 600_000
"""Longer than anything here keeps a member of a group from asking for records."""
SWITCH_SECONDS = 0.0005
"""How long a thread beside the event loop (metrics, the file of what stands) keeps it waiting at a time; 0.005 else."""
LAST_ANSWERS_SECONDS = 15
"""How long what is being answered at the end is waited for: longer than a broker is for an acknowledgement."""
FINISH_SECONDS = 5.0
"""How long decisions that were given and are not recorded are waited for at the end."""


class FrontDoor(NamedTuple):
    """Where it is asked, by whom, and who is told."""

    listening: socket.socket
    book: TokenBook
    webhooks: Sequence[Webhook]


class DecideServer(GuardedServer):
    """One whose process has its own handlers of signals."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Nothing of them."""
        yield


async def serve(config: Config, policies: Policies, codec: Codec, door: FrontDoor) -> None:
    """Serve on a bound socket until SIGTERM or Ctrl-C. Raises what the broker says waiting does not mend."""
    stop, loop, health = asyncio.Event(), asyncio.get_running_loop(), Health()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    sys.setswitchinterval(SWITCH_SECONDS)
    state = DecideState(config, policies)
    _show(state, health)
    with served(config, REGISTRY, health), beating(loop, health, lambda: state.obstacle):
        async with explained(config):
            reached = asyncio.ensure_future(when_broker_answers(config, lambda: reach(config)))
            if await _first(stop, reached):
                await _run(config, state, codec, door, stop)


async def _run(config: Config, state: DecideState, codec: Codec, door: FrontDoor, stop: asyncio.Event) -> None:
    names = {config.topic(name): name for name in FOLLOWED}
    config = await topics.as_found(config, [*names, *map(config.topic, (*INPUTS, *topics.WHAT_IFS))])
    keeper = ViewKeeper(config.view_file, await topics.installation(config), state)
    keeper.restore()
    async with AsyncExitStack() as stack:
        client = await stack.enter_async_context(consumer(config, list(names), is_from_start=True))
        producer = await stack.enter_async_context(_producer(config))
        member = await stack.enter_async_context(_member(config, "decide"))
        follower = state.follower = TopicFollower(client, names, codec.decode, state.take)
        publisher = KafkaPublisher(config, producer, codec)
        recorder, share = DecisionRecorder(publisher), GroupShare(member, config.topic("decisions"))
        metrics.LOST.set_function(lambda: recorder.lost)
        metrics.WAITING.set_function(lambda: recorder.waiting)
        calls = metrics.CallCounter()
        listener = await stack.enter_async_context(answers_listener(config))
        engine = TopicEngineWay(config, listener, codec, producer, _count_judged)
        api = DecideApi(state.view, state.decider, state.watch, recorder, GroupCommit(publisher), calls.given, engine)
        rates = RequestRates(config.decide_requests_per_second, asyncio.get_running_loop().time)
        app = application(api, Gate(door.book, rates, calls))
        limits = limits_here(config)
        server = DecideServer(app, limits, lifespan="off", timeout_graceful_shutdown=LAST_ANSWERS_SECONDS)
        teller = ChangeTeller(config, state, share, publisher)
        work = [follower.run(), recorder.run(), share.run(), teller.run(), engine.run(), keeper.run()]
        for webhook in door.webhooks:
            subscriber = await stack.enter_async_context(_member(config, f"decide-webhook-{webhook.name}"))
            work.append(WebhookSubscription(config, subscriber, codec, webhook, state.decider.networks).run())
        collect_briefly()
        await _together(stop, server, door.listening, work)
        await recorder.finish(FINISH_SECONDS)
        await keeper.keep()


async def _together(
    stop: asyncio.Event, server: uvicorn.Server, listening: socket.socket, work: list[Coroutine[Any, Any, None]]
) -> None:
    """Until it is to stop, or one of them ends: which is that one's error."""
    serving = asyncio.ensure_future(server.serve(sockets=[listening]))
    running = [asyncio.ensure_future(each) for each in work]
    stopping = asyncio.ensure_future(stop.wait())
    await asyncio.wait((serving, stopping, *running), return_when=asyncio.FIRST_COMPLETED)
    # What is being answered is answered first: it may wait for the rest.
    server.should_exit = True
    await serving
    stopping.cancel()
    for task in running:
        task.cancel()
    for ended in await asyncio.gather(*running, return_exceptions=True):
        if isinstance(ended, Exception):
            raise ended


async def _first(stop: asyncio.Event, task: "asyncio.Future[None]") -> bool:
    """Whether the task is done before the process is to end; its error is raised."""
    stopping = asyncio.ensure_future(stop.wait())
    await asyncio.wait((task, stopping), return_when=asyncio.FIRST_COMPLETED)
    stopping.cancel()
    if task.done():
        task.result()
        return True
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task
    return False


@asynccontextmanager
async def _producer(config: Config) -> AsyncIterator[CommandProducer]:
    producer = CommandProducer(config)
    try:
        await producer.start()
        yield producer
    finally:
        await producer.stop()


@asynccontextmanager
async def _member(config: Config, name: str) -> AsyncIterator[AIOKafkaConsumer]:
    """A member of a group that several instances share work out by."""
    group_leader.use()
    client = AIOKafkaConsumer(
        **client_settings(config),
        group_id=f"{config.app_id}-{name}",
        max_poll_interval_ms=POLL_INTERVAL_MS,
        enable_auto_commit=False,
        session_timeout_ms=int(config.session_timeout_seconds * 1000),
    )
    try:
        await client.start()
        yield client
    finally:
        await stopped(client)


def _count_judged(is_judged: bool) -> None:
    metrics.JUDGED.labels("judged" if is_judged else "not_judged").inc()


def _show(state: DecideState, health: Health) -> None:
    metrics.READY.set_function(lambda: float(health.obstacle is None))
    metrics.STANDING.set_function(lambda: len(state.view))
    metrics.VIEW_BYTES.set_function(lambda: state.view.bytes)
    metrics.LAG_SECONDS.set_function(lambda: state.lag_seconds)
    metrics.UNREADABLE.set_function(lambda: 0 if state.follower is None else state.follower.unreadable)
