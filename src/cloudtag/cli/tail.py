"""`cloudtag tail`: what is published, as it comes."""

import asyncio
from typing import Annotated, Any

import msgspec
import typer
from msgspec import Struct
from rich.markup import escape

from cloudtag.cli.failure import UNREADABLE, FailureError
from cloudtag.cli.framing import codec_of
from cloudtag.cli.options import Brokers, settings
from cloudtag.cli.screen import note, output
from cloudtag.config import Config
from cloudtag.contract.records import Alert
from cloudtag.contract.streams import INPUTS, OUTPUTS
from cloudtag.times import rfc3339
from cloudtag.wire import encode_json

MISPLACED = "misplaced"
COLOURS = {"low": "cyan", "medium": "yellow", "high": "red", "critical": "bold red"}


def tail(
    streams: Annotated[
        list[str] | None, typer.Argument(metavar="STREAM…", help="What to follow (default: alerts).")
    ] = None,
    from_start: Annotated[bool, typer.Option("--from-start", help="Begin with what is already there.")] = False,
    limit: Annotated[int, typer.Option(min=0, help="Stop after so many records (0: never).")] = 0,
    json: Annotated[bool, typer.Option("--json", help="Print JSON lines in the replay form.")] = False,
    brokers: Brokers = None,
) -> None:
    """Print records from Kafka as they come; Ctrl-C ends it.

    `misplaced` follows the inputs that were found in the wrong partition, with their place and key.

    Example:  cloudtag tail alerts tag-confirmations --from-start
    """
    wanted = streams or ["alerts"]
    for stream in wanted:
        if stream not in OUTPUTS and stream not in INPUTS and stream != MISPLACED:
            raise FailureError(f"no stream {stream!r}: try one of {', '.join(OUTPUTS)}", UNREADABLE)
    asyncio.run(_tail(settings(brokers), wanted, is_from_start=from_start, limit=limit, is_json=json))


async def _tail(config: Config, streams: list[str], *, is_from_start: bool, limit: int, is_json: bool) -> None:
    from cloudtag.cli.kafka import consumer
    from streams import topics

    stream_of = {config.topic(stream): stream for stream in streams if stream != MISPLACED}
    if MISPLACED in streams:
        stream_of |= {config.topic(name): MISPLACED for name in topics.all_misplaced(config)}
    console, codec, shown = output(), codec_of(config), 0
    async with consumer(config, list(stream_of), is_from_start=is_from_start) as client:
        async for record in client:
            try:
                stream, place = _origin(stream_of[record.topic], record)
                known = codec.decode(stream, record.value)
            except ValueError as error:
                note(f"{record.topic}/{record.partition}@{record.offset} cannot be read: {error}")
                continue
            if is_json:
                line = msgspec.json.encode(encode_json(stream, known)).decode()
                console.print(line, markup=False, soft_wrap=True)
            else:
                console.print(place + describe(stream, known), soft_wrap=True)
            shown += 1
            if shown == limit:
                return


def _origin(stream: str, record: Any) -> tuple[str, str]:
    """The stream of a record, and where a misplaced one was found. Raises ``NoOriginError``."""
    if stream != MISPLACED:
        return stream, ""
    from streams.misplaced import origin_of

    origin = origin_of(record)
    place = f"{origin.topic}/{origin.partition}@{origin.offset}"
    return origin.stream, f"[yellow]{origin.cause}[/] {escape(f'{place} key={origin.key!r}')} "


def _said(alert: Alert) -> str:
    """What is to be known first: why it was taken back, what resolved it, or what was found."""
    if alert.withdrawn_because:
        return alert.withdrawn_because
    return f"[{alert.verdict}] {alert.explanation}" if alert.verdict else alert.explanation


def describe(stream: str, record: Struct) -> str:
    """One line for people, with Rich's markup."""
    if isinstance(record, Alert):
        colour = COLOURS.get(record.severity, "white")
        return (
            f"[dim]{rfc3339(record.decided_at)}[/] [{colour}]{record.severity:8}[/] {record.status:9} "
            f"[bold]{record.detector}[/] r{record.revision} {escape(record.buyer_id)}  {escape(_said(record))}"
        )
    fields = {name: value for name, value in encode_json(stream, record).items() if value not in (None, [], {}, "")}
    fields.pop("stream")
    told = " ".join(
        f"{name}={value if isinstance(value, str) else msgspec.json.encode(value).decode()}"
        for name, value in fields.items()
    )
    return f"[bold]{stream}[/] {escape(told)}"
