"""`cloudtag sink`: stores what is taken in and published in the warehouse until it is stopped."""

import asyncio
import signal
from typing import TYPE_CHECKING, Annotated

import typer

from cloudtag.cli.failure import UNREADABLE, FailureError
from cloudtag.cli.framing import codec_of
from cloudtag.cli.logs import Level, LogLevel, log_to_stderr
from cloudtag.cli.options import Brokers, ClickHouse, settings
from cloudtag.config import SECRETS, Config
from cloudtag.gc_tuning import collect_rarely
from cloudtag.warehouse.pseudonymizer import LEAST_BYTES
from cloudtag.wire import Codec

if TYPE_CHECKING:
    from streams.sink import SinkConfig


CONNECTIONS = 2
"""To the warehouse: one block is made while it works on the other. More would only queue there."""
HTTP_CLIENT = "clickhouse_connect.driver.httpclient"
"""The logger of the warehouse's client, which tells of each request that fails."""


def sink(
    brokers: Brokers = None,
    clickhouse: ClickHouse = None,
    metrics_port: Annotated[
        int | None, typer.Option(min=0, max=65_535, help="Serve /metrics, /healthz and /readyz here.")
    ] = None,
    log_level: LogLevel = Level.INFO,
) -> None:
    """Store inputs and outputs in the warehouse, each record once, until SIGTERM or Ctrl-C.

    Identifying values are stored as keyed hashes: CLOUDTAG_HASH_SECRET (or …_FILE) holds their secret, at least 16
    bytes and the same for the whole life of a warehouse.

    Example:  CLOUDTAG_HASH_SECRET_FILE=/run/secrets/hash cloudtag sink -b kafka:9092 -c http://clickhouse:8123/cloudtag
    """
    from streams.kafka import codecs
    from streams.kafka.log_throttle import throttle_logs

    # Before anything is waited for: what cannot read its records does not start.
    codecs.check()
    log_to_stderr(log_level)
    # Whole blocks of rows live for a moment and then go: looking at them often finds nothing to collect.
    collect_rarely()
    throttle_logs("aiokafka", "urllib3", "urllib3.connectionpool", "clickhouse_connect", HTTP_CLIENT)
    config = settings(brokers, clickhouse, metrics_port=metrics_port)
    asyncio.run(_run(config, _sink_config(config), codec_of(config)))


async def _run(config: Config, sink_config: "SinkConfig", codec: Codec) -> None:
    from prometheus_client import REGISTRY

    from streams.health.beat import Health, beating
    from streams.health.serving import served
    from streams.health.watchdog import Watchdog
    from streams.kafka.admission import explained
    from streams.sink import Sink
    from streams.sink import sink_metrics as metrics
    from streams.sink.reader import Reader

    stop, loop, health = asyncio.Event(), asyncio.get_running_loop(), Health()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    sink = Sink(sink_config, Reader(codec))
    metrics.READY.set_function(lambda: float(health.obstacle is None))
    watchdog = Watchdog(sink.pulses, config.stall_seconds)
    with served(config, REGISTRY, health), beating(loop, health, lambda: sink.obstacle):
        async with explained(config):
            await _broker(config, stop)
            if stop.is_set():
                return
            await watchdog.start()
            try:
                await sink.run(stop)
            finally:
                await watchdog.stop()


async def _broker(config: Config, stop: asyncio.Event) -> None:
    """Wait until a broker answers, or until the process is asked to end."""
    from streams.kafka.administering import reach
    from streams.kafka.waiting import when_broker_answers

    waiting = asyncio.ensure_future(when_broker_answers(config, lambda: reach(config)))
    stopping = asyncio.ensure_future(stop.wait())
    await asyncio.wait((waiting, stopping), return_when=asyncio.FIRST_COMPLETED)
    stopping.cancel()
    if waiting.done():
        waiting.result()
    else:
        waiting.cancel()


def _sink_config(config: Config) -> "SinkConfig":
    from cloudtag.cli.clickhouse import connect, database_of
    from streams.kafka.security import client_settings
    from streams.sink import SinkConfig

    kafka = client_settings(config)
    return SinkConfig(
        bootstrap=kafka.pop("bootstrap_servers"),
        connect=lambda: connect(config),
        secret=hash_secret(config),
        database=database_of(config),
        group=f"{config.app_id}-sink",
        prefix=config.topic_prefix,
        partitions=config.partitions,
        session_timeout_ms=int(config.session_timeout_seconds * 1000),
        unpacked_batch_bytes=config.unpacked_batch_bytes,
        buffer_bytes=config.buffer_bytes,
        cache_bytes=config.cache_bytes,
        connections=CONNECTIONS,
        kafka=kafka,
    )


def hash_secret(config: Config) -> bytes:
    """The secret of keyed hashes. Raises `FailureError` when it is missing or short."""
    secret = config.hash_secret.reveal_bytes()
    if len(secret) < LEAST_BYTES:
        name = SECRETS["hash_secret"]
        raise FailureError(f"{name} (or {name}_FILE) must hold at least {LEAST_BYTES} bytes", UNREADABLE)
    return secret
