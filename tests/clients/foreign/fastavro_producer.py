"""A producer that knows of cloudtag only its schemas: `python fastavro_producer.py BROKER PREFIX SCHEMAS < LINES`.

A line is a JSON object: `stream`, `key` and `event` with the schema's fields. Encoded with fastavro alone, with Avro's
single-object head put in front by hand; sent with librdkafka.
"""

import io
import json
import sys
from pathlib import Path
from typing import Any

import fastavro
from confluent_kafka import Producer
from fastavro.schema import fingerprint, to_parsing_canonical_form

MAGIC = b"\xc3\x01"


def head_of(schema: Any) -> bytes:
    """Two bytes that say "single object", and the schema's fingerprint in little-endian order."""
    return MAGIC + bytes.fromhex(fingerprint(to_parsing_canonical_form(schema), "CRC-64-AVRO"))


def main(broker: str, prefix: str, schemas: str) -> None:
    """Send every line of standard input."""
    producer = Producer({"bootstrap.servers": broker, "partitioner": "murmur2_random", "compression.type": "zstd"})
    known: dict[str, Any] = {}
    for line in sys.stdin:
        told = json.loads(line)
        stream = told["stream"]
        if stream not in known:
            known[stream] = json.loads((Path(schemas) / f"{stream}.avsc").read_text())
        body = io.BytesIO()
        fastavro.schemaless_writer(body, known[stream], told["event"])
        producer.produce(prefix + stream, head_of(known[stream]) + body.getvalue(), told["key"])
    if left := producer.flush(60):
        sys.exit(f"{left} records were not taken")


if __name__ == "__main__":
    main(*sys.argv[1:])
