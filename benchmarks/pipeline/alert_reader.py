"""Reads alerts as they come, and notes when each first did."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any

from confluent_kafka import Consumer, TopicPartition

from cloudtag.wire import Codec

SETTINGS = {"group.id": "reader", "enable.auto.commit": False, "fetch.wait.max.ms": 10, "fetch.min.bytes": 1}


class AlertReader:
    """Use as ``with``; afterwards `first` has the moments, by the clock that all processes of a machine share."""

    def __init__(self, broker: str, topic: str, partitions: int, id_of: Callable[[bytes], str] | None = None) -> None:
        """`id_of`: gives the name of what is read, where it is no alert."""
        self._id_of = id_of or _alert_id_of()
        self._consumer = Consumer({**SETTINGS, "bootstrap.servers": broker})
        self._consumer.assign([TopicPartition(topic, partition, 0) for partition in range(partitions)])
        self._came: list[tuple[float, bytes]] = []
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
        found = dict[str, float]()
        for at, value in self._came:
            found.setdefault(self._id_of(value), at)
        return found

    def _read(self) -> None:
        while not self._is_over.is_set():
            message = self._consumer.poll(0.05)
            if message is not None and not message.error() and (value := message.value()) is not None:
                self._came.append((time.monotonic(), value))


def _alert_id_of() -> Callable[[bytes], str]:
    codec = Codec()

    def alert_id_of(value: bytes) -> str:
        alert: Any = codec.decode("alerts", value)
        found: str = alert.alert_id
        return found

    return alert_id_of
