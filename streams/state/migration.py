"""Changelogs read in format 1 and written anew in format 2, while no worker runs."""

from typing import Any

from cloudtag.changelog.records import OWN, OWNER_KEY, claim_of
from cloudtag.config import Config
from cloudtag.engine.task_row import TASK_KEY
from streams.kafka.producer import ProducerHandle, Target
from streams.kafka.security import client_settings
from streams.state.by_hand import records_of
from streams.state.changelog import Changelogs
from streams.state.memory_store import MemoryStore
from streams.state.state_store import StateStore


async def read_first(settings: dict[str, Any], target: Target) -> dict[bytes, bytes]:
    """The rows of a changelog in format 1, by their keys."""
    rows: dict[bytes, bytes] = {}
    async for record in records_of(settings, target):
        rows.pop(record.key, None)
        if record.value is not None:
            rows[record.key] = record.value
    return rows


async def owner_of(settings: dict[str, Any], target: Target) -> str | None:
    """Who owned a changelog last, if anybody did."""
    owner = None
    async for record in records_of(settings, target):
        if record.key == OWNER_KEY:
            owner = claim_of(record.value).name.decode()
    return owner


async def write_anew(
    config: Config, producer: ProducerHandle, processor: str, partition: int, rows: dict[bytes, bytes], owner: str
) -> int:
    """Make a changelog say these rows and no others, the task's own last; how many rows it had that are gone.

    `owner`: who owns it until a worker takes it over.
    """
    changelogs = Changelogs(client_settings(config), producer, owner, config.recovery_stall_seconds)
    table = StateStore(processor, config.changelog(processor), MemoryStore(), changelogs)
    await table.catch_up({partition}, lambda: True)
    held = {key for key, _ in table.store_part(partition).all_rows() if not key.startswith(OWN)}
    gone: dict[bytes, bytes | None] = dict.fromkeys(held - rows.keys())
    # What a crash leaves is without the task's own row, and so is no state that a worker would go on from.
    own = rows[TASK_KEY]
    await table.put_many(partition, {TASK_KEY: None})
    await table.put_many(partition, gone | {key: row for key, row in rows.items() if key != TASK_KEY})
    await table.put_many(partition, {TASK_KEY: own})
    return len(gone)
