"""`python -m benchmarks.pipeline.sender BROKER FILE RATE`: sends each record when it is due, whatever became of others.

A process of its own: what is measured must not keep it from sending. It says when the first record was due, then how
much too late the latest one was, both by the clock that all processes of a machine share.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

import msgspec
from confluent_kafka import Producer

Sent = tuple[str, int, bytes, bytes]
"""Topic, partition, key, value."""
SETTINGS = {"linger.ms": 1, "acks": "1", "queue.buffering.max.messages": 1_000_000}
PAUSE_SECONDS = 0.001
AHEAD_SECONDS = 0.2


def send(broker: str, records: list[Sent], rate: float) -> tuple[float, float]:
    """Send them all; the moment the first was due, and the worst delay in seconds."""
    producer = Producer({**SETTINGS, "bootstrap.servers": broker})
    producer.list_topics(timeout=10)
    begun, place, worst = time.monotonic() + AHEAD_SECONDS, 0, 0.0
    print(begun, flush=True)
    while place < len(records):
        now = time.monotonic()
        due = min(len(records), int((now - begun) * rate) + 1) if now >= begun else 0
        if due > place:
            worst = max(worst, now - begun - place / rate)
        for topic, partition, key, value in records[place:due]:
            producer.produce(topic, value, key, partition=partition)
        place = max(place, due)
        producer.poll(0)
        time.sleep(PAUSE_SECONDS)
    producer.flush(60)
    return begun, worst


if __name__ == "__main__":
    read = msgspec.msgpack.decode(Path(sys.argv[2]).read_bytes(), type=list[Sent])
    print(send(sys.argv[1], read, float(sys.argv[3]))[1], flush=True)
