"""Desk and decision service are killed while verdicts come in: what was acknowledged is on the broker, once."""

import asyncio
import hashlib
import itertools
import time
from pathlib import Path
from typing import Any

import pytest
import requests
from msgspec.structs import replace

from cloudtag.local.probe import free_port
from tests.desk.browser import Browser
from tests.desk.stories import empty_parcel
from tests.detectors.judged import events_of
from tests.effort import times
from tests.integration.installation import PATIENCE_SECONDS, Installation
from tests.integration.test_decide import TOKEN, VERDICT, Desk, held

KILLS = times(2, 3)
BETWEEN = 25
"""So many verdicts are acknowledged between two kills."""
SENDERS = 4
CASES = times(4, 6)


def tokens(directory: Path) -> dict[str, str]:
    """One reviewer of the platform."""
    digest = hashlib.sha256(TOKEN.encode()).hexdigest()
    (directory / "tokens.toml").write_text(f'[petra]\nsha256 = "{digest}"\nrole = "platform"\n')
    return {"tokens_file": str(directory / "tokens.toml")}


@pytest.mark.fault
async def test_of_a_killed_service_no_acknowledged_verdict_is_lost(one_bootstrap: str, tmp_path: Path) -> None:
    numbers, acknowledged, is_over = itertools.count(), dict[str, Any](), asyncio.Event()
    async with Installation(one_bootstrap, tmp_path, **tokens(tmp_path)) as place:
        port = free_port()
        desk = Desk(port)

        async def send() -> None:
            while not is_over.is_set():
                verdict: dict[str, Any] = {**VERDICT, "event_id": f"v-{next(numbers)}"}
                while not is_over.is_set():
                    try:
                        taken = await desk.post("/v1/verdicts", verdict)
                    except requests.RequestException:
                        await asyncio.sleep(0.05)
                        continue
                    if taken.status_code == 202:
                        acknowledged[verdict["event_id"]] = verdict
                        break
                    assert taken.status_code == 503, taken.text

        serving = place.start("decide", "--port", str(port))
        senders = [asyncio.ensure_future(send()) for _ in range(SENDERS)]
        for kill in range(KILLS + 1):
            await place.until(lambda count=len(acknowledged): len(acknowledged) >= count + BETWEEN, "verdicts")  # type: ignore[misc]
            if kill < KILLS:
                place.kill(serving)
                serving = place.start("decide", "--port", str(port))
        is_over.set()
        await asyncio.gather(*senders)
        stored = await held(place, "verdicts")
        assert acknowledged.keys() <= {verdict.event_id for verdict in stored}
        assert len({(v.event_id, v.verdict, v.buyer_id) for v in stored}) == len({v.event_id for v in stored})


@pytest.mark.fault
async def test_of_a_killed_desk_no_verdict_that_was_sent_is_lost(
    one_bootstrap: str, warehouse_url: str, tmp_path: Path
) -> None:
    async with Installation(one_bootstrap, tmp_path, warehouse_url, **tokens(tmp_path)) as place:
        place.start("worker")
        place.start_sink()
        told = [event for number in range(61, 61 + CASES) for event in empty_parcel(number, "s1", 19900)]
        await place.send(of_late(events_of(told)))
        await place.settled()
        cases = [row[0] for row in place.ask("SELECT alert_id FROM alerts_latest ORDER BY alert_id")]
        assert len(cases) >= CASES
        port = free_port()
        desk, sent = place.start("desk", "--port", str(port)), set[str]()
        for number, alert_id in enumerate(cases):
            browser = await signed_in(place, port)
            answering = asyncio.ensure_future(asyncio.to_thread(judge, browser, alert_id))
            if number % 2:
                await asyncio.sleep(0)
                place.kill(desk)
                desk = place.start("desk", "--port", str(port))
            event_id = await answering
            if event_id is None:
                event_id = await asyncio.to_thread(judge, await signed_in(place, port), alert_id)
            assert event_id is not None
            sent.add(event_id)
        stored = [verdict.event_id for verdict in await held(place, "verdicts")]
        assert sent <= set(stored)
        await place.settled()
        assert place.ask("SELECT count() FROM alerts_latest WHERE status = 'resolved'") == [(len(cases),)]


def of_late(events: list[Any]) -> list[Any]:
    """The same events, the last of them a moment ago: what is answered is still held then."""
    later = int(time.time() * 1000) - max(event.occurred_at for event in events) - 60_000
    return [replace(event, occurred_at=event.occurred_at + later) for event in events]


def judge(browser: Browser, alert_id: str) -> str | None:
    """Answer a case; the event's id, or none where the desk was gone meanwhile."""
    case = f"/cases/{alert_id}"
    try:
        page = browser.get(case)
        if f'action="{case}/verdict"' not in page.text:
            return None
        answer = browser.send(f"{case}/verdict", page.form(f"{case}/verdict") | {"verdict": "abnormal"})
    except OSError:
        return None
    assert answer.status == 303, answer.text
    return answer.location.partition("sent=")[2].partition("#")[0]


async def signed_in(place: Installation, port: int) -> Browser:
    """A browser of the reviewer's, once the desk answers."""
    for _ in range(int(PATIENCE_SECONDS / 0.1)):
        browser = Browser(port)
        try:
            if (await asyncio.to_thread(browser.sign_in, TOKEN)).status == 303:
                return browser
        except OSError:
            place.check()
        await asyncio.sleep(0.1)
    raise AssertionError("the desk never answered")
