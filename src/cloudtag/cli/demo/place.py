"""Where a demonstration runs: servers of its own or given ones, and the settings that lead there."""

import os
import re
import secrets
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import urlsplit

from cloudtag.cli.failure import FailureError, one_line
from cloudtag.cli.options import settings
from cloudtag.cli.screen import note
from cloudtag.config import SECRETS, Config, Secret
from cloudtag.local.child import Child
from cloudtag.local.probe import free_port, is_free

GROUP_SECONDS = 6.0
"""Session and rebalance timeout: the embedded broker holds a joining group back for half of it."""
COMMIT_SECONDS = 0.1
PARTITIONS = 2
"""Few: every partition costs the servers work, and all of them share this machine."""
KAFKA_PORT, CLICKHOUSE_PORT, METRICS_PORT, SINK_METRICS_PORT = 9092, 8123, 9100, 9101
"""Where everybody looks for these first."""
LOG_LINES = 3
ESCAPES = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")
"""What a terminal would be sent, such as to show its cursor."""


@dataclass(frozen=True)
class DemoPlace:
    """Settings for this process, the same as environment for others, and a directory for their logs."""

    config: Config
    environment: dict[str, str]
    directory: Path

    def start(self, *arguments: str, log: str, **environment: str) -> Child:
        """Start a command of this program as a process of its own, which does not outlive this one."""
        command = [sys.executable, "-m", "cloudtag.cli", *arguments, "--log-level", "warning"]
        return Child(command, self.directory / log, self.environment | environment)

    def beside(self, prefix: str) -> "DemoPlace":
        """The same servers with topics and a consumer group of its own."""
        config = settings(
            self.config.brokers,
            self.config.clickhouse_url,
            clickhouse_password=self.config.clickhouse_password,
            **_overrides(self.config.topic_prefix + prefix, prefix + self.config.app_id),
        )
        return replace(self, config=config, environment=_environment(config))


@contextmanager
def place(brokers: str | None, clickhouse: str | None) -> Iterator[DemoPlace]:
    """The given servers, or embedded ones that end with this. Raises `StartError`.

    On servers that are given, topics and database have names of their own, so that nothing is mixed with what is
    there, unless the warehouse's address names a database.
    """
    stamp = secrets.token_hex(3)
    given = settings(brokers, clickhouse)
    is_broker_given = bool(brokers or "KAFKA" in os.environ or "CLOUDTAG_BROKERS" in os.environ)
    with ExitStack() as stack:
        directory = Path(tempfile.mkdtemp(prefix="cloudtag-demo-"))
        stack.callback(shutil.rmtree, directory, ignore_errors=True)
        address = given.brokers if is_broker_given else stack.enter_context(_broker())
        url, password = given.clickhouse_url, given.clickhouse_password
        if not url:
            url, password = stack.enter_context(_warehouse(directory))
        if not urlsplit(url).path.strip("/"):
            url = f"{url.rstrip('/')}/cloudtag_demo_{stamp}"
        prefix = f"demo-{stamp}-" if is_broker_given else ""
        overrides = _overrides(prefix, f"{prefix}cloudtag", usual_port(METRICS_PORT, "metrics"))
        config = settings(address, url, clickhouse_password=password, **overrides)
        yield DemoPlace(config, _environment(config), directory)


def usual_port(number: int, what: str) -> int:
    """The port at which everybody looks for a server, or a free one, with a note, where another has it."""
    if is_free(number):
        return number
    other = free_port()
    note(f"port {number} is taken: {what} is at {other} this time")
    return other


def _overrides(prefix: str, app_id: str, metrics_port: int = 0) -> dict[str, object]:
    return {
        "topic_prefix": prefix,
        "app_id": app_id,
        "clock": "data",
        "session_timeout_seconds": GROUP_SECONDS,
        "rebalance_timeout_seconds": GROUP_SECONDS,
        "commit_seconds": COMMIT_SECONDS,
        "partitions": PARTITIONS,
        "metrics_port": metrics_port,
    }


def _environment(config: Config) -> dict[str, str]:
    """What leads another process of this program to the same place."""
    names = ("brokers", "clickhouse_url", *_overrides("", ""))
    values = {f"CLOUDTAG_{name.upper()}": str(getattr(config, name)) for name in names}
    name = SECRETS["hash_secret"]
    hashed = {} if config.hash_secret else {name: "demonstration only"}
    password = SECRETS["clickhouse_password"]
    inherited = {key: value for key, value in os.environ.items() if key != f"{password}_FILE"}
    return inherited | values | hashed | {password: config.clickhouse_password.reveal()}


@contextmanager
def _broker() -> Iterator[str]:
    from cloudtag.local.broker import Tansu

    note("starting a broker, which speaks Kafka's protocol")
    with Tansu(usual_port(KAFKA_PORT, "Kafka")) as broker:
        yield broker.bootstrap


@contextmanager
def _warehouse(directory: Path) -> Iterator[tuple[str, Secret]]:
    """Its address, at which everybody on this machine may read, and the password of those who write."""
    from cloudtag.local.warehouse import Warehouse

    note("starting a warehouse, ClickHouse's engine inside")
    port = usual_port(CLICKHOUSE_PORT, "ClickHouse")
    with Warehouse(directory / "warehouse", port, open_to="readers") as warehouse:
        yield f"{warehouse.url}/cloudtag", Secret(warehouse.token)


def check_running(children: dict[str, Child]) -> None:
    """Raise `FailureError` with the end of its log when a process has ended."""
    for name, child in children.items():
        if not child.is_running:
            tail = ESCAPES.sub("", child.log_tail(LOG_LINES))
            raise FailureError(f"the {name} ended: {one_line(tail)}")
