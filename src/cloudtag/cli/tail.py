"""`cloudtag tail`: what is published, as it comes."""

import asyncio
from typing import Annotated

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
from cloudtag.wire import Undecodable, encode_json

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

    Example:  cloudtag tail alerts tag-confirmations --from-start
    """
    wanted = streams or ["alerts"]
    for stream in wanted:
        if stream not in OUTPUTS and stream not in INPUTS:
            raise FailureError(f"no stream {stream!r}: try one of {', '.join(OUTPUTS)}", UNREADABLE)
    asyncio.run(_tail(settings(brokers), wanted, is_from_start=from_start, limit=limit, is_json=json))


async def _tail(config: Config, streams: list[str], *, is_from_start: bool, limit: int, is_json: bool) -> None:
    from cloudtag.cli.kafka import consumer

    stream_of = {config.topic(stream): stream for stream in streams}
    console, codec, shown = output(), codec_of(config), 0
    async with consumer(config, list(stream_of), is_from_start=is_from_start) as client:
        async for record in client:
            stream = stream_of[record.topic]
            try:
                known = codec.decode(stream, record.value)
            except Undecodable as error:
                note(f"{record.topic}/{record.partition}@{record.offset} cannot be read: {error}")
                continue
            if is_json:
                line = msgspec.json.encode(encode_json(stream, known)).decode()
                console.print(line, markup=False, soft_wrap=True)
            else:
                console.print(describe(stream, known), soft_wrap=True)
            shown += 1
            if shown == limit:
                return


def describe(stream: str, record: Struct) -> str:
    """One line for people, with Rich's markup."""
    if isinstance(record, Alert):
        colour = COLOURS.get(record.severity, "white")
        return (
            f"[dim]{rfc3339(record.decided_at)}[/] [{colour}]{record.severity:8}[/] {record.status:9} "
            f"[bold]{record.detector}[/] r{record.revision} {escape(record.buyer_id)}  {escape(record.explanation)}"
        )
    fields = {name: value for name, value in encode_json(stream, record).items() if value not in (None, [], {}, "")}
    fields.pop("stream")
    told = " ".join(
        f"{name}={value if isinstance(value, str) else msgspec.json.encode(value).decode()}"
        for name, value in fields.items()
    )
    return f"[bold]{stream}[/] {escape(told)}"
