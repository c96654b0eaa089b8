"""Answers that the engine is asked for: by the worker that has the buyer's facts, which keeps nothing of the question.

While no worker has them, an answer rests on what stands, and says so.
"""

import asyncio
import hashlib
from pathlib import Path
from typing import Any

import msgspec

from cloudtag.contract.replay_form import object_of
from cloudtag.contract.streams import STREAM_OF
from cloudtag.local.probe import free_port
from tests.integration.installation import PATIENCE_SECONDS, Installation
from tests.integration.test_decide import ORDER, TOKEN, Desk, held, refund

EVENTS = [refund("e2", 2, "opened"), refund("e3", 2, "waybill_filled", "SF1")]


async def judged(desk: Desk, request_id: str) -> dict[str, Any]:
    """The answer to a refund of the buyer whose events have not come."""
    body = {
        "request_id": request_id, "about": "refund", "platform": "taobao", "buyer_id": "b1", "shop_id": "s1",
        "order_id": "o1", "refund_id": "r1", "judge": True,
        "events": [{"stream": STREAM_OF[type(event)], **object_of(event)} for event in EVENTS],
    }  # fmt: skip
    reply = await desk.post("/v1/decisions", msgspec.to_builtins(body))
    assert reply.status_code == 200, reply.text
    told: dict[str, Any] = reply.json()
    return told


async def until(place: Installation, desk: Desk, name: str, *, is_judged: bool) -> dict[str, Any]:
    """Ask anew until the engine answers, or does not."""
    for number in range(int(PATIENCE_SECONDS / 0.2)):
        told = await judged(desk, f"{name}-{number}")
        if told["is_judged"] == is_judged:
            return told
        place.check()
        await asyncio.sleep(0.2)
    raise AssertionError(f"never: the last answer was {told}")


async def test_the_worker_of_the_buyer_is_asked_and_keeps_nothing(broker: str, tmp_path: Path) -> None:
    tokens, port = tmp_path / "tokens.toml", free_port()
    tokens.write_text(f'[desk]\nsha256 = "{hashlib.sha256(TOKEN.encode()).hexdigest()}"\nrole = "platform"\n')
    async with Installation(broker, tmp_path, tokens_file=str(tokens), decide_judge_seconds="5") as place:
        desk, worker = Desk(port), place.start("worker")
        place.start("decide", "--port", str(port))
        await place.send([ORDER])
        await place.settled()
        await desk.until(place, lambda told: told["given_by"] == "view")
        first = await until(place, desk, "first", is_judged=True)
        assert (first["answer"], first["given_by"]) == ("hold", "view")
        (supposed,) = [each for each in first["supposed"] if each["id"].startswith("outbound_waybill_as_return-")]
        assert "parcel SF1" in first["not_asked"]

        place.kill(worker)
        alone = await until(place, desk, "alone", is_judged=False)
        assert alone["not_asked"] == ["the engine: no worker answered in time"]
        assert alone["answer"] == "grant"
        place.start("worker")
        place.start("worker")
        again = await until(place, desk, "again", is_judged=True)
        assert again["supposed"] == first["supposed"]
        assert await held(place, "alerts") == []

        await place.send(EVENTS)
        await place.settled()
        (alert,) = [record for record in await held(place, "alerts") if record.alert_id == supposed["id"]]
        assert (alert.revision, alert.status) == (supposed["revision"], "open")
