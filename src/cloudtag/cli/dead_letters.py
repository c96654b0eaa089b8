"""`cloudtag dead-letters`: what could not be judged, why, and a second chance for it."""

import asyncio
import sys
import time
from collections import Counter
from typing import TYPE_CHECKING, Annotated

import msgspec
import typer

from cloudtag.cli.escape import visible, visible_json
from cloudtag.cli.framing import codec_of
from cloudtag.cli.options import Brokers, milliseconds, settings
from cloudtag.cli.screen import note, output
from cloudtag.config import Config
from cloudtag.contract.records import DeadLetter
from cloudtag.contract.streams import INPUTS, INTERNAL
from cloudtag.contract.times import rfc3339
from cloudtag.detection.wording import counted

if TYPE_CHECKING:
    from cloudtag.cli.dead_letter_log import DeadLetterLog

Reason = Annotated[str | None, typer.Option(metavar="REASON", help="Only those refused for this reason.")]
Topic = Annotated[str | None, typer.Option(metavar="TOPIC", help="Only those that came from this topic or stream.")]
Since = Annotated[str | None, typer.Option(metavar="TIME", help="Only those seen at this time or later.")]
EXCERPT = 400
"""So many characters of a payload are shown unless all are asked for."""
CUT = ("key_bytes", "value_bytes", "value_sha256")
"""What a dead letter that holds only a part of its record says of the whole."""
SEND_AT_ONCE = 100
"""So many dead letters are sent before it is looked whether another replay waits."""
MINUTE_MS, HOUR_MS, DAY_MS = 60_000, 3_600_000, 86_400_000
LetterFilter = tuple[str | None, str | None, int | None]
"""Which dead letters are meant: of a reason, of a topic, since a broker time in milliseconds; none means any."""


def list_letters(
    reason: Reason = None,
    topic: Topic = None,
    since: Since = None,
    limit: Annotated[int, typer.Option(min=1, help="Show at most so many, newest last; all are counted.")] = 50,
    full: Annotated[bool, typer.Option("--full", help="Show whole payloads.")] = False,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON object per letter.")] = False,
    brokers: Brokers = None,
) -> None:
    """List the dead letters: where each came from, why it was refused, what it holds, and what became of it.

    A payload is shown as JSON where its bytes can be read, else as text or in hexadecimal.

    Example:  cloudtag dead-letters list --reason unknown_schema --since 2025-03-10
    """
    asyncio.run(_list(settings(brokers), _wanted(reason, topic, since), limit, is_full=full, is_json=json))


def _wanted(reason: str | None, topic: str | None, since: str | None) -> LetterFilter:
    return reason, topic, None if since is None else milliseconds(since)


def _chosen(letters: "DeadLetterLog", wanted: LetterFilter, config: Config) -> list[DeadLetter]:
    reason, topic, since_ms = wanted
    return [
        letter
        for letter in letters.oldest_first()
        if reason in (None, letter.reason)
        and (topic is None or letter.topic in (topic, config.topic(topic)))
        and (since_ms is None or letter.seen_at >= since_ms)
    ]


async def _list(config: Config, wanted: LetterFilter, limit: int, *, is_full: bool, is_json: bool) -> None:
    from cloudtag.cli.dead_letter_log import payload, read_letters
    from cloudtag.cli.kafka import LETTER_BYTES

    letters = await read_letters(config)
    chosen, codec = _chosen(letters, wanted, config), codec_of(config, LETTER_BYTES)
    for letter in chosen[-limit:]:
        form, held = payload(letter, letter.topic.removeprefix(config.topic_prefix), codec)
        if is_json:
            _print_json(letter, letters.state(letter), form, held)
        else:
            _print(letter, letters.state(letter), f"{form} {held}", is_full=is_full)
    if not is_json:
        reasons = Counter(letter.reason for letter in chosen)
        counts = "".join(f" · {n:,} {why}" for why, n in reasons.most_common())
        output().print(f"{counted(len(chosen), 'dead letter')}{counts}", markup=False, soft_wrap=True)


def _print(letter: DeadLetter, state: str, held: str, *, is_full: bool) -> None:
    if len(held) > EXCERPT and not is_full:
        held = f"{held[:EXCERPT]}…"
    place = f"{letter.topic}/{letter.partition}@{letter.offset}"
    console, size = output(), _size(letter)
    for line in (
        f"{place}  {letter.reason}  {_age(letter.seen_at)} ago  {state}",
        f"    {letter.error}",
        f"    {held} ({size})" if letter.value else f"    nothing ({size})",
    ):
        console.print(visible(line), markup=False, soft_wrap=True)


def _print_json(letter: DeadLetter, state: str, form: str, held: str) -> None:
    line = {
        "topic": letter.topic,
        "partition": letter.partition,
        "offset": letter.offset,
        "key": None if letter.key is None else letter.key.decode(errors="backslashreplace"),
        "reason": letter.reason,
        "error": letter.error,
        "seen_at": rfc3339(letter.seen_at),
        "state": state,
        **{name: told for name in CUT if (told := getattr(letter, name)) is not None},
        "form": form,
        "payload": msgspec.Raw(held.encode()) if form in ("json", "avro") else held,
    }
    sys.stdout.write(visible_json(msgspec.json.encode(line).decode()) + "\n")


def _age(seen_at: int) -> str:
    passed = max(0, time.time_ns() // 1_000_000 - seen_at)
    for length, name in ((DAY_MS, "day"), (HOUR_MS, "hour"), (MINUTE_MS, "minute")):
        if passed >= length:
            return counted(passed // length, name)
    return counted(passed // 1000, "second")


def _size(letter: DeadLetter) -> str:
    """How many bytes the record's value has; of one that is cut, how many of them are kept."""
    kept = len(letter.value or b"")
    return counted(kept, "byte") if letter.value_bytes is None else f"{kept} of {counted(letter.value_bytes, 'byte')}"


def replay_letters(
    reason: Reason = None,
    topic: Topic = None,
    since: Since = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would be sent.")] = False,
    brokers: Brokers = None,
) -> None:
    """Send dead letters to the topics they came from again, byte for byte, once their cause is mended.

    Each is sent once, also when a replay was killed in its middle or two are begun: the topic `dead-letters-replayed`
    remembers it, and of two one goes on. What is refused again becomes a new dead letter,
    with a place of its own; `cloudtag dead-letters list` shows what became of each. One that holds only a part of
    its record is named and not sent; the record is at its place for as long as its topic keeps it.

    Example:  cloudtag dead-letters replay --reason unknown_schema --dry-run
    """
    asyncio.run(_replay(settings(brokers), _wanted(reason, topic, since), is_dry_run=dry_run))


async def _replay(config: Config, wanted: LetterFilter, *, is_dry_run: bool) -> None:
    from cloudtag.cli.dead_letter_log import read_letters
    from cloudtag.cli.replaying import ReplayTurn, replayer
    from streams.kafka import codecs

    codecs.check()
    # All are read first: what is sent again may come back as new dead letters of the topic being read.
    if is_dry_run:
        ready, kept = _ready(await read_letters(config), wanted, config)
        for letter in ready:
            _say(f"{_place(letter)} would be sent again")
        note(f"{len(ready):,} would be sent again, {kept:,} not")
        return
    async with ReplayTurn(config) as turn, replayer(config) as out:
        async with turn.work():
            letters = await read_letters(config)
            await out.settle(letters)
        ready, kept = _ready(letters, wanted, config)
        for first in range(0, len(ready), SEND_AT_ONCE):
            async with turn.work():
                for letter, offset in await out.send(ready[first : first + SEND_AT_ONCE]):
                    _say(f"{_place(letter)} sent again as {letter.topic}/{letter.partition}@{offset}")
    note(f"{len(ready):,} sent again, {kept:,} not")


def _ready(letters: "DeadLetterLog", wanted: LetterFilter, config: Config) -> tuple[list[DeadLetter], int]:
    """The dead letters that may be sent again, and how many may not; says of each of those why."""
    # Internal records are read as the events are, and may be refused as they are.
    inputs = {config.topic(stream) for stream in (*INPUTS, *INTERNAL)}
    ready, kept = list[DeadLetter](), 0
    for letter in _chosen(letters, wanted, config):
        hindrance = letters.hindrance(letter, inputs)
        if hindrance is None:
            ready.append(letter)
            continue
        kept += 1
        _say(f"{_place(letter)} not sent: {hindrance}")
    return ready, kept


def _place(letter: DeadLetter) -> str:
    return f"{letter.topic}/{letter.partition}@{letter.offset}"


def _say(line: str) -> None:
    output().print(visible(line), markup=False, soft_wrap=True)
