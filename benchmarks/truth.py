"""Whether a run was right: the alerts that stand in the end, whatever way there was to them.

Alerts that were withdrawn are left out, revisions and whether an alert was upgraded on its way are not looked at:
these depend on the order in which the partitions were read. Everything else of an alert must be the same.
"""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import blake2b
from typing import Any

import msgspec
from msgspec.structs import replace

from benchmarks.load import Load
from cloudtag.cli.kafka import read_to_end
from cloudtag.config import Config
from cloudtag.contract import standing as contract
from cloudtag.contract.records import Alert
from cloudtag.replay.driver import judge
from cloudtag.wire import Codec

_encode = msgspec.json.Encoder(order="deterministic").encode


def standing(alerts: Iterable[Alert]) -> dict[str, Alert]:
    """The alerts that stand, by id."""
    stand = contract.standing(alerts)
    return {alert.alert_id: replace(alert, revision=0, status="open") for alert in stand.values()}


def digest(alerts: Iterable[Alert]) -> str:
    """A hash of the alerts that stand: their number, then 16 hexadecimal digits."""
    held = standing(alerts)
    hashed = blake2b(digest_size=8)
    for alert_id in sorted(held):
        hashed.update(_encode(held[alert_id]))
    return f"{len(held)}:{hashed.hexdigest()}"


def expected(load: Load) -> str:
    """What replay, which knows no Kafka and no batches, says of the same events."""
    judged: Iterable[tuple[str, Any]] = judge(list(load.events), load.until_ms)
    return digest(record for stream, record in judged if stream == "alerts")


async def published(config: Config) -> str:
    """What a run has put on the broker."""
    codec = Codec()
    alerts: list[Any] = [
        codec.decode("alerts", record.value) async for record in read_to_end(config, [config.topic("alerts")])
    ]
    return digest(alerts)
