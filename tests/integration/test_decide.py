"""Decisions of an installation: a worker judges, an answer follows what stands, and its end is told once.

The service is killed on the way: what it said stays said, what was told is not told again.
"""

import asyncio
import hashlib
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import requests

from cloudtag.cli.kafka import read_to_end
from cloudtag.contract import events as ev
from cloudtag.contract.decision_records import DecisionChanged, DecisionGiven
from cloudtag.contract.types import OrderLine
from cloudtag.local.probe import free_port
from cloudtag.wire import decode
from tests.integration.installation import PATIENCE_SECONDS, Installation

AT = 1_772_409_600_000
DAY_MS = 86_400_000
TOKEN = "a token of this test alone"
ORDER = ev.OrderChanged(
    "e1", AT, "taobao", "o1", "b1", "s1", "shipped", lines=(OrderLine("k1", 1, 9900),), currency="CNY",
    waybill_no="SF1", carrier="sf",
)  # fmt: skip
VERDICT = {
    "event_id": "v1", "occurred_at": AT, "platform": "taobao", "alert_id": "none", "buyer_id": "b2", "shop_id": "s1",
    "account_id": "m", "verdict": "normal",
}  # fmt: skip


def refund(event_id: str, days: int, status: Any, waybill_no: str | None = None) -> ev.RefundChanged:
    return ev.RefundChanged(
        event_id, AT + days * DAY_MS, "taobao", "r1", "o1", "b1", "s1", status, type="return_refund",
        reason="not_as_described", claims_received=True, waybill_no=waybill_no, carrier="sf", amount_minor=9900,
        currency="CNY",
    )  # fmt: skip


class Desk:
    """A shop's refund desk, which asks over HTTP."""

    def __init__(self, port: int) -> None:
        self._url = f"http://127.0.0.1:{port}"
        self._asked = 0

    async def post(self, path: str, body: dict[str, Any]) -> requests.Response:
        send = partial(requests.post, json=body, headers={"Authorization": f"Bearer {TOKEN}"}, timeout=30)
        return await asyncio.to_thread(send, self._url + path)

    async def ask(self, request_id: str, buyer_id: str = "b1") -> dict[str, Any]:
        """The answer; nothing while nobody answers."""
        body = {
            "request_id": request_id, "about": "refund", "platform": "tmall", "buyer_id": buyer_id, "shop_id": "s1",
            "order_id": "o1", "refund_id": "r1", "waybill_nos": ["sf-1"], "durable": True,
        }  # fmt: skip
        try:
            reply = await self.post("/v1/decisions", body)
        except requests.ConnectionError:
            return {}
        assert reply.status_code == 200, reply.text
        told: dict[str, Any] = reply.json()
        return told

    async def until(self, place: Installation, is_it: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        """Ask anew until the answer is as wanted."""
        for _ in range(int(PATIENCE_SECONDS / 0.1)):
            self._asked += 1
            told = await self.ask(f"try-{self._asked}")
            if told and is_it(told):
                return told
            place.check()
            await asyncio.sleep(0.1)
        raise AssertionError(f"never: the last answer was {told}")


async def held(place: Installation, stream: str) -> list[Any]:
    return [decode(stream, r.value) async for r in read_to_end(place.config, [place.config.topic(stream)])]


async def changes_of(place: Installation, decision_id: str, count: int) -> list[DecisionChanged]:
    """What was told of a decision, once that is so much."""
    for _ in range(int(PATIENCE_SECONDS / 0.1)):
        found = [change for change in await held(place, "decision-changes") if change.decision_id == decision_id]
        if len(found) >= count:
            return found
        place.check()
        await asyncio.sleep(0.1)
    raise AssertionError(f"never: {count} changes of {decision_id}")


def is_known(answer: str, told: dict[str, Any]) -> bool:
    return (told["answer"], told["given_by"]) == (answer, "view")


async def test_an_answer_follows_what_stands_and_its_end_is_told_once(broker: str, tmp_path: Path) -> None:
    tokens = tmp_path / "tokens.toml"
    digest = hashlib.sha256(TOKEN.encode()).hexdigest()
    shops = 'shops = [{platform = "taobao", shop_id = "s1"}]'
    tokens.write_text(f'[desk]\nsha256 = "{digest}"\nrole = "shop"\n{shops}\n')
    port = free_port()
    async with Installation(broker, tmp_path, tokens_file=str(tokens)) as place:
        desk = Desk(port)
        place.start("worker")
        serving = place.start("decide", "--port", str(port))
        await desk.until(place, partial(is_known, "grant"))

        await place.send([ORDER, refund("e2", 2, "opened"), refund("e3", 2, "waybill_filled", "SF1")])
        first = await desk.until(place, partial(is_known, "hold"))
        assert first["because"][0]["id"].startswith("outbound_waybill_as_return-")
        assert (first["amount_at_stake_minor"], first["currency"]) == (9900, "CNY")

        place.kill(serving)
        await place.send([refund("e4", 3, "withdrawn")])
        await place.settled()
        place.start("decide", "--port", str(port))
        await desk.until(place, partial(is_known, "grant"))
        (change,) = await changes_of(place, first["decision_id"], 1)
        assert (change.was, change.answer, change.revision) == ("hold", "grant", 0)
        assert await desk.ask(first["request_id"]) == first

        given = [record for record in await held(place, "decisions") if record.decision_id == first["decision_id"]]
        assert {type(record) for record in given} == {DecisionGiven}
        assert {record.asked_by for record in given} == {"desk"}
        taken = await desk.post("/v1/verdicts", VERDICT)
        assert taken.status_code == 202
        (verdict,) = await held(place, "verdicts")
        assert verdict.event_id == "v1"
        assert len(await changes_of(place, first["decision_id"], 1)) == 1


@pytest.mark.fault
async def test_one_of_two_instances_tells_what_the_other_would_have(one_bootstrap: str, tmp_path: Path) -> None:
    tokens = tmp_path / "tokens.toml"
    tokens.write_text(f'[desk]\nsha256 = "{hashlib.sha256(TOKEN.encode()).hexdigest()}"\nrole = "platform"\n')
    ports = free_port(), free_port()
    async with Installation(one_bootstrap, tmp_path, tokens_file=str(tokens)) as place:
        place.start("worker")
        desks = [Desk(port) for port in ports]
        services = [place.start("decide", "--port", str(port)) for port in ports]
        await place.send([ORDER, refund("e2", 2, "opened"), refund("e3", 2, "waybill_filled", "SF1")])
        first = await desks[0].until(place, partial(is_known, "hold"))
        await desks[1].until(place, partial(is_known, "hold"))
        place.kill(services[0])
        await place.send([refund("e4", 3, "withdrawn")])
        changes = await changes_of(place, first["decision_id"], 1)
        assert len({change.change_id for change in changes}) == 1
        assert await desks[1].ask(first["request_id"]) == first
