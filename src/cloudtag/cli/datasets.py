"""`cloudtag import`: public data sets into Kafka, or as JSON lines."""

import asyncio
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from cloudtag.cli.lines import line_of, line_writer
from cloudtag.cli.options import Brokers, settings
from cloudtag.cli.screen import errors, progress
from cloudtag.config import Config
from cloudtag.contract.events import Event
from cloudtag.datasets.line_account import MEANING, Account
from cloudtag.eventfiles import check_readable


def online_retail(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The data set as a Parquet file.")],
    out: Annotated[
        Path | None, typer.Option("--out", "-o", metavar="FILE", help="Write JSON lines (- is standard output).")
    ] = None,
    brokers: Brokers = None,
) -> None:
    """Turn UCI "Online Retail II" - a real shop's year of invoices - into orders and refunds, and send them to Kafka.

    Says where every line of the file went. Parcels, addresses and devices are not in the data and not made up.

    Example:  cloudtag import online-retail online_retail_2009_2010.parquet --out retail.jsonl
    """
    from cloudtag.datasets.online_retail import OnlineRetail

    check_readable([file])
    retail = OnlineRetail(file)
    with progress("importing") as steps:
        events = steps.each(retail.events())
        if out is None:
            asyncio.run(_send(settings(brokers), events))
        else:
            with line_writer(out) as lines:
                lines.writelines(line_of(event) for event in events)
    _tell(retail.account)


async def _send(config: Config, events: Iterable[Event]) -> None:
    from cloudtag.cli.kafka import quiet, sender
    from streams.kafka import topics

    quiet()
    config = await topics.as_found(config, [config.topic("orders"), config.topic("refunds")])
    async with sender(config) as target:
        for event in events:
            await target.send(event)


def _tell(account: Account) -> None:
    table = Table(title=f"{account.lines:,} lines")
    table.add_column("lines", justify="right")
    table.add_column("became")
    table.add_column("meaning")
    for fate, count in account.fates.most_common():
        table.add_row(f"{count:,}", fate, MEANING[fate])
    console = errors()
    console.print(table)
    balance = "every line is accounted for" if account.is_balanced else "LINES ARE MISSING FROM THE ACCOUNT"
    console.print(
        f"{account.orders:,} orders and {account.refunds:,} refunds in {account.events:,} events; {balance}; "
        f"{account.pieces_beyond_purchase:,} cancelled pieces exceed what was bought"
    )
