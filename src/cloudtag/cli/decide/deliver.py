"""Posts webhooks: one message to one address until it is taken, with growing pauses, or given up."""

import asyncio
import logging
import socket
import time
from collections.abc import Sequence

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.resolver import ThreadedResolver

from cloudtag.decide.webhook_messages import WebhookMessage
from cloudtag.decide.webhooks import Webhook, is_public, signed_headers

logger = logging.getLogger(__name__)

PAUSES_SECONDS = (1.0, 5.0, 30.0, 120.0)
"""Before it is tried again; the last one is repeated while nobody answers there."""
GIVE_UP_SECONDS = 86_400.0
"""For so long after a record was published it is tried, where nobody answers or the fault is theirs."""
ANSWER_SECONDS = 15.0
GONE = 410
"""Nobody wants it there any more."""
LATER = (408, 425, 429)
"""Statuses that say: not now. All others from 400 to 499, and redirects, refuse the message itself."""


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


class WebhookPoster:
    """Posts the messages of one subscription, over connections of its own. Use it as a context."""

    def __init__(self, webhook: Webhook, pauses: Sequence[float] = PAUSES_SECONDS) -> None:
        """`pauses`: seconds before each further try."""
        self._webhook = webhook
        self._pauses = pauses
        self._failing: dict[str, float] = {}

    async def __aenter__(self) -> "WebhookPoster":
        connector = aiohttp.TCPConnector(
            resolver=None if self._webhook.allow_private else PublicResolver(), force_close=True
        )
        self._session = aiohttp.ClientSession(connector=connector, timeout=aiohttp.ClientTimeout(total=ANSWER_SECONDS))
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._session.close()

    @property
    def failing_seconds(self) -> float:
        """For how long a message has been tried in vain."""
        return time.monotonic() - min(self._failing.values()) if self._failing else 0.0

    async def post(self, message: WebhookMessage, published_ms: int, stop: asyncio.Event) -> str | None:
        """Post until it is taken or given up: which of the two. Nothing when `stop` was set before."""
        tries = 0
        while True:
            why, is_theirs = await self._try(message)
            tries += 1
            if why is None:
                return self._done(message, "sent")
            self._failing.setdefault(message.id, time.monotonic())
            is_over = not is_theirs or time.time() - published_ms / 1000 > GIVE_UP_SECONDS
            if why == "it is gone" or (tries > len(self._pauses) and is_over):
                logger.error("webhook %s was not sent %s: %s", self._webhook.name, message.id, why)
                return self._done(message, "given_up")
            if await _is_set(stop, self._pauses[min(tries, len(self._pauses)) - 1]):
                self._failing.pop(message.id, None)
                return None

    def _done(self, message: WebhookMessage, outcome: str) -> str:
        self._failing.pop(message.id, None)
        return outcome

    async def _try(self, message: WebhookMessage) -> tuple[str | None, bool]:
        """Why it was not taken, and whether that may mend by itself at the other end."""
        hook = self._webhook
        if not hook.allow_private and hook.is_private_literal:
            return "it is no public address", False
        headers = signed_headers(hook, message.id, message.body, int(time.time()))
        try:
            async with self._session.post(
                hook.url, data=message.body, headers=headers, allow_redirects=False
            ) as response:
                return _refusal(response.status)
        except (aiohttp.ClientError, OSError, TimeoutError, ValueError) as error:
            return f"{type(error).__name__}: {error}", True


def _refusal(status: int) -> tuple[str | None, bool]:
    if status // 100 == 2:
        return None, False
    if status == GONE:
        return "it is gone", False
    return f"status {status}", status >= 500 or status in LATER


async def _is_set(stop: asyncio.Event, seconds: float) -> bool:
    """Whether it is set within so many seconds."""
    try:
        async with asyncio.timeout(seconds):
            return await stop.wait()
    except TimeoutError:
        return False
