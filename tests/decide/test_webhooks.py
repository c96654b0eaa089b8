"""Webhooks: who is sent what, signed so that others' libraries can tell, and where nothing is ever sent."""

import asyncio
import base64
import hashlib
import hmac
import json
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from aiokafka import AIOKafkaConsumer
from msgspec.structs import replace

from cloudtag.cli.decide import deliver
from cloudtag.cli.decide.deliver import PrivateAddressError, PublicResolver, WebhookSender
from cloudtag.cli.decide.publisher import KafkaPublisher
from cloudtag.config import Config, ConfigError
from cloudtag.contract.decision_records import DecisionChanged
from cloudtag.contract.scope import NETWORKS
from cloudtag.decide.webhooks import Webhook, body_of_change, is_public, read_webhooks, signed_headers
from cloudtag.wire import Codec
from streams.kafka.topics import create
from tests.servers.clients import producing

SECRET = b"0123456789abcdef01234567"
CHANGE = DecisionChanged(
    change_id="change-1", decision_id="decision-1", revision=0, request_id="q1", asked_by="desk", about="refund",
    was="hold", answer="grant", platform="tmall", buyer_id="b1", shop_id="s1", order_id="o1",
    changed_at=1_772_409_600_000, as_of=1_772_409_600_000, valid_until=1_772_409_600_000, policy_version="p",
)  # fmt: skip
SUBSCRIPTION = '[hook]\nurl = "https://example.org/in"\nsecret_file = "secret"\n'


def hooks(tmp_path: Path, text: str = SUBSCRIPTION, secret: bytes = SECRET) -> list[Webhook]:
    (tmp_path / "secret").write_text(f"whsec_{base64.b64encode(secret).decode()}\n")
    (tmp_path / "hooks.toml").write_text(text)
    return read_webhooks(tmp_path / "hooks.toml", NETWORKS)


def test_a_message_is_signed_as_the_standard_says(tmp_path: Path) -> None:
    (hook,) = hooks(tmp_path)
    body = body_of_change(CHANGE)
    headers = signed_headers(hook, CHANGE, body, 1_772_409_601)
    signed = b"change-1.1772409601." + body
    expected = base64.b64encode(hmac.new(SECRET, signed, hashlib.sha256).digest()).decode()
    assert headers["webhook-signature"] == f"v1,{expected}"
    assert (headers["webhook-id"], headers["webhook-timestamp"]) == ("change-1", "1772409601")
    told = json.loads(body)
    assert (told["type"], told["timestamp"]) == ("decision.changed", "2026-03-02T00:00:00Z")
    assert (told["data"]["was"], told["data"]["answer"]) == ("hold", "grant")
    assert "0123456789" not in repr(hook)


@pytest.mark.parametrize(
    ("lines", "is_wanted"),
    [
        ("", True),
        ('shops = [{platform = "taobao", shop_id = "s1"}]', True),
        ('shops = [{platform = "taobao", shop_id = "s2"}]', False),
        ('shops = [{platform = "jd", shop_id = "s1"}]', False),
        ('answers = ["grant", "ship"]', True),
        ('answers = ["hold"]', False),
    ],
)
def test_a_subscription_says_what_it_wants(tmp_path: Path, lines: str, *, is_wanted: bool) -> None:
    (hook,) = hooks(tmp_path, SUBSCRIPTION + lines)
    assert hook.wants(CHANGE, NETWORKS) == is_wanted


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (SUBSCRIPTION.replace("https", "http"), "begins with https"),
        (SUBSCRIPTION.replace("https", "ftp") + "allow_private = true", "begins with https"),
        (SUBSCRIPTION.replace("example", "user:secret@example"), "an address alone"),
        (SUBSCRIPTION.replace("example.org", ""), "an address alone"),
        (SUBSCRIPTION.replace('"secret"', '"none"'), "No such file"),
        (SUBSCRIPTION.replace("secret_file", "secret"), "unknown field"),
        (SUBSCRIPTION + 'answers = ["granted"]', "Invalid enum"),
        ("[", "CLOUDTAG_WEBHOOKS_FILE"),
    ],
)
def test_what_a_file_may_not_say(tmp_path: Path, text: str, says: str) -> None:
    with pytest.raises(ConfigError, match=says) as raised:
        hooks(tmp_path, text)
    assert "0123456789" not in str(raised.value)


def test_a_weak_secret_is_none(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="fewer than 24 bytes"):
        hooks(tmp_path, secret=SECRET[:-1])
    (tmp_path / "secret").write_text("whsec_no base64!")
    with pytest.raises(ConfigError, match="base64"):
        read_webhooks(tmp_path / "hooks.toml", NETWORKS)


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("93.184.216.34", True),
        ("2606:2800:220:1:248:1893:25c8:1946", True),
        ("127.0.0.1", False),
        ("10.1.2.3", False),
        ("192.168.0.1", False),
        ("172.16.0.1", False),
        ("169.254.169.254", False),
        ("100.64.0.1", False),
        ("0.0.0.0", False),
        ("224.0.0.1", False),
        ("::1", False),
        ("fe80::1%eth0", False),
        ("fd00::1", False),
        ("::ffff:127.0.0.1", False),
        ("2002:7f00:1::", False),
    ],
)
def test_only_public_addresses_are_sent_to(address: str, *, expected: bool) -> None:
    assert is_public(address) == expected


async def test_a_name_that_leads_home_is_not_followed() -> None:
    resolver = PublicResolver()
    for name in ("localhost", "127.1", "2130706433"):
        with pytest.raises(PrivateAddressError):
            await resolver.resolve(name, 80)


class Listener:
    """An endpoint that answers with the given statuses, the last one for ever, and keeps what it was sent."""

    def __init__(self, *statuses: int) -> None:
        self._statuses = list(statuses)
        self.got: list[tuple[dict[str, str], bytes]] = []
        self.has_enough = asyncio.Event()
        self.enough = 1

    async def handle(self, request: web.Request) -> web.Response:
        self.got.append(({name.lower(): value for name, value in request.headers.items()}, await request.read()))
        if len(self.got) >= self.enough:
            self.has_enough.set()
        status = self._statuses.pop(0) if len(self._statuses) > 1 else self._statuses[0]
        return web.Response(status=status, headers={"Location": "/elsewhere"})


@asynccontextmanager
async def listening(*statuses: int) -> AsyncIterator[tuple[Listener, str]]:
    listener = Listener(*statuses)
    app = web.Application()
    app.router.add_post("/in", listener.handle)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    try:
        yield listener, f"http://127.0.0.1:{runner.addresses[0][1]}/in"
    finally:
        await runner.cleanup()


def sender(hook: Webhook, client: Any = None, pauses: tuple[float, ...] = (0.0, 0.0)) -> WebhookSender:
    return WebhookSender(client, Codec(), [hook], NETWORKS, pauses)


def home(tmp_path: Path, url: str, *, allow_private: bool = True) -> Webhook:
    (hook,) = hooks(tmp_path)
    return replace(hook, url=url, allow_private=allow_private)


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
    async with listening(*statuses) as (listener, url), deliver._session(None) as session:
        hook = home(tmp_path, url)
        assert await sender(hook)._send(session, hook, CHANGE) == outcome
    assert len(listener.got) == tries
    assert {headers["webhook-id"] for headers, _ in listener.got} == {"change-1"}


async def test_this_machine_is_not_sent_to_unless_allowed(tmp_path: Path) -> None:
    async with listening(200) as (listener, url), deliver._session(PublicResolver()) as session:
        for address in (url, url.replace("127.0.0.1", "localhost"), url.replace("127.0.0.1", "2130706433")):
            hook = home(tmp_path, address, allow_private=False)
            assert await sender(hook)._send(session, hook, CHANGE) == "given_up"
    assert listener.got == []


async def test_each_change_is_sent_once_over_restarts(tansu_bootstrap: str, tmp_path: Path) -> None:
    config = Config(brokers=tansu_bootstrap, topic_prefix=f"w{uuid.uuid4().hex[:6]}-", partitions=1)
    await create(config)
    topic = config.topic("decision-changes")
    async with listening(200) as (listener, url), producing(bootstrap_servers=tansu_bootstrap) as producer:
        hook, publisher = home(tmp_path, url), KafkaPublisher(config, producer, Codec())
        for number in range(3):
            client = AIOKafkaConsumer(
                topic, bootstrap_servers=tansu_bootstrap, group_id=config.topic("hooks"), enable_auto_commit=False
            )
            await client.start()
            sending = sender(hook, client)
            task = asyncio.ensure_future(sending.run())
            try:
                while not sending._committed:  # noqa: ASYNC110 - no event tells of it
                    await asyncio.sleep(0.01)
                listener.enough = len(listener.got) + 1
                listener.has_enough.clear()
                before = dict(sending._committed)
                await publisher.publish([replace(CHANGE, change_id=f"change-{number}")])
                async with asyncio.timeout(60):
                    await listener.has_enough.wait()
                    while sending._committed == before:  # noqa: ASYNC110 - no event tells of it
                        await asyncio.sleep(0.01)
            finally:
                task.cancel()
                with suppress(asyncio.CancelledError):
                    await task
                await client.stop()
    assert [headers["webhook-id"] for headers, _ in listener.got] == ["change-0", "change-1", "change-2"]
