"""Options that several commands share, and the settings they make."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from cloudtag.cli.failure import UNREADABLE, FailureError
from cloudtag.config import Config
from cloudtag.contract.types import EARLIEST_MS, LATEST_MS

Brokers = Annotated[
    str | None,
    typer.Option("--brokers", "-b", metavar="HOST:PORT,…", help="Kafka; instead of the environment's KAFKA."),
]
ClickHouse = Annotated[
    str | None,
    typer.Option("--clickhouse", "-c", metavar="URL", help="ClickHouse; instead of the environment's CLICKHOUSE."),
]
Until = Annotated[
    str | None,
    typer.Option("--until", metavar="TIME", help="Move event time on to this moment, past the last event."),
]
LiveSince = Annotated[
    str | None,
    typer.Option("--live-since", metavar="TIME", help="Mark what was decided before this moment as historical."),
]
Files = Annotated[
    list[Path], typer.Argument(metavar="FILE…", help="Records, one JSON object a line; - is standard input.")
]
TableStream = Annotated[
    str | None,
    typer.Option("--stream", metavar="STREAM", help="What a table holds that has no column of that name, as orders."),
]
OutFile = Annotated[Path, typer.Option("--out", "-o", metavar="FILE", help="Where the lines go; - is standard output.")]


def settings(brokers: str | None = None, clickhouse: str | None = None, **overrides: Any) -> Config:
    """The settings of the environment; what was given on the command line (not none) wins. Raises `ConfigError`."""
    given = {"brokers": brokers, "clickhouse_url": clickhouse, **overrides}
    return Config.read(**{name: value for name, value in given.items() if value is not None})


def milliseconds(text: str) -> int:
    """A time given by people: RFC 3339, a date, or milliseconds since the epoch. Raises `FailureError`."""
    try:
        time = int(text) if text.isdigit() else _of_text(text)
    except ValueError:
        raise FailureError(f"not a time: {text!r}, write it as 2025-03-10T00:00:00Z", UNREADABLE) from None
    if not EARLIEST_MS <= time < LATEST_MS:
        raise FailureError(f"{text} is not between 2000 and 2099", UNREADABLE)
    return time


def _of_text(text: str) -> int:
    time = datetime.fromisoformat(text)
    return int((time if time.tzinfo else time.replace(tzinfo=UTC)).timestamp() * 1000)
