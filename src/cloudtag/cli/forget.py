"""`cloudtag forget`: a buyer is to be forgotten, everywhere, and the proof that it is so."""

import asyncio
import time
import uuid
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table

from cloudtag.cli.escape import visible
from cloudtag.cli.failure import FAILED, UNREADABLE, FailureError
from cloudtag.cli.options import Brokers, ClickHouse, settings
from cloudtag.cli.screen import note, output
from cloudtag.config import Config
from cloudtag.contract.events import ErasureRequested
from cloudtag.contract.streams import CONTRACTS, INTERNAL
from cloudtag.contract.times import rfc3339

if TYPE_CHECKING:
    from clickhouse_connect.driver.client import Client

BUYER_FIELDS = ("buyer_id", "linked_buyer_ids", "orders", "subject_id")
"""Fields by which a record may name a buyer."""


def forget(
    buyer: Annotated[str, typer.Argument(metavar="BUYER", help="The buyer's id, as upstream publishes it.")],
    platform: Annotated[str, typer.Option(help="The platform the id belongs to.")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what is held and what would happen.")] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    brokers: Brokers = None,
    clickhouse: ClickHouse = None,
) -> None:
    """Forget a buyer: publish the request, erase the warehouse's rows, and count what is left.

    The request goes to the topic `erasures`. Workers empty the buyer's file, take back what they published about the
    buyer and refuse later events of the id; sinks erase the rows and store none again. There is no way back.
    With a warehouse (CLICKHOUSE) the rows are erased at once and counted afterwards: the exit code is 1 unless none is
    left. What topics hold until their retention ends is shown.

    Example:  cloudtag forget 2088123 --platform taobao --dry-run
    """
    config = settings(brokers, clickhouse)
    held = _Warehouse(config, platform, buyer) if config.clickhouse_url else None
    _show("held now", held)
    if dry_run:
        asyncio.run(_look(config))
        note(f"dry run: {config.topic('erasures')} would be told; nothing was published or erased")
        return
    if not yes and not typer.confirm(visible(f"Forget buyer {buyer} of {platform} for good?"), err=True):
        raise FailureError("nothing was published or erased", FAILED)
    request = ErasureRequested(f"erasure-{uuid.uuid4()}", time.time_ns() // 1_000_000, platform, buyer)
    asyncio.run(_publish(config, request))
    output().print(f"{rfc3339(request.occurred_at)} {request.event_id} published to {config.topic('erasures')}")
    if held is not None:
        held.erase()
        _show("held after the erasure", held)
    asyncio.run(_look(config))
    if held is not None and held.counts():
        raise FailureError("rows came in meanwhile: run it again, or let the sink erase them", FAILED)


class _Warehouse:
    """What the warehouse holds of one buyer."""

    def __init__(self, config: Config, platform: str, buyer: str) -> None:
        from cloudtag.cli.clickhouse import connect, database_of
        from cloudtag.cli.sink import hash_secret
        from cloudtag.warehouse.pseudonymizer import Pseudonymizer

        self._pseudonymizer = Pseudonymizer(hash_secret(config))
        self._client: Client = connect(config)
        self._database = database_of(config)
        self._platform, self._buyer = platform, buyer
        self._check_secret()

    def counts(self) -> dict[str, int]:
        from cloudtag.warehouse.erasure import holdings

        return holdings(self._client, self._database, self._pseudonymizer, self._platform, self._buyer)

    def erase(self) -> None:
        from cloudtag.warehouse.erasure import erase_buyer

        erase_buyer(self._client, self._database, self._pseudonymizer, self._platform, self._buyer)

    def _check_secret(self) -> None:
        """Under another secret the buyer would have another key, and nothing would seem to be held."""
        marks = self._client.query(f"SELECT DISTINCT mark FROM {self._database}.key_marks").result_rows  # noqa: S608 - names of our own, values as parameters
        if marks and self._pseudonymizer.mark not in {str(mark) for (mark,) in marks}:
            raise FailureError("the warehouse was filled under another CLOUDTAG_HASH_SECRET", UNREADABLE)


def _show(title: str, held: _Warehouse | None) -> None:
    if held is None:
        note("no warehouse is configured (CLICKHOUSE): its sink erases the rows when it reads the request")
        return
    counts = held.counts()
    if not counts:
        output().print(f"{title}: no row about the buyer in any table")
        return
    table = Table("table", "rows", title=title)
    table.columns[1].justify = "right"
    for name, count in counts.items():
        table.add_row(name, f"{count:,}")
    output().print(table)


async def _publish(config: Config, request: ErasureRequested) -> None:
    from cloudtag.cli.kafka import sender
    from streams.kafka import topics

    config = await topics.as_found(config, [config.topic("erasures")])
    async with sender(config) as out:
        await out.send(request)


async def _look(config: Config) -> None:
    """Say until when topics keep the records that name the buyer: those go with the topic's retention alone."""
    for line in what_stays(config):
        note(line)


def what_stays(config: Config) -> list[str]:
    """A line for each length of time for which topics keep records that name a buyer."""
    from streams.kafka.topics import WHAT_IFS, all_misplaced, declared

    streams = (*CONTRACTS.values(), *INTERNAL.values())
    named = {config.topic(s.name) for s in streams if _names_buyers(s.struct)}
    named |= {config.topic(name) for name in (*all_misplaced(config), *WHAT_IFS, "dead-letters")}
    changelogs = [config.changelog(processor) for processor in config.processors]
    kept: dict[int, list[str]] = {}
    for topic in declared(config):
        if topic.name in named:
            kept.setdefault(int(topic.config["retention.ms"]), []).append(topic.name)
    lines = [f"records already in {', '.join(sorted(names))} {_until(age)}" for age, names in sorted(kept.items())]
    return [*lines, f"rows already in {', '.join(sorted(changelogs))} go when Kafka compacts these topics next"]


def _until(age_ms: int) -> str:
    if age_ms < 0:
        return "stay: these are kept without end"
    days, hours = age_ms // 86_400_000, age_ms // 3_600_000
    return f"go when they are {days} days old" if days else f"go when they are {hours} h old"


def _names_buyers(struct: type) -> bool:
    return any(field in BUYER_FIELDS for field in getattr(struct, "__struct_fields__", ()))
