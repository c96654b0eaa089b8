"""`cloudtag backfill`: the history an installation must know, before it goes live."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from cloudtag.backfill.checkpoint import Checkpoint
from cloudtag.backfill.ordered import OrderedHistory
from cloudtag.backfill.tally import HistoryTally
from cloudtag.cli.backfill_report import report
from cloudtag.cli.backfill_sources import HistoryIntake, from_files, from_topics
from cloudtag.cli.failure import FAILED, UNREADABLE, FailureError
from cloudtag.cli.lines import check_stream
from cloudtag.cli.options import Brokers, TableStream, milliseconds, settings
from cloudtag.cli.screen import note, progress
from cloudtag.config import Config
from cloudtag.contract.times import rfc3339

NO_MOMENT = (
    "when does the installation go live? Set CLOUDTAG_LIVE_SINCE=2026-03-01T00:00:00Z here and for every worker, so "
    "that what is found in the past is marked as historical"
)


def backfill(
    files: Annotated[
        list[Path] | None, typer.Argument(metavar="FILE…", help="Events, as `produce` reads them; - is standard input.")
    ] = None,
    from_prefix: Annotated[
        str | None,
        typer.Option("--from-prefix", metavar="PREFIX", help="Copy the input topics that have this prefix instead."),
    ] = None,
    from_brokers: Annotated[
        str | None,
        typer.Option("--from-brokers", metavar="HOST:PORT,…", help="Where those topics are, if on another cluster."),
    ] = None,
    live_since: Annotated[
        str | None,
        typer.Option("--live-since", metavar="TIME", help="Instead of the environment's CLOUDTAG_LIVE_SINCE."),
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what the history holds and lacks, and send nothing.")
    ] = False,
    checkpoint: Annotated[
        Path | None,
        typer.Option("--checkpoint", metavar="FILE", help="Note there how far it came; a second run goes on there."),
    ] = None,
    rate: Annotated[
        int | None, typer.Option("--rate", metavar="EVENTS", min=1, help="Send at most so many a second.")
    ] = None,
    behind_live: Annotated[
        bool, typer.Option("--behind-live", help="Send though live events are in the topics already: it comes late.")
    ] = False,
    stream: TableStream = None,
    brokers: Brokers = None,
) -> None:
    """Load history from files or topics before an installation goes live; what is found in it is marked historical.

    Everything before the moment CLOUDTAG_LIVE_SINCE is sent to the input topics in order of event time, however it was
    ordered, and judged as live events are; what lies from that moment on is left to the producers and counted. Repeats
    change nothing, so the command may be run again. Load first, then start workers and producers.

    Example:  CLOUDTAG_LIVE_SINCE=2026-03-01T00:00:00Z cloudtag backfill orders.parquet refunds.jsonl.gz --dry-run
    """
    config = settings(brokers)
    live_ms = config.live_since_ms if live_since is None else milliseconds(live_since)
    if live_ms is None:
        raise FailureError(NO_MOMENT, UNREADABLE)
    check_stream(stream)
    source = _source(config, files or [], stream, from_prefix, from_brokers)
    with OrderedHistory() as history:
        intake = HistoryIntake(config, HistoryTally(live_ms), history)
        source(intake)
        report(intake)
        if not dry_run and intake.tally.total:
            asyncio.run(_send(config, intake, checkpoint, rate, is_behind_live=behind_live))
    if intake.bad.count:
        raise typer.Exit(FAILED)


def _source(
    config: Config, files: list[Path], stream: str | None, from_prefix: str | None, from_brokers: str | None
) -> Callable[[HistoryIntake], None]:
    is_topics = from_prefix is not None or from_brokers is not None
    if bool(files) == is_topics:
        raise FailureError("give files, or the topics to copy (--from-prefix, --from-brokers)", UNREADABLE)
    if files:
        return lambda intake: from_files(intake, files, stream)
    prefix = config.topic_prefix if from_prefix is None else from_prefix
    if prefix == config.topic_prefix and from_brokers in (None, config.brokers):
        raise FailureError("these topics are the installation's own: name another prefix or other brokers", UNREADABLE)
    return lambda intake: asyncio.run(from_topics(intake, prefix, from_brokers or config.brokers))


async def _send(
    config: Config,
    intake: HistoryIntake,
    path: Path | None,
    rate: int | None,
    *,
    is_behind_live: bool,
) -> None:
    from cloudtag.cli.backfill_sending import newest_live, send_history
    from cloudtag.cli.kafka import quiet, sender
    from cloudtag.contract.streams import INPUTS
    from streams.kafka import topics

    quiet()
    tally = intake.tally
    config = await topics.as_found(config, [config.topic(stream) for stream in INPUTS])
    done = Checkpoint.read(path, await topics.installation(config), tally.live_since_ms)
    live = await newest_live(config, tally.live_since_ms)
    if live and not is_behind_live:
        raise FailureError(
            f"{live} holds live events already: history must come before them. --behind-live sends it all the same; it "
            "then counts as late, and alerts may be raised and taken back",
        )
    if done.sent:
        note(f"going on after {done.sent:,} events, the last of {rfc3339(done.last[0] if done.last else 0)}")
    with progress("sending", tally.total) as steps:
        async with sender(config) as out:
            sent = await send_history(out, intake.history, done, path, rate=rate, step=steps.done)
            await out.pass_time(tally.live_since_ms)
    note(
        f"{sent.sent - done.sent:,} events sent, {intake.history.repeats:,} repeats left out, {intake.bad.count:,} "
        f"refused{f' ({intake.bad.kinds})' if intake.bad.count else ''}, {tally.live:,} left to the producers"
    )
    note(f"workers must run with CLOUDTAG_LIVE_SINCE={rfc3339(tally.live_since_ms)}")
