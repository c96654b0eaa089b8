"""Where history comes from: files, or the input topics of another installation."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec

from cloudtag.backfill.ordered import HistoryRecord, OrderedHistory
from cloudtag.backfill.tally import HistoryTally
from cloudtag.cli.framing import codec_of
from cloudtag.cli.screen import note, progress
from cloudtag.config import Config
from cloudtag.contract.streams import INPUTS, STREAM_OF
from cloudtag.doctor.unfilled import UnfilledFields
from cloudtag.eventfiles import BadLines, EventLines, check_readable
from cloudtag.eventfiles.decoded_lines import BadLine, read
from cloudtag.parcels.spelling import canonical_key
from cloudtag.wire import Codec, Undecodable
from cloudtag.wire.produced import check


@dataclass
class HistoryIntake:
    """Takes events in from anywhere: counts them, and keeps those of the past in order."""

    config: Config
    tally: HistoryTally
    history: OrderedHistory
    bad: BadLines = field(default_factory=BadLines)
    unfilled: dict[str, UnfilledFields] = field(
        default_factory=lambda: {name: UnfilledFields(stream.struct) for name, stream in INPUTS.items()}
    )

    def __post_init__(self) -> None:
        self._codec: Codec = codec_of(self.config)

    def take(self, event: Any) -> None:
        """Take an event in. Raises ValueError for one that cannot be written."""
        if not self.tally.takes(event):
            return
        stream = INPUTS[STREAM_OF[type(event)]]
        self.unfilled[stream.name].see(event)
        key = canonical_key(stream.key, getattr(event, stream.key))
        value = self._codec.write(stream.name, event)
        self.history.add(HistoryRecord(event.occurred_at, stream.name, event.event_id, key, value))

    def refuse(self, place: str, error: Undecodable) -> None:
        """Name and count what is no event."""
        self.bad.add(place, error.reason, error.error)


def from_files(intake: HistoryIntake, files: list[Path], stream: str | None) -> None:
    """Every event of files, refused where `cloudtag produce` would refuse it.

    Raises OSError and UnreadableFileError for a file that cannot be read.
    """
    with progress("reading", check_readable(files)) as steps:
        lines = EventLines(files, stream, steps.done)
        for item in read(lines):
            if isinstance(item, BadLine):
                intake.refuse(lines.place, item.error)
                continue
            try:
                check(STREAM_OF[type(item)], item)
            except ValueError as error:
                intake.refuse(lines.place, Undecodable("invalid_value", str(error).partition(": ")[2]))
            else:
                intake.take(item)
    for line in intake.bad.told("refused"):
        note(line)


async def from_topics(intake: HistoryIntake, prefix: str, brokers: str) -> None:
    """Every event that the input topics of another installation hold now, as a worker would read it.

    Raises ``TopicError`` where they are not there, and aiokafka's errors.
    """
    from cloudtag.cli.kafka import read_to_end

    config = msgspec.structs.replace(intake.config, topic_prefix=prefix, brokers=brokers)
    codec, stream_of = codec_of(config), {config.topic(stream): stream for stream in INPUTS}
    async for record in read_to_end(config, list(stream_of)):
        stream = stream_of[record.topic]
        if record.value is None and INPUTS[stream].is_kept:
            # A tombstone frees room in the log; what the record said is said by others, or by nobody.
            continue
        try:
            event = codec.decode(stream, record.value)
        except Undecodable as error:
            intake.refuse(f"{record.topic}/{record.partition}@{record.offset}", error)
        else:
            intake.take(event)
    for line in intake.bad.told("refused"):
        note(line)
