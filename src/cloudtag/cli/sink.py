"""`cloudtag sink`: stores what is taken in and published in the warehouse until it is stopped."""

import asyncio
import os
import signal
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from prometheus_client import start_http_server

from cloudtag.cli.failure import UNREADABLE, FailureError
from cloudtag.cli.framing import codec_of
from cloudtag.cli.logs import Level, LogLevel, log_to_stderr
from cloudtag.cli.options import Brokers, ClickHouse, settings
from cloudtag.collector import collect_rarely
from cloudtag.config import Config
from cloudtag.wire import Codec

if TYPE_CHECKING:
    from streams.sink import SinkConfig

SECRET = "CLOUDTAG_HASH_SECRET"  # noqa: S105 - the name of the variable, not a secret


def sink(
    brokers: Brokers = None,
    clickhouse: ClickHouse = None,
    metrics_port: Annotated[int | None, typer.Option(min=0, max=65_535, help="Serve /metrics here.")] = None,
    log_level: LogLevel = Level.INFO,
) -> None:
    """Store inputs and outputs in the warehouse, each record once, until SIGTERM or Ctrl-C.

    Identifying values are stored as keyed hashes: CLOUDTAG_HASH_SECRET (or …_FILE) holds their secret, at least 16
    bytes and the same for the whole life of a warehouse.

    Example:  CLOUDTAG_HASH_SECRET_FILE=/run/secrets/hash cloudtag sink -b kafka:9092 -c http://clickhouse:8123/cloudtag
    """
    log_to_stderr(log_level)
    # Whole blocks of rows live for a moment and then go: looking at them often finds nothing to collect.
    collect_rarely()
    config = settings(brokers, clickhouse, metrics_port=metrics_port)
    if config.metrics_port is not None:
        start_http_server(config.metrics_port, config.metrics_host)
    asyncio.run(_run(_sink_config(config), codec_of(config)))


async def _run(config: "SinkConfig", codec: Codec) -> None:
    from streams.sink import Sink
    from streams.sink.reader import Reader

    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    await Sink(config, Reader(codec)).run(stop)


def _sink_config(config: Config) -> "SinkConfig":
    from cloudtag.cli.clickhouse import connect, database_of
    from streams.security import client_settings
    from streams.sink import SinkConfig

    kafka = client_settings(config)
    return SinkConfig(
        bootstrap=kafka.pop("bootstrap_servers"),
        connect=lambda: connect(config),
        secret=hash_secret(),
        database=database_of(config),
        group=f"{config.app_id}-sink",
        prefix=config.topic_prefix,
        session_timeout_ms=int(config.session_timeout_seconds * 1000),
        kafka=kafka,
    )


def hash_secret() -> bytes:
    """The secret of keyed hashes, from the environment or the file it names. Raises `FailureError`."""
    path = os.environ.get(SECRET + "_FILE")
    secret = Path(path).read_bytes().rstrip(b"\n") if path else os.environ.get(SECRET, "").encode()
    if len(secret) < 16:
        raise FailureError(f"{SECRET} (or {SECRET}_FILE) must hold at least 16 bytes", UNREADABLE)
    return secret
