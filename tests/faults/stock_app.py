"""The naive Faust app that can be struck: `python -m tests.faults.stock_app BROKER TOPIC PARTITIONS DIRECTORY`."""

import os
import sys
from pathlib import Path
from typing import Any

from aiokafka import AIOKafkaProducer
from aiokafka.errors import TopicAuthorizationFailedError

from benchmarks.rungs.naive import CHANGELOG, counting_app, run_app
from tests.faults.orders import Orders
from tests.faults.points import ORDERS, Struck


def watch_sends(struck: Struck) -> None:
    """Have it struck before or after what its table writes."""
    send = AIOKafkaProducer.send

    async def watched(producer: Any, topic: str, *arguments: Any, **more: Any) -> Any:
        if topic != CHANGELOG:
            return await send(producer, topic, *arguments, **more)
        struck.at("before", "changelog", TopicAuthorizationFailedError(topic))
        sent = await send(producer, topic, *arguments, **more)
        struck.at("after", "changelog", TopicAuthorizationFailedError(topic))
        return sent

    AIOKafkaProducer.send = watched


if __name__ == "__main__":
    broker, topic, partitions, directory = sys.argv[1:]
    watch_sends(Struck(Orders(Path(os.environ[ORDERS])), Path(directory)))
    sys.exit(run_app(counting_app(broker, {topic: "orders"}, int(partitions), directory, lambda: None)))
