"""What to do next: commands that work as they are printed, in the directory in which the demonstration was started."""

import os
import shutil
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from msgspec import Struct
from rich.console import Console

from cloudtag.cli.demo.paper import heading
from cloudtag.config import Config
from cloudtag.contract.records import Alert
from cloudtag.contract.standing import latest

QUESTION = "SELECT detector, count() FROM alerts_current GROUP BY detector"
ANSWERED = ("/metrics", "/healthz", "/readyz")
"""What worker and sink answer over HTTP."""
TOLD = ("reused_waybill", "short_return", "refund_before_delivery")


def program() -> str:
    """How this program is called from here: by its name where that finds it, else by its path."""
    mine = Path(sys.executable).parent / "cloudtag"
    if not mine.exists():
        return f"{sys.executable} -m cloudtag.cli"
    by_name = shutil.which("cloudtag")
    if by_name and Path(by_name).resolve() == mine.resolve():
        return "cloudtag"
    here = os.path.relpath(mine)
    return here if not here.startswith("..") else str(mine)


def next_steps(console: Console) -> None:
    """For one who has seen it and whose servers have ended."""
    call = program()
    again = "make demo SERVE=1" if Path("Makefile").exists() and not call.startswith("/") else f"{call} demo --serve"
    heading(console, "What next")
    _print(
        console,
        (
            ("the cases in a browser, and everything that keeps running", again),
            ("tell the examples of the rules, event by event", f"{call} stories"),
            ("the detectors, with what each looks for", f"{call} detectors"),
            ("a week as a file", f"{call} simulate --events 20000 -o week.jsonl --labels labels.jsonl"),
            ("judge a file, without any server", f"{call} replay week.jsonl --final -o found.jsonl"),
        ),
    )


def still_running(console: Console, config: Config, desk: str, sink_port: int, records: Iterable[Struct]) -> None:
    """Where everything is while it stays up, and what to ask it. `desk`: the desk's address."""
    heading(console, "Still running; Ctrl-C ends it")
    server, _, database = str(config.clickhouse_url).rpartition("/")
    ports = (("worker", config.metrics_port), ("sink", sink_port))
    for name, address in (
        ("desk", desk),
        ("Kafka", config.brokers),
        ("ClickHouse", f"{server.rstrip('/')}/play   (database {database})"),
        *((name, f"http://{config.metrics_host}:{port}{path}") for name, port in ports for path in ANSWERED),
    ):
        console.print(f"  {name:12}{address}", markup=False, soft_wrap=True)
    console.print("\nIn another terminal, in this directory:")
    _print(console, list(_questions(program(), config, records)))


def _questions(call: str, config: Config, records: Iterable[Struct]) -> Iterator[tuple[str, str]]:
    where = f"CLOUDTAG_TOPIC_PREFIX={config.topic_prefix} {call}" if config.topic_prefix else call
    broker = "" if config.brokers == Config().brokers else f" -b {config.brokers}"
    yield "what is published, as it comes", f"{where} tail outputs --from-start{broker}"
    yield "what could not be judged", f"{where} dead-letters list{broker}"
    yield "ask the warehouse", f'{call} warehouse query -c {config.clickhouse_url} "{QUESTION}"'
    alerts = latest(record for record in records if isinstance(record, Alert)).values()
    told = [a.alert_id for a in alerts if a.status == "open" and a.detector in TOLD]
    for alert_id in sorted(told)[:1]:
        yield "why an alert is there", f"{call} explain {alert_id} -c {config.clickhouse_url}"
    yield "everything that came in, as a file", f"{where} tail inputs --until-end --format replay{broker} > week.jsonl"


def _print(console: Console, steps: Iterable[tuple[str, str]]) -> None:
    for words, command in steps:
        console.print(f"  # {words}", style="dim", markup=False)
        console.print(f"  {command}", markup=False, soft_wrap=True)
