"""Reads alerts as they come, and notes when each first did."""

from __future__ import annotations

import threading
import time
from typing import Any

from confluent_kafka import Consumer, TopicPartition

from cloudtag.wire import Codec

SETTINGS = {"group.id": "reader", "enable.auto.commit": False, "fetch.wait.max.ms": 10, "fetch.min.bytes": 1}


class AlertReader:
    """Use as ``with``; afterwards `first` has the moments, by the clock that all processes of a machine share."""

    def __init__(self, broker: str, topic: str, partitions: int) -> None:
        self._consumer = Consumer({**SETTINGS, "bootstrap.servers": broker})
        self._consumer.assign([TopicPartition(topic, partition, 0) for partition in range(partitions)])
        self._came: list[tuple[float, bytes | None]] = []
        self._is_over = threading.Event()
        self._thread = threading.Thread(target=self._read, daemon=True)

    def __enter__(self) -> AlertReader:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._is_over.set()
        self._thread.join()
        self._consumer.close()

    @property
    def first(self) -> dict[str, float]:
        """When each alert first came, by its id."""
        codec, found = Codec(), dict[str, float]()
        for at, value in self._came:
            alert: Any = codec.decode("alerts", value)
            found.setdefault(alert.alert_id, at)
        return found

    def _read(self) -> None:
        while not self._is_over.is_set():
            message = self._consumer.poll(0.05)
            if message is not None and not message.error():
                self._came.append((time.monotonic(), message.value()))
