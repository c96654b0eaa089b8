"""`cloudtag worker`: judges events from Kafka until it is stopped."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cloudtag.cli.framing import codec_of
from cloudtag.cli.logs import Level, LogLevel, log_to_stderr
from cloudtag.cli.options import Brokers, settings
from cloudtag.config import Config
from cloudtag.contract.streams import READS

if TYPE_CHECKING:
    from streams.app import Parts


def worker(
    brokers: Brokers = None,
    store: Annotated[
        str | None,
        typer.Option(metavar="memory|rocksdb", help="Where state is kept; the changelog has it in any case."),
    ] = None,
    data_dir: Annotated[Path | None, typer.Option(metavar="DIR", help="Of this worker alone, for rocksdb.")] = None,
    policies: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Policy packs (default: those that come with cloudtag).")
    ] = None,
    metrics_port: Annotated[
        int | None, typer.Option(min=0, max=65_535, help="Serve /metrics, /healthz and /readyz here.")
    ] = None,
    log_level: LogLevel = Level.INFO,
) -> None:
    """Judge events until SIGTERM or Ctrl-C. Start as many as there is work; they share the partitions.

    Needs the topics (`cloudtag topics create`). All settings may come from the environment, as CLOUDTAG_… variables.

    Example:  KAFKA=kafka:9092 cloudtag worker --store rocksdb --data-dir /var/lib/cloudtag --metrics-port 9100
    """
    from streams.worker import run_worker

    log_to_stderr(log_level)
    config = settings(brokers, store=store, data_dir=data_dir, metrics_port=metrics_port)
    raise typer.Exit(run_worker(_parts(config, policies), loglevel=log_level.upper()))


def _parts(config: Config, policies: Path | None) -> "Parts":
    """The worker put together: the engine's lanes inside of the stream processor."""
    from cloudtag.engine.lane import Lane
    from cloudtag.engine.step import RowReader
    from cloudtag.policy.load import from_folder, shipped
    from cloudtag.processors import build as processor
    from streams.app import build

    packs = from_folder(policies) if policies else shipped()
    lateness_ms = config.lateness_seconds * 1000

    def make_lane(name: str, rows: RowReader) -> Lane:
        return Lane(processor(name, packs, lateness_ms), rows)

    reads = {name: READS[name] for name in config.processors}
    return build(config, reads, make_lane, codec_of(config))
