"""`cloudtag state`: what the changelogs hold, keys that are set aside, and the step from one format to the next."""

import asyncio
from typing import TYPE_CHECKING, Annotated

import typer

from cloudtag.cli.failure import FailureError
from cloudtag.cli.options import Brokers, settings
from cloudtag.cli.packs import PoliciesDir, packs_of
from cloudtag.cli.screen import output
from cloudtag.config import Config
from cloudtag.contract.standing import record_id
from cloudtag.contract.streams import READS

if TYPE_CHECKING:
    from cloudtag.changelog.reading import LogReader

Processor = Annotated[
    str, typer.Option("--processor", metavar="NAME", help="Whose state: buyers, parcels, links, shops.")
]
Network = Annotated[
    str | None, typer.Option("--network", metavar="NAME", help="Of the id, as taobao; none for parcels and links.")
]
KeyArgument = Annotated[str, typer.Argument(metavar="ID", help="Of the buyer, parcel, attribute or shop.")]


def show(
    key: Annotated[str | None, typer.Argument(metavar="ID", help="Of the buyer, parcel, attribute or shop.")] = None,
    processor: Processor = "buyers",
    network: Network = None,
    brokers: Brokers = None,
) -> None:
    """Show the rows that are stored about an id; without one, the keys that are set aside, and why.

    Example:  KAFKA=kafka:9092 cloudtag state show buyer-17 --network taobao
    """
    config = _config(brokers, processor)
    asyncio.run(_show(config, processor, _state_key(processor, network, key) if key else None, key or ""))


def release(
    key: KeyArgument, processor: Processor = "buyers", network: Network = None, brokers: Brokers = None
) -> None:
    """Let a key go that is set aside, once its rows can be read: by a mended release, or because they were replaced.

    Then send again what was refused meanwhile: `cloudtag dead-letters replay --reason quarantined_key`.

    Example:  KAFKA=kafka:9092 cloudtag state release buyer-17 --network taobao
    """
    config = _config(brokers, processor)
    asyncio.run(_release(config, processor, _state_key(processor, network, key), key))


def migrate(brokers: Brokers = None, policies: PoliciesDir = None) -> None:
    """Bring the state of all processors from format 1 to format 2, while no worker runs.

    What stands under ids of before is taken back; when workers start, it is published under its new ids. The old
    topics are not touched: to go back, start the old version.

    Example:  KAFKA=kafka:9092 cloudtag state migrate
    """
    from cloudtag.cli.kafka import quiet
    from cloudtag.cli.migrate_state import migrate

    quiet()
    config = settings(brokers)
    done = asyncio.run(migrate(config, packs_of(policies, config)))
    console = output()
    console.print(f"{done.events} events read, {done.rows} rows written, {done.taken_back} records taken back")
    for one in done.left:
        console.print(f"stands as it was published: {one.stream} {one.id} revision {one.revision}")


def rebuild(brokers: Brokers = None, policies: PoliciesDir = None) -> None:
    """Make state that is gone anew of the input topics, while no worker runs, as far back as they are kept.

    It is compared with what was published: what is concluded as before keeps its revision, what is concluded otherwise
    gets the next, and what cannot be concluded any more stands as it was published, and is listed.

    Example:  KAFKA=kafka:9092 cloudtag state rebuild
    """
    from cloudtag.cli.kafka import quiet
    from cloudtag.cli.rebuild_state import rebuild

    quiet()
    config = settings(brokers)
    done = asyncio.run(rebuild(config, packs_of(policies, config)))
    console = output()
    console.print(f"{done.events} events judged, {done.rows} rows written")
    console.print(f"of what was published: {done.same} the same, {done.changed} changed, {done.new} new")
    for one in done.left:
        console.print(f"stands as it was published: {type(one).__name__} {record_id(one)} revision {one.revision}")


def _config(brokers: str | None, processor: str) -> Config:
    from cloudtag.cli.kafka import quiet

    quiet()
    if processor not in READS:
        raise FailureError(f"there is no processor {processor!r}: one of {', '.join(READS)}", 2)
    return settings(brokers)


def _state_key(processor: str, network: str | None, key: str) -> bytes:
    from cloudtag.contract.scope import scoped
    from cloudtag.engine.rows import key_prefix

    is_global = processor in ("parcels", "links")
    if is_global == (network is not None):
        raise FailureError(f"{processor} {'are the same in every network' if is_global else 'need --network'}", 2)
    return key_prefix(key if network is None else scoped(network, key))


async def _read(config: Config, processor: str, partition: int) -> "LogReader":
    from streams.kafka.security import client_settings
    from streams.state.by_hand import read_log

    return await read_log(client_settings(config), (config.changelog(processor), partition))


async def _show(config: Config, processor: str, state_key: bytes | None, key: str) -> None:
    from cloudtag.changelog.records import QUARANTINE_PREFIX, told_reason
    from cloudtag.engine.rows import header, split_key
    from streams.kafka import topics
    from streams.kafka.partitioner import partition_of

    console = output()
    await topics.partitions(config, [config.changelog(processor)])
    partitions = range(config.partitions) if state_key is None else [partition_of(key, config.partitions)]
    for partition in partitions:
        for stored, row in sorted((await _read(config, processor, partition)).rows.items()):
            if row is None:
                continue
            if stored.startswith(QUARANTINE_PREFIX):
                about = stored[len(QUARANTINE_PREFIX) :]
                if state_key in (None, about):
                    offset, reason = told_reason(row)
                    console.print(f"{partition}: {split_key(about)[0]} is set aside: {reason} (offset {offset})")
            elif state_key is not None and stored.startswith(state_key):
                batch, timer_ms = header(row)
                console.print(f"{partition}: {split_key(stored)[1]} {len(row)} bytes, batch {batch}, timer {timer_ms}")


async def _release(config: Config, processor: str, state_key: bytes, key: str) -> None:
    from cloudtag.changelog.records import QUARANTINE_PREFIX
    from cloudtag.cli.kafka import CommandProducer
    from streams.kafka import topics
    from streams.kafka.partitioner import partition_of
    from streams.state.by_hand import release

    await topics.partitions(config, [config.changelog(processor)])
    partition = partition_of(key, config.partitions)
    if (await _read(config, processor, partition)).rows.get(QUARANTINE_PREFIX + state_key) is None:
        raise FailureError(f"{key} is not set aside")
    producer = CommandProducer(config)
    await producer.start()
    try:
        await release(producer, (config.changelog(processor), partition), state_key)
    finally:
        await producer.stop()
    output().print(f"{key} is let go; its owner reads it again within a second or two")
