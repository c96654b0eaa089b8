"""`cloudtag topics`: the topics of an installation."""

import asyncio
from typing import Annotated

import typer

from cloudtag.cli.options import Brokers, settings
from cloudtag.cli.screen import output


def create(
    brokers: Brokers = None,
    partitions: Annotated[
        int | None, typer.Option(min=1, help="Of every topic; cannot be changed later (default 8).")
    ] = None,
    replication: Annotated[int | None, typer.Option(min=1, help="Copies of every topic (default 1).")] = None,
) -> None:
    """Create every topic that does not exist yet: inputs, outputs, internal ones, changelogs.

    Example:  KAFKA=kafka:9092 cloudtag topics create --partitions 16 --replication 3
    """
    from cloudtag.cli.kafka import quiet
    from streams.kafka import topics

    quiet()
    config = settings(brokers, partitions=partitions, replication=replication)
    made = asyncio.run(topics.create(config))
    console = output()
    for name in made:
        console.print(name)
    count = len(topics.declared(config))
    console.print(f"{len(made)} created, {count - len(made)} were there, {config.partitions} partitions each")
