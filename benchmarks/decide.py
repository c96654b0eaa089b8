"""How long decisions take: an open loop, so that one that is slow delays none that follows and is not measured less.

    python -m benchmarks.decide --rates 1000 --seconds 20
    python -m benchmarks.decide --judge --rates 25 --seconds 20

A service process on a fresh embedded broker, where something stands about so many buyers; requests are sent when they
are due, whatever became of the earlier ones, and a time is from when it was due. Client and service share the machine;
what the service itself took of CPU for an answer is told beside. With --judge a worker runs as well, holds an order of
each buyer that is asked about, and judges the refund in question.
"""

import argparse
import asyncio
import hashlib
import os
import signal
import statistics
import sys
import tempfile
from collections import Counter
from collections.abc import Callable
from functools import partial
from http import HTTPStatus
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import aiohttp
import msgspec

from benchmarks.open_connections import OpenLoop, Sent
from cloudtag.cli.decide.publisher import KafkaPublisher
from cloudtag.cli.kafka import CommandProducer, sender
from cloudtag.config import Config
from cloudtag.contract.events import OrderChanged
from cloudtag.contract.records import Alert, ShopOrder
from cloudtag.local.broker import Tansu
from cloudtag.local.child import Child
from cloudtag.local.probe import free_port
from cloudtag.wire import Codec
from streams.kafka.topics import create

TOKEN = "of this run alone"
TOGETHER = 5000
JUDGED_BUYERS = 500
"""So many buyers have an order that the worker holds, with --judge."""
AT = 1_772_409_600_000
HZ = os.sysconf("SC_CLK_TCK")
Ask = dict[str, Any]
"""What a request says, besides its id."""


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


async def publish_alerts(config: Config, count: int) -> None:
    """Publish so many alerts."""
    producer = CommandProducer(config)
    await producer.start()
    publisher = KafkaPublisher(config, producer, Codec(), seconds=120)
    for start in range(0, count, TOGETHER):
        await publisher.publish([an_alert(number) for number in range(start, min(start + TOGETHER, count))])
    await producer.stop()


def about(number: int, buyers: int, *, durable: bool = False) -> Ask:
    """A refund of some buyer about whom something stands."""
    who = number * 7919 % buyers
    return {"about": "refund", "platform": "taobao", "buyer_id": f"b{who}", "shop_id": "s1", "order_id": f"o{who}",
            "refund_id": f"r{who}", "durable": durable}  # fmt: skip


def judged(number: int, buyers: int) -> Ask:
    """The same, with the event that opens the refund."""
    asked = about(number, min(buyers, JUDGED_BUYERS))
    names = {name: asked[name] for name in ("platform", "buyer_id", "shop_id", "order_id", "refund_id")}
    event = {**names, "stream": "refunds", "event_id": f"what-if-{number}", "occurred_at": "2026-03-04T00:00:00Z",
             "status": "opened", "type": "return_refund", "reason": "quality"}  # fmt: skip
    return {**asked, "judge": True, "events": [event]}


def cpu_seconds(pid: int) -> float:
    """What a process has taken of CPU."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / HZ


def request_of(number: int, rate: int, name: str, ask: Callable[[int], Ask], host: str) -> bytes:
    """The bytes of a request."""
    body = msgspec.json.encode({"request_id": f"{name}-{rate}-{number}", **ask(number)})
    head = (
        f"POST /v1/decisions HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bearer {TOKEN}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


async def load(url: str, rate: int, seconds: float, name: str, ask: Callable[[int], Ask]) -> list[Sent]:
    """What became of every request."""
    where = urlsplit(url)
    requests = [request_of(number, rate, name, ask, where.netloc) for number in range(int(rate * seconds))]
    loop = OpenLoop()
    await loop.connect(str(where.hostname), where.port or 80)
    try:
        return await loop.run(requests, rate)
    finally:
        loop.close()


def answered(sent: list[Sent]) -> Counter[str]:
    """How often each answer was given."""
    answers: Counter[str] = Counter()
    for each in sent:
        told = msgspec.json.decode(each.body) if each.status else {}
        is_judged = " judged" if told.get("is_judged") else ""
        answers[f"{each.status} {told.get('given_by')} {told.get('answer')}{is_judged}"] += 1
    return answers


def shown(name: str, rate: int, sent: list[Sent]) -> str:
    """A line with the quantiles; how late the client itself was tells what of them is its own."""
    times, late = [each.took * 1000 for each in sent], [each.late * 1000 for each in sent]
    cuts = statistics.quantiles(times, n=1000)
    found = " ".join(f"p{q / 10:g} {cuts[q - 1]:.2f}" for q in (500, 950, 990, 999))
    sent_late = f"sent late p99 {statistics.quantiles(late, n=100)[98]:.2f} max {max(late):.2f}"
    answers = dict(answered(sent))
    return f"{name}: {rate}/s, {len(times)} answers, ms: {found} max {max(times):.2f} ({sent_late}); {answers}"


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


async def hold_orders(config: Config) -> None:
    """Publish an order of each buyer who is judged, as upstream does."""
    async with sender(config) as out:
        for number in range(JUDGED_BUYERS):
            await out.send(OrderChanged(f"e{number}", AT, "taobao", f"o{number}", f"b{number}", "s1", "paid"))


async def until_judged(url: str) -> None:
    """Wait until a worker answers what it is asked about."""
    for number in range(600):
        sent = await load(url, 1, 1, f"try-{number}", partial(judged, buyers=JUDGED_BUYERS))
        if any(answer.endswith("judged") for answer in answered(sent)):
            return
    raise SystemExit("no worker ever judged")


async def stalls_of(service: Child) -> str:
    """What kept the service's loop from its turn since this was last asked."""
    told_before = len(_told_of_stalls(service))
    os.kill(service.pid, signal.SIGUSR1)
    for _ in range(200):
        if len(told := _told_of_stalls(service)) > told_before:
            return told[-1]
        await asyncio.sleep(0.05)
    raise SystemExit("it never told of its stalls")


def _told_of_stalls(service: Child) -> list[str]:
    lines = service.log.read_text().splitlines(keepends=True)
    return [line[7:].strip() for line in lines if line.startswith("stalls ") and line.endswith("\n")]


async def runs(options: Any, url: str, service: Child) -> None:
    """One run of each kind, printed."""
    if options.judge:
        await until_judged(url)
        kinds: list[tuple[str, Callable[[int], Ask]]] = [("judged", partial(judged, buyers=options.buyers))]
    else:
        kinds = [
            ("recorded afterwards", partial(about, buyers=options.buyers)),
            ("durable", partial(about, buyers=options.buyers, durable=True)),
        ]
    for name, ask in kinds:
        for rate in options.rates:
            if options.stalls:
                await stalls_of(service)
            before = cpu_seconds(service.pid)
            sent = await load(url, rate, options.seconds, name, ask)
            spent = (cpu_seconds(service.pid) - before) / len(sent) * 1e6
            sys.stdout.write(f"{shown(name, rate, sent)}; {spent:.0f} us of CPU for each\n")
            if options.stalls:
                sys.stdout.write(f"  {await stalls_of(service)}\n")
            sys.stdout.flush()


def _two_ports() -> tuple[int, int]:
    port = free_port()
    while (other := free_port()) == port:
        pass
    return port, other


async def measure(options: Any) -> None:
    """A service, and a worker where it is to judge, and what they do."""
    with tempfile.TemporaryDirectory() as folder, Tansu() as broker:
        config = Config(brokers=broker.bootstrap)
        await create(config)
        await publish_alerts(config, options.buyers)
        tokens, (port, metrics_port) = Path(folder) / "tokens.toml", _two_ports()
        tokens.write_text(f'[load]\nsha256 = "{hashlib.sha256(TOKEN.encode()).hexdigest()}"\nrole = "platform"\n')
        environ = {**os.environ, "KAFKA": broker.bootstrap, "CLOUDTAG_TOKENS_FILE": str(tokens),
                   "CLOUDTAG_DECIDE_REQUESTS_PER_SECOND": "100000"}  # fmt: skip
        command = [
            sys.executable,
            "-m",
            "benchmarks.stalls" if options.stalls else "cloudtag.cli",
            "decide",
            "--port",
            str(port),
            "--metrics-port",
            str(metrics_port),
        ]
        children = [Child(command, Path(folder) / "decide.log", environ)]
        if options.judge:
            await hold_orders(config)
            worker = [sys.executable, "-m", "cloudtag.cli", "worker"]
            environ |= {"CLOUDTAG_DATA_DIR": f"{folder}/data"}
            children.append(Child(worker, Path(folder) / "worker.log", environ))
        try:
            url = f"http://127.0.0.1:{port}"
            await until_ready(f"http://127.0.0.1:{metrics_port}")
            await runs(options, url, children[0])
        finally:
            for child in children:
                child.kill()


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rates", type=int, nargs="+", default=[200, 500, 1000])
    parser.add_argument("--seconds", type=float, default=10.0)
    parser.add_argument("--buyers", type=int, default=100_000)
    parser.add_argument("--judge", action="store_true", help="ask the engine as well")
    parser.add_argument("--stalls", action="store_true", help="tell what kept the service's loop from its turn")
    asyncio.run(measure(parser.parse_args()))


if __name__ == "__main__":
    main()
