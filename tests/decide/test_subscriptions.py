"""Subscriptions on a broker: each message is taken once over restarts, in order, whatever other endpoints do."""

import asyncio
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import pytest
from aiokafka import AIOKafkaConsumer
from msgspec.structs import replace

from cloudtag.cli.decide.deliver import PrivateAddressError, PublicResolver, WebhookPoster
from cloudtag.cli.decide.publisher import KafkaPublisher
from cloudtag.cli.decide.subscription import WebhookSubscription
from cloudtag.config import Config
from cloudtag.contract.scope import NETWORKS
from cloudtag.decide.webhook_messages import WebhookMessage
from cloudtag.decide.webhooks import Webhook
from cloudtag.wire import Codec
from streams.kafka.topics import create
from tests.decide.hooks import CHANGE, SUBSCRIPTION, hooks, listening
from tests.decisions.test_decide import alert
from tests.servers.clients import producing

MESSAGE = WebhookMessage("change-1", b"{}")
OPEN = alert("critical")
AT_ONCE = (0.0, 0.0)
SECONDS = 60


def home(
    tmp_path: Path, url: str, name: str = "hook", *, allow_private: bool = True, of_alerts: bool = False
) -> Webhook:
    (hook,) = hooks(tmp_path, SUBSCRIPTION + ('sends = ["alerts"]\nseverities = ["critical"]\n' if of_alerts else ""))
    return replace(hook, name=name, url=url, allow_private=allow_private)


async def posted(hook: Webhook, *, published_ms: int = 0) -> str | None:
    async with WebhookPoster(hook, AT_ONCE) as poster:
        return await poster.post(MESSAGE, published_ms, asyncio.Event())


async def test_a_name_that_leads_home_is_not_followed() -> None:
    resolver = PublicResolver()
    for name in ("localhost", "127.1", "2130706433"):
        with pytest.raises(PrivateAddressError):
            await resolver.resolve(name, 80)


@pytest.mark.parametrize(
    ("statuses", "outcome", "tries"),
    [
        ((204,), "sent", 1),
        ((500, 200), "sent", 2),
        ((503,), "given_up", 3),
        ((302,), "given_up", 3),
        ((410,), "given_up", 1),
    ],
)
async def test_it_is_tried_until_it_is_taken(
    tmp_path: Path, statuses: tuple[int, ...], outcome: str, tries: int
) -> None:
    async with listening(*statuses) as (listener, url):
        assert await posted(home(tmp_path, url)) == outcome
    assert listener.ids == ["change-1"] * tries


@pytest.mark.parametrize(("status", "tries"), [(400, 3), (503, 9), (429, 9)])
async def test_what_may_mend_is_tried_for_a_day_and_what_is_refused_is_not(
    tmp_path: Path, status: int, tries: int
) -> None:
    far_ahead = 4_000_000_000_000
    async with listening(*[status] * 8, 200) as (listener, url):
        outcome = await posted(home(tmp_path, url), published_ms=far_ahead)
    assert (outcome, len(listener.got)) == ("sent" if tries == 9 else "given_up", tries)


async def test_this_machine_is_not_sent_to_unless_allowed(tmp_path: Path) -> None:
    async with listening(200) as (listener, url):
        for address in (url, url.replace("127.0.0.1", "localhost"), url.replace("127.0.0.1", "2130706433")):
            assert await posted(home(tmp_path, address, allow_private=False)) == "given_up"
    assert listener.got == []


@asynccontextmanager
async def subscribed(config: Config, *subscriptions: Webhook) -> AsyncIterator[list[WebhookSubscription]]:
    """Each of them at work, with a consumer group of its own."""
    made, tasks, clients = [], [], []
    try:
        for hook in subscriptions:
            client = AIOKafkaConsumer(
                bootstrap_servers=config.brokers, group_id=config.topic(hook.name), enable_auto_commit=False
            )
            await client.start()
            clients.append(client)
            made.append(WebhookSubscription(config, client, Codec(), hook, NETWORKS, AT_ONCE))
            tasks.append(asyncio.ensure_future(made[-1].run()))
        async with asyncio.timeout(SECONDS):
            while not all(each.is_placed for each in made):
                assert not any(task.done() for task in tasks), tasks
                await asyncio.sleep(0.01)
        yield made
    finally:
        for task in tasks:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
        for client in clients:
            await client.stop()


async def dealt_with(*subscriptions: WebhookSubscription) -> None:
    """Until nothing waits."""
    async with asyncio.timeout(SECONDS):
        while any(each.waiting for each in subscriptions):  # noqa: ASYNC110 - no event tells of it
            await asyncio.sleep(0.01)


@pytest.fixture
async def config(one_bootstrap: str) -> Config:
    made = Config(brokers=one_bootstrap, topic_prefix=f"w{uuid.uuid4().hex[:6]}-", partitions=1)
    await create(made)
    return made


async def test_each_change_is_sent_once_over_restarts(config: Config, tmp_path: Path) -> None:
    async with listening(200) as (listener, url), producing(bootstrap_servers=config.brokers) as producer:
        hook, publisher = home(tmp_path, url), KafkaPublisher(config, producer, Codec())
        changes = [replace(CHANGE, change_id=f"change-{number}", revision=number) for number in range(3)]
        await publisher.publish([replace(CHANGE, change_id="before", decision_id="before")])
        for number, change in enumerate(changes, 1):
            async with subscribed(config, hook) as (sending,):
                # What an instance that ends publishes again is the same change.
                await publisher.publish([*changes[: number - 1], change, change])
                await listener.until(number)
                await dealt_with(sending)
    assert listener.ids == [change.change_id for change in changes]


async def test_one_that_answers_nothing_holds_up_no_other(config: Config, tmp_path: Path) -> None:
    async with (
        listening(503) as (dead, dead_url),
        listening(200) as (alive, url),
        producing(bootstrap_servers=config.brokers) as producer,
    ):
        publisher = KafkaPublisher(config, producer, Codec())
        changes = [replace(CHANGE, change_id=f"change-{number}", revision=number) for number in range(5)]
        both = home(tmp_path, dead_url, "dead"), home(tmp_path, url, "alive")
        async with subscribed(config, *both) as (stuck, free):
            await publisher.publish(changes)
            await alive.until(5)
            await dead.until(10)
            await dealt_with(free)
            assert set(dead.ids) == {"change-0"}
            assert stuck.waiting == 5
            dead.statuses = [200]
            await dealt_with(stuck)
    assert alive.ids == [change.change_id for change in changes]
    assert dead.ids[-5:] == alive.ids


async def test_alerts_are_told_of_and_their_end_also_after_a_restart(config: Config, tmp_path: Path) -> None:
    async with listening(200) as (listener, url), producing(bootstrap_servers=config.brokers) as producer:
        hook, publisher = home(tmp_path, url, of_alerts=True), KafkaPublisher(config, producer, Codec())
        async with subscribed(config, hook) as (sending,):
            await publisher.publish([replace(OPEN, alert_id="a2", severity="high"), OPEN, OPEN])
            await listener.until(1)
            await dealt_with(sending)
        async with subscribed(config, hook) as (sending,):
            ends = [replace(OPEN, alert_id=each, revision=1, status="withdrawn") for each in ("a2", OPEN.alert_id)]
            await publisher.publish([OPEN, *(replace(each, severity="low") for each in ends)])
            await listener.until(2)
            await dealt_with(sending)
    assert listener.ids == [f"{OPEN.alert_id}.0", f"{OPEN.alert_id}.1"]
