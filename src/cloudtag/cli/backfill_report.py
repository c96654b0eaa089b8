"""What a history holds and what it lacks, before anything of it is sent."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from cloudtag.backfill.tally import WANTED_DAYS
from cloudtag.cli.backfill_sources import HistoryIntake
from cloudtag.cli.screen import output
from cloudtag.contract.times import rfc3339

if TYPE_CHECKING:
    from cloudtag.doctor.blind import Loss


def report(intake: HistoryIntake) -> None:
    """Print the span, the counts per stream, and the detectors that this history leaves blind or weaker."""
    for line in lines_of(intake):
        output().print(line, markup=False, soft_wrap=True)


def lines_of(intake: HistoryIntake) -> Iterator[str]:
    """The same as lines."""
    tally = intake.tally
    if tally.earliest_ms is None or tally.latest_ms is None:
        yield f"no event before {rfc3339(tally.live_since_ms)}: there is no history to load ({tally.live:,} after it)"
        return
    yield f"{tally.total:,} events from {rfc3339(tally.earliest_ms)} to {rfc3339(tally.latest_ms)}"
    yield from (f"  {count:>12,}  {stream}" for stream, count in tally.counts.most_common())
    if tally.live:
        yield f"{tally.live:,} from {rfc3339(tally.live_since_ms)} on are left to the producers, which must begin there"
    if tally.days < WANTED_DAYS:
        yield f"reaches back {tally.days} days before going live; detectors look back up to {WANTED_DAYS}"
    if tally.gap_hours >= 1:
        yield f"ends {tally.gap_hours} h before going live: what happened in between is not known"
    yield from _losses(intake)


def _losses(intake: HistoryIntake) -> Iterator[str]:
    from cloudtag.doctor.blind import without_field, without_stream

    for stream in intake.tally.missing:
        if told := _told(without_stream(stream)):
            yield f"no {stream}: {told}"
    for stream, fields in intake.unfilled.items():
        for path in fields.paths:
            if told := _told(without_field(stream, path)):
                yield f"{stream}.{path} is never filled: {told}"


def _told(loss: "Loss") -> str:
    said = (("blind", loss.blind), ("weaker", loss.weaker))
    return "; ".join(f"{word}: {', '.join(names)}" for word, names in said if names)
