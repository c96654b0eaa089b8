"""A service that posts webhooks is killed while it does: every revision arrives, and an id says one thing.

The message that was under way may come once more, under its id, as is said of it; the receiver counts ids.
"""

import asyncio
import base64
import hashlib
import json
from collections import Counter
from pathlib import Path

import pytest
from aiokafka import TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError

from benchmarks.decide import an_alert, publish_alerts
from cloudtag.local.probe import free_port
from streams.kafka.security import client_settings
from tests.decide.hooks import SECRET, Listener, listening
from tests.effort import times
from tests.integration.installation import PATIENCE_SECONDS, Installation
from tests.integration.test_decide import TOKEN

ALERTS = 120
KILLED_AFTER = (10, 45, 80)[: times(2, 3)]
"""So many messages are there when the service is killed."""


def files(directory: Path, url: str) -> dict[str, str]:
    """The settings of a service with one subscription."""
    (directory / "hook.secret").write_text(f"whsec_{base64.b64encode(SECRET).decode()}\n")
    hooks = f'[hook]\nurl = "{url}"\nsecret_file = "hook.secret"\nsends = ["alerts"]\nallow_private = true\n'
    (directory / "hooks.toml").write_text(hooks)
    digest = hashlib.sha256(TOKEN.encode()).hexdigest()
    (directory / "tokens.toml").write_text(f'[desk]\nsha256 = "{digest}"\nrole = "platform"\n')
    return {"tokens_file": str(directory / "tokens.toml"), "webhooks_file": str(directory / "hooks.toml")}


async def until_subscribed(place: Installation) -> None:
    """Wait until the subscription knows of each partition from where on it sends."""
    places = [TopicPartition(place.config.topic("alerts"), n) for n in range(place.config.partitions)]
    admin = AIOKafkaAdminClient(**client_settings(place.config))
    group = f"{place.config.app_id}-decide-webhook-hook"
    await admin.start()
    try:
        for _ in range(int(PATIENCE_SECONDS / 0.2)):
            try:
                known = await admin.list_consumer_group_offsets(group, partitions=places)
            except KafkaError:
                known = {}
            if sum(found.offset >= 0 for found in known.values()) == place.config.partitions:
                return
            place.check()
            await asyncio.sleep(0.2)
        raise AssertionError("it never subscribed")
    finally:
        await admin.close()


async def reached(place: Installation, taken: Listener, count: int) -> None:
    """Wait until the receiver has so many different messages."""
    for _ in range(int(PATIENCE_SECONDS / 0.05)):
        if len(set(taken.ids)) >= count:
            return
        place.check()
        await asyncio.sleep(0.05)
    raise AssertionError(f"never: {len(set(taken.ids))} of {count} messages came")


@pytest.mark.fault
async def test_of_a_killed_sender_nothing_is_lost_and_no_id_says_two_things(one_bootstrap: str, tmp_path: Path) -> None:
    async with (
        listening(200) as (taken, url),
        Installation(one_bootstrap, tmp_path, **files(tmp_path, url)) as place,
    ):
        port = free_port()
        serving = place.start("decide", "--port", str(port))
        await until_subscribed(place)
        await publish_alerts(place.config, ALERTS)
        for count in KILLED_AFTER:
            await reached(place, taken, count)
            place.kill(serving)
            serving = place.start("decide", "--port", str(port))
        await reached(place, taken, ALERTS)
        assert set(taken.ids) == {f"{an_alert(number).alert_id}.0" for number in range(ALERTS)}
        bodies = {(headers["webhook-id"], body) for headers, body in taken.got}
        assert len(bodies) == ALERTS, "under one id another body came"
        again = Counter(taken.ids)
        most = len(KILLED_AFTER) * place.config.partitions
        assert sum(count - 1 for count in again.values()) <= most, "more came again than was under way"
        for headers, body in taken.got:
            told = json.loads(body)["data"]
            assert headers["webhook-id"] == f"{told['alert_id']}.{told['revision']}"
