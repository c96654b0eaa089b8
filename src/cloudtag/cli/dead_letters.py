"""`cloudtag dead-letters`: what could not be judged, why, and a second chance for it."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from typing import Annotated

import typer
from rich.table import Table

from cloudtag.cli.options import Brokers, settings
from cloudtag.cli.screen import note, output
from cloudtag.config import Config
from cloudtag.contract.records import DeadLetter
from cloudtag.contract.streams import FORWARDS, INPUTS
from cloudtag.times import rfc3339

Reason = Annotated[str | None, typer.Option(metavar="REASON", help="Only those refused for this reason.")]
Topic = Annotated[str | None, typer.Option(metavar="TOPIC", help="Only those that came from this topic.")]
LETTER_BYTES = 64 * 1024 * 1024
"""A dead letter holds the whole of a record that may have been too large."""


def list_letters(
    reason: Reason = None,
    topic: Topic = None,
    limit: Annotated[int, typer.Option(min=1, help="Show at most so many; all are counted.")] = 50,
    brokers: Brokers = None,
) -> None:
    """List the dead letters: where each came from and why it was refused.

    Example:  cloudtag dead-letters list --reason unknown_schema
    """
    asyncio.run(_list(settings(brokers), (reason, topic), limit))


async def _list(config: Config, wanted: tuple[str | None, str | None], limit: int) -> None:
    table = Table()
    for name in ("topic", "partition", "offset", "seen at", "reason", "error", "bytes"):
        table.add_column(name, justify="right" if name in ("partition", "offset", "bytes") else "left")
    reasons: Counter[str] = Counter()
    async for letter in _letters(config, *wanted):
        reasons[letter.reason] += 1
        if reasons.total() <= limit:
            place = (letter.topic, str(letter.partition), str(letter.offset))
            table.add_row(*place, rfc3339(letter.seen_at), letter.reason, letter.error, _size(letter))
    console = output()
    if reasons:
        console.print(table)
    console.print(f"{reasons.total():,} dead letters" + "".join(f" · {n:,} {why}" for why, n in reasons.most_common()))


def _size(letter: DeadLetter) -> str:
    """How many bytes the record's value has; of one that is cut, how many of them are kept."""
    kept = len(letter.value or b"")
    return str(kept) if letter.value_bytes is None else f"{kept} of {letter.value_bytes}"


def replay_letters(
    reason: Reason = None,
    topic: Topic = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would be sent.")] = False,
    brokers: Brokers = None,
) -> None:
    """Send dead letters to the topics they came from again, byte for byte, once their cause is mended.

    What is still refused becomes a new dead letter; what was judged after all is a repeat and changes nothing.
    A letter that holds only a part of its record is not sent; the record is at its place for as long as its topic keeps
    it.

    Example:  cloudtag dead-letters replay --reason unknown_schema --dry-run
    """
    sent, cut = asyncio.run(_replay(settings(brokers), (reason, topic), is_dry_run=dry_run))
    for name, count in sorted(sent.items()):
        output().print(f"{name}: {count:,}")
    for letter in cut:
        note(f"not sent, cut: {letter.topic}/{letter.partition} at {letter.offset}, sha256 {letter.value_sha256}")
    note(f"{sent.total():,} records {'would be ' if dry_run else ''}sent again")


async def _replay(
    config: Config, wanted: tuple[str | None, str | None], *, is_dry_run: bool
) -> tuple[Counter[str], list[DeadLetter]]:
    """What was sent, by topic, and the letters that cannot be, because they hold only a part of their record."""
    from cloudtag.cli.kafka import sender
    from streams.publisher import Record

    # What processors tell each other is read as the events are, and may be refused as they are.
    inputs = {config.topic(stream) for stream in (*INPUTS, *FORWARDS)}
    # All are read first: what is sent again may come back as new letters of the topic being read.
    letters = [letter async for letter in _letters(config, *wanted) if letter.topic in inputs]
    sent: Counter[str] = Counter()
    async with sender(config) as out:
        for letter in letters:
            if letter.is_cut:
                continue
            sent[letter.topic] += 1
            if not is_dry_run:
                await out.put((letter.topic, letter.partition), Record(letter.key, letter.value))
    return sent, [letter for letter in letters if letter.is_cut]


async def _letters(config: Config, reason: str | None, topic: str | None) -> AsyncIterator[DeadLetter]:
    """Every dead letter that is wanted; one of a place is told once, however often it was written."""
    from cloudtag.cli.kafka import read_to_end
    from cloudtag.wire import Codec

    codec = Codec(max_bytes=LETTER_BYTES)
    known: set[tuple[str, int, int]] = set()
    async for record in read_to_end(config, [config.topic("dead-letters")]):
        letter = codec.decode("dead-letters", record.value)
        if not isinstance(letter, DeadLetter) or (letter.topic, letter.partition, letter.offset) in known:
            continue
        known.add((letter.topic, letter.partition, letter.offset))
        if (reason is None or letter.reason == reason) and (topic is None or letter.topic == topic):
            yield letter
