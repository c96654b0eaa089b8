"""How long decisions take: an open loop, so that one that is slow delays none that follows and is not measured less.

    python -m benchmarks.decide --rates 1000 --seconds 20

A service process on a fresh embedded broker, where something stands about so many buyers; requests are sent when they
are due, whatever became of the earlier ones, and a time is from when it was due. Client and service share the machine.
"""

import argparse
import asyncio
import hashlib
import os
import statistics
import sys
import tempfile
import time
from collections import Counter
from http import HTTPStatus
from pathlib import Path
from typing import Any

import aiohttp
import msgspec

from cloudtag.cli.decide.publisher import KafkaPublisher
from cloudtag.cli.kafka import CommandProducer
from cloudtag.config import Config
from cloudtag.contract.records import Alert, ShopOrder
from cloudtag.local.broker import Tansu
from cloudtag.local.child import Child
from cloudtag.local.probe import free_port
from cloudtag.wire import Codec
from streams.kafka.topics import create

TOKEN = "of this run alone"
CONNECTIONS = 64
TOGETHER = 5000


def an_alert(number: int) -> Alert:
    """An alert of some size about one buyer and order."""
    return Alert(
        alert_id=f"short_return-{number:024x}", revision=0, status="open", detector="short_return",
        scenario="short_return", family="refund", severity=("low", "medium", "high", "critical")[number % 4],
        platform="taobao", buyer_id=f"b{number}", shop_id="s1", order_ids=(f"o{number}",), refund_ids=(f"r{number}",),
        first_event_at=1_772_409_600_000, decided_at=1_772_409_600_000, facts={"expected": "2", "received": "1"},
        explanation="Two pieces were to come back and one did. " * 4, explanation_zh="应退回两件，实收一件。" * 4,
        policy_version="taobao-2016@0", orders=(ShopOrder("s1", f"o{number}"),), amount_at_stake_minor=9900,
        currency="CNY",
    )  # fmt: skip


async def fill(config: Config, count: int) -> None:
    """Publish so many alerts."""
    producer = CommandProducer(config)
    await producer.start()
    publisher = KafkaPublisher(config, producer, Codec(), seconds=120)
    for start in range(0, count, TOGETHER):
        await publisher.publish([an_alert(number) for number in range(start, min(start + TOGETHER, count))])
    await producer.stop()


async def load(url: str, rate: int, seconds: float, buyers: int, *, durable: bool) -> tuple[list[float], Counter[str]]:
    """Milliseconds of every request from when it was due, and what was answered."""
    times: list[float] = []
    answers: Counter[str] = Counter()
    headers = {"Authorization": f"Bearer {TOKEN}", "Content-Type": "application/json"}
    connector = aiohttp.TCPConnector(limit=CONNECTIONS)
    async with aiohttp.ClientSession(connector=connector, headers=headers) as session:

        async def one(number: int, due: float) -> None:
            who = number * 7919 % buyers
            body = msgspec.json.encode(
                {"request_id": f"{durable}-{number}", "about": "refund", "platform": "taobao", "buyer_id": f"b{who}",
                 "shop_id": "s1", "order_id": f"o{who}", "refund_id": f"r{who}", "durable": durable}
            )  # fmt: skip
            async with session.post(f"{url}/v1/decisions", data=body) as reply:
                told = msgspec.json.decode(await reply.read())
            times.append((time.perf_counter() - due) * 1000)
            answers[f"{reply.status} {told.get('given_by')} {told.get('answer')}"] += 1

        begun, running = time.perf_counter(), []
        for number in range(int(rate * seconds)):
            due = begun + number / rate
            if (wait := due - time.perf_counter()) > 0:
                await asyncio.sleep(wait)
            running.append(asyncio.ensure_future(one(number, due)))
        await asyncio.gather(*running)
    return times, answers


def shown(name: str, rate: int, times: list[float], answers: Counter[str]) -> str:
    """A line with the quantiles."""
    cuts = statistics.quantiles(times, n=1000)
    found = " ".join(f"p{q / 10:g} {cuts[q - 1]:.2f}" for q in (500, 950, 990, 999))
    return f"{name}: {rate}/s, {len(times)} answers, ms: {found} max {max(times):.2f}; {dict(answers)}"


async def until_ready(url: str) -> None:
    """Wait until the process there says that it is ready."""
    async with aiohttp.ClientSession() as session:
        for _ in range(1200):
            try:
                async with session.get(f"{url}/readyz") as reply:
                    if reply.status == HTTPStatus.OK:
                        return
            except aiohttp.ClientConnectionError:
                pass
            await asyncio.sleep(0.1)
    raise SystemExit("it never was ready")


async def measure(options: Any) -> None:
    """One run of each kind, printed."""
    with tempfile.TemporaryDirectory() as folder, Tansu() as broker:
        config = Config(brokers=broker.bootstrap)
        await create(config)
        await fill(config, options.buyers)
        tokens, port, metrics_port = Path(folder) / "tokens.toml", free_port(), free_port()
        tokens.write_text(f'[load]\nsha256 = "{hashlib.sha256(TOKEN.encode()).hexdigest()}"\nrole = "platform"\n')
        environ = {**os.environ, "KAFKA": broker.bootstrap, "CLOUDTAG_TOKENS_FILE": str(tokens),
                   "CLOUDTAG_DECIDE_REQUESTS_PER_SECOND": "100000"}  # fmt: skip
        command = [
            sys.executable,
            "-m",
            "cloudtag.cli",
            "decide",
            "--port",
            str(port),
            "--metrics-port",
            str(metrics_port),
        ]
        child = Child(command, Path(folder) / "decide.log", environ)
        try:
            url = f"http://127.0.0.1:{port}"
            await until_ready(f"http://127.0.0.1:{metrics_port}")
            for durable in (False, True):
                name = "durable" if durable else "recorded afterwards"
                for rate in options.rates:
                    times, answers = await load(url, rate, options.seconds, options.buyers, durable=durable)
                    sys.stdout.write(shown(name, rate, times, answers) + "\n")
                    sys.stdout.flush()
        finally:
            child.kill()


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rates", type=int, nargs="+", default=[200, 500, 1000])
    parser.add_argument("--seconds", type=float, default=10.0)
    parser.add_argument("--buyers", type=int, default=100_000)
    asyncio.run(measure(parser.parse_args()))


if __name__ == "__main__":
    main()
