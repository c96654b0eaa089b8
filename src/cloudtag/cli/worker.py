"""`cloudtag worker`: judges events from Kafka until it is stopped."""

import logging
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cloudtag.cli.framing import codec_of
from cloudtag.cli.logs import Level, LogLevel, log_to_stderr
from cloudtag.cli.options import Brokers, settings
from cloudtag.cli.packs import PoliciesDir, packs_of
from cloudtag.config import Config
from cloudtag.contract.streams import READS
from cloudtag.native.choice import told

logger = logging.getLogger(__name__)

if TYPE_CHECKING:
    from streams.worker.app import Parts


def worker(
    brokers: Brokers = None,
    store: Annotated[
        str | None,
        typer.Option(metavar="memory|rocksdb", help="Where state is kept; the changelog has it in any case."),
    ] = None,
    data_dir: Annotated[Path | None, typer.Option(metavar="DIR", help="Of this worker alone, for rocksdb.")] = None,
    policies: PoliciesDir = None,
    metrics_port: Annotated[
        int | None, typer.Option(min=0, max=65_535, help="Serve /metrics, /healthz and /readyz here.")
    ] = None,
    log_level: LogLevel = Level.INFO,
) -> None:
    """Judge events until SIGTERM or Ctrl-C. Start as many as there is work; they share the partitions.

    Needs the topics (`cloudtag topics create`). All settings may come from the environment, as CLOUDTAG_… variables.

    Example:  KAFKA=kafka:9092 cloudtag worker --store rocksdb --data-dir /var/lib/cloudtag --metrics-port 9100
    """
    from streams.kafka import codecs
    from streams.worker.process import run_worker

    # Before anything is said: what cannot read its records does not start.
    codecs.check()
    log_to_stderr(log_level)
    config = settings(brokers, store=store, data_dir=data_dir, metrics_port=metrics_port, policies_dir=policies)
    raise typer.Exit(run_worker(_parts(config), loglevel=log_level.upper()))


def _parts(config: Config) -> "Parts":
    """The worker put together: the engine's tasks inside of the stream processor."""
    from cloudtag.engine.cache_budget import CacheBudget
    from cloudtag.engine.task import Task
    from cloudtag.engine.task_result import RowReader
    from cloudtag.engine.timers import MOST_DUE
    from cloudtag.processors import build as processor
    from streams.worker.app import build

    packs = packs_of(config.policies_dir, config)
    source = config.policies_dir or "those that come with cloudtag"
    logger.info("policy packs: %s; versions: %s", source, ", ".join(policy.version for policy in packs.versions()))
    logger.info("records are read and written: %s", told())
    lateness_ms = config.lateness_seconds * 1000
    budget = CacheBudget(config.cache_bytes)

    def make_task(name: str, rows: RowReader) -> Task:
        return Task(processor(name, packs, lateness_ms), rows, budget, config.live_since_ms, MOST_DUE)

    reads = {name: READS[name] for name in config.processors}
    return build(config, reads, make_task, codec_of(config), packs.platforms)
