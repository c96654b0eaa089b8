"""Sends webhooks: each change to each subscription until it is taken, with growing pauses, or given up and counted."""

import asyncio
import logging
import socket
import time
from collections.abc import Callable, Sequence
from typing import Any

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.resolver import ThreadedResolver
from aiokafka import AIOKafkaConsumer, TopicPartition

from cloudtag.contract.decision_records import DecisionChanged
from cloudtag.contract.scope import Networks
from cloudtag.decide.webhooks import Webhook, body_of_change, is_public, signed_headers
from cloudtag.wire import Codec
from streams.view import decide_metrics as metrics

logger = logging.getLogger(__name__)

PAUSES_SECONDS = (1.0, 5.0, 30.0, 120.0)
"""Before it is tried again; after the last one it is given up."""
ANSWER_SECONDS = 15.0
POLL_MS = 500
GONE = 410
"""Nobody wants it there any more."""


class PrivateAddressError(OSError):
    """A name leads to an address that is not sent to."""


class PublicResolver(AbstractResolver):
    """Gives the addresses of names, if all of them are public: what is connected to is what was looked at."""

    def __init__(self) -> None:
        self._inner = ThreadedResolver()

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        """The addresses. Raises ``PrivateAddressError``, ``OSError``."""
        found = await self._inner.resolve(host, port, family)
        if not found or not all(is_public(each["host"]) for each in found):
            raise PrivateAddressError(f"{host} is no public address")
        return found

    async def close(self) -> None:
        """Nothing is held."""
        await self._inner.close()


class WebhookSender:
    """Follows the changes as a member of a group: what was sent, or given up, is committed and not sent again."""

    def __init__(
        self,
        client: AIOKafkaConsumer,
        codec: Codec,
        webhooks: Sequence[Webhook],
        networks: Networks,
        pauses: Sequence[float] = PAUSES_SECONDS,
    ) -> None:
        """`client` is subscribed to the changes, and started and stopped by whoever has it."""
        self._client = client
        self._codec = codec
        self._webhooks = webhooks
        self._networks = networks
        self._pauses = pauses
        self._committed: dict[TopicPartition, int] = {}

    async def run(self) -> None:
        """Send until cancelled."""
        async with _session(PublicResolver()) as public, _session(None) as private:

            def session_of(webhook: Webhook) -> aiohttp.ClientSession:
                return private if webhook.allow_private else public

            while True:
                fetched = await self._client.getmany(timeout_ms=POLL_MS, max_records=1)
                changes = [change for records in fetched.values() for r in records for change in self._read(r)]
                await asyncio.gather(*(self._send_all(webhook, changes, session_of) for webhook in self._webhooks))
                await self._commit()

    def _read(self, record: Any) -> list[DecisionChanged]:
        try:
            found: Any = self._codec.decode("decision-changes", record.value)
        except ValueError as error:
            logger.error("%s/%d@%d cannot be read: %s", record.topic, record.partition, record.offset, error)
            return []
        return [found]

    async def _send_all(
        self,
        webhook: Webhook,
        changes: Sequence[DecisionChanged],
        session_of: Callable[[Webhook], aiohttp.ClientSession],
    ) -> None:
        """One after the other: of a decision that changed twice, the second change comes second."""
        for change in changes:
            if webhook.wants(change, self._networks):
                outcome = await self._send(session_of(webhook), webhook, change)
                metrics.WEBHOOKS.labels(webhook.name, outcome).inc()

    async def _send(self, session: aiohttp.ClientSession, webhook: Webhook, change: DecisionChanged) -> str:
        body, why = body_of_change(change), ""
        for pause in (0.0, *self._pauses):
            await asyncio.sleep(pause)
            try:
                status = await _post(session, webhook, change, body)
            except (aiohttp.ClientError, OSError, TimeoutError, ValueError) as error:
                why = f"{type(error).__name__}: {error}"
                continue
            if status == GONE:
                why = "it is gone"
                break
            if status // 100 == 2:
                return "sent"
            why = f"status {status}"
        logger.error("webhook %s was not sent %s: %s", webhook.name, change.change_id, why)
        return "given_up"

    async def _commit(self) -> None:
        """What was sent; and before that where it begins, so that a change that comes meanwhile is not missed."""
        positions = {where: await self._client.position(where) for where in self._client.assignment()}
        if positions and positions != self._committed:
            await self._client.commit(positions)
            self._committed = positions


async def _post(session: aiohttp.ClientSession, webhook: Webhook, change: DecisionChanged, body: bytes) -> int:
    headers = signed_headers(webhook, change, body, int(time.time()))
    if not webhook.allow_private and webhook.is_private_literal:
        raise PrivateAddressError("it is no public address")
    async with session.post(webhook.url, data=body, headers=headers, allow_redirects=False) as response:
        return response.status


def _session(resolver: AbstractResolver | None) -> aiohttp.ClientSession:
    connector = aiohttp.TCPConnector(resolver=resolver, force_close=True)
    return aiohttp.ClientSession(connector=connector, timeout=aiohttp.ClientTimeout(total=ANSWER_SECONDS))
