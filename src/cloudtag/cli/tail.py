"""`cloudtag tail`: what is taken in and published, as it comes or as far as it has come."""

import asyncio
import sys
from collections.abc import AsyncGenerator, Iterator
from contextlib import aclosing
from enum import StrEnum
from typing import Annotated, Any, NamedTuple

import msgspec
import typer
from msgspec import Struct

from cloudtag.cli.escape import visible, visible_json
from cloudtag.cli.failure import UNREADABLE, FailureError
from cloudtag.cli.options import Brokers, settings
from cloudtag.cli.screen import note, output
from cloudtag.config import Config
from cloudtag.contract.records import Alert
from cloudtag.contract.standing import is_taken_back
from cloudtag.contract.streams import CONTRACTS, INPUTS, OUTPUTS
from cloudtag.detection.wording import counted
from cloudtag.wire import encode_json

MISPLACED = "misplaced"
COLOURS = {"low": "cyan", "medium": "yellow", "high": "red", "critical": "bold red"}
GROUPS = {"inputs": tuple(INPUTS), "outputs": tuple(OUTPUTS), "all": (*INPUTS, *OUTPUTS)}
SINGLE = (*CONTRACTS, MISPLACED)
"""Misplaced records are among the inputs too, where they were found: `all` shows them once."""


class TailForm(StrEnum):
    """How a record is printed."""

    WORDS = "words"
    REPLAY = "replay"


class TailFilter(NamedTuple):
    """Which records are shown: those of a buyer, of a shop, of a detector; none means any."""

    buyer: str | None = None
    shop: str | None = None
    detector: str | None = None

    def takes(self, record: Struct) -> bool:
        """Whether a record is about all that is asked for."""
        return (
            (self.buyer is None or self.buyer in _named(record, "buyer"))
            and (self.shop is None or self.shop in _named(record, "shop"))
            and (self.detector is None or getattr(record, "detector", None) == self.detector)
        )


def tail(
    streams: Annotated[
        list[str] | None,
        typer.Argument(metavar="STREAM…", help="Names of streams, or inputs, outputs, all (default: alerts)."),
    ] = None,
    from_start: Annotated[bool, typer.Option("--from-start", help="Begin with what is already there.")] = False,
    until_end: Annotated[
        bool, typer.Option("--until-end", help="Print what is there when it starts, and end; implies --from-start.")
    ] = False,
    limit: Annotated[int, typer.Option(min=0, help="Stop after so many records (0: never).")] = 0,
    form: Annotated[
        TailForm, typer.Option("--format", help="words: a line for people; replay: JSON lines, as `replay` reads them.")
    ] = TailForm.WORDS,
    json: Annotated[bool, typer.Option("--json", help="The same as --format replay.")] = False,
    buyer: Annotated[str | None, typer.Option(metavar="ID", help="Only what is about this buyer.")] = None,
    shop: Annotated[str | None, typer.Option(metavar="ID", help="Only what is about this shop.")] = None,
    detector: Annotated[str | None, typer.Option(metavar="NAME", help="Only what this detector found.")] = None,
    brokers: Brokers = None,
) -> None:
    """Print records from Kafka as they come; Ctrl-C ends it.

    Any stream can be read: what is taken in, what is published, and the dead letters. `misplaced` follows the inputs
    that were found in the wrong partition, with their place and key. What the inputs held when the command began is a
    complete file for `replay`, `explain` and `backtest`.

    Example:  cloudtag tail inputs --until-end --format replay > week.jsonl
    """
    wanted = list(dict.fromkeys(_streams(streams or ["alerts"])))
    is_json = json or form is TailForm.REPLAY
    asyncio.run(
        _tail(settings(brokers), wanted, TailFilter(buyer, shop, detector), (from_start, until_end), limit, is_json)
    )


def _streams(names: list[str]) -> Iterator[str]:
    for name in names:
        if name not in GROUPS and name not in SINGLE:
            raise FailureError(f"no stream {name!r}: try one of {', '.join((*GROUPS, *SINGLE))}", UNREADABLE)
        yield from GROUPS.get(name, (name,))


async def _tail(
    config: Config, streams: list[str], wanted: TailFilter, span: tuple[bool, bool], limit: int, is_json: bool
) -> None:
    shown = unread = 0
    async with aclosing(_records(config, streams, *span)) as records:
        async for found in records:
            if isinstance(found.record, ValueError):
                unread += 1
                note(visible(f"{found.place} cannot be read: {found.record}"))
            elif wanted.takes(found.record):
                _print(found, is_json=is_json)
                shown += 1
                if shown == limit:
                    break
    if span[1]:
        note(counted(shown, "record") + (f", {unread:,} could not be read" if unread else ""))


class FoundRecord(NamedTuple):
    """A record, or why it cannot be read; where it is, its stream, and where it was when it was misplaced."""

    place: str
    stream: str
    was_at: str
    record: Any


async def _records(
    config: Config, streams: list[str], from_start: bool, until_end: bool
) -> AsyncGenerator[FoundRecord, None]:
    from cloudtag.cli.framing import codec_of
    from cloudtag.cli.kafka import LETTER_BYTES, consumer, until_ends
    from cloudtag.wire import Codec
    from streams.kafka import topics

    stream_of = {config.topic(stream): stream for stream in streams if stream != MISPLACED}
    if MISPLACED in streams:
        stream_of |= {config.topic(name): MISPLACED for name in topics.all_misplaced(config)}
    codec, letters = codec_of(config), Codec(max_bytes=LETTER_BYTES)
    async with consumer(config, list(stream_of), is_from_start=from_start or until_end) as client:
        async for record in until_ends(client) if until_end else client:
            place = f"{record.topic}/{record.partition}@{record.offset}"
            stream, was_at = stream_of[record.topic], ""
            try:
                stream, was_at = _origin(stream, record)
                known: Any = (letters if stream == "dead-letters" else codec).decode(stream, record.value)
            except ValueError as error:
                known = error
            yield FoundRecord(place, stream, was_at, known)


def _origin(stream: str, record: Any) -> tuple[str, str]:
    """The stream of a record, and where a misplaced one was found. Raises ``NoOriginError``."""
    if stream != MISPLACED:
        return stream, ""
    from streams.worker.misplaced import origin_of

    origin = origin_of(record)
    return origin.stream, f"{origin.cause} {origin.topic}/{origin.partition}@{origin.offset} key={origin.key!r}: "


def _print(found: FoundRecord, *, is_json: bool) -> None:
    from cloudtag.cli.words import describe

    record = found.record
    if is_json:
        line = msgspec.json.encode(encode_json(found.stream, record)).decode()
        sys.stdout.write(visible_json(line) + "\n")
        return
    style = COLOURS.get(record.severity) if isinstance(record, Alert) and not is_taken_back(record) else None
    line = visible(found.was_at) + describe(found.stream, record)
    output().print(line, style=style, markup=False, soft_wrap=True)


def _named(record: Struct, kind: str) -> set[str]:
    """Every buyer, or every shop, that a record names."""
    names = {getattr(record, field, None) for field in (f"{kind}_id", f"answered_by_{kind}_id")}
    for field in (f"{kind}_ids", f"linked_{kind}_ids"):
        names.update(getattr(record, field, ()))
    names.update(getattr(item, f"{kind}_id", None) for item in getattr(record, "orders", ()))
    if getattr(record, "subject_kind", None) == kind:
        names.add(getattr(record, "subject_id", None))
    return {name for name in names if isinstance(name, str)}
