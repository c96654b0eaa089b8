"""Subscriptions of tests, what they are sent, and the endpoints that take it."""

import asyncio
import base64
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from aiohttp import web

from cloudtag.contract.decision_records import DecisionChanged
from cloudtag.contract.scope import NETWORKS
from cloudtag.decide.webhooks import Webhook, read_webhooks

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


class Listener:
    """An endpoint that answers with the given statuses, the last one for ever, and keeps what it was sent."""

    def __init__(self, *statuses: int) -> None:
        self.statuses = list(statuses)
        self.got: list[tuple[dict[str, str], bytes]] = []
        self._has_come = asyncio.Event()

    @property
    def ids(self) -> list[str]:
        return [headers["webhook-id"] for headers, _ in self.got]

    async def handle(self, request: web.Request) -> web.Response:
        self.got.append(({name.lower(): value for name, value in request.headers.items()}, await request.read()))
        self._has_come.set()
        status = self.statuses.pop(0) if len(self.statuses) > 1 else self.statuses[0]
        return web.Response(status=status, headers={"Location": "/elsewhere"})

    async def until(self, count: int) -> None:
        """Until so many came."""
        async with asyncio.timeout(60):
            while len(self.got) < count:
                self._has_come.clear()
                await self._has_come.wait()


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
