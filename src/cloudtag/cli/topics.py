"""`cloudtag topics`: the topics of an installation, and who may do what with them."""

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from cloudtag.cli.options import Brokers, settings
from cloudtag.cli.screen import note, output


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


def grant(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Who may do what; deploy/kafka/acls.toml is one.")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would be granted.")] = False,
    brokers: Brokers = None,
) -> None:
    """Grant the access that a file names: upstream writes inputs, consumers read outputs, workers own the rest.

    Kafka needs an authorizer, and the user here must be allowed to alter the cluster. Nothing is taken away: what was
    granted before stays until it is removed with Kafka's own tools.

    Example:  cloudtag topics grant deploy/kafka/acls.toml --dry-run
    """
    from cloudtag.cli.kafka import quiet
    from streams.kafka import acls

    quiet()
    config = settings(brokers)
    rules = acls.rules_of(file, config)
    for rule in rules:
        output().print(
            f"{rule.principal} may {rule.operation} {rule.resource} {rule.name}", markup=False, soft_wrap=True
        )
    if dry_run:
        note(f"{len(rules)} would be granted")
        return
    asyncio.run(acls.grant(config, rules))
    note(f"{len(rules)} granted")
