"""Records as a peer in Python reads and writes them: with fastavro, which has compiled readers of any schema."""

from __future__ import annotations

import io
from typing import Any

import fastavro

from benchmarks.peers.job import HEAD, NUMBERED, OPENED, ORDER, REFUND, OpenedRow

KINDS = {"unknown": 0, "order": ORDER, "refund": REFUND}
_read, _write = fastavro.schemaless_reader, fastavro.schemaless_writer
_NUMBERED, _OPENED = fastavro.parse_schema(NUMBERED), fastavro.parse_schema(OPENED)
_START = len(HEAD)


def dealing(value: bytes) -> dict[str, Any]:
    """The fields of a dealing."""
    stream = io.BytesIO(value)
    stream.seek(_START)
    fields: Any = _read(stream, _NUMBERED, None)
    return fields  # type: ignore[no-any-return]


def opened(alert: OpenedRow) -> bytes:
    """The bytes of an alert."""
    alert_id, buyer_id, at_ms, refunds, orders, refunded = alert
    stream = io.BytesIO()
    stream.write(HEAD)
    fields = {
        "alert_id": alert_id,
        "buyer_id": buyer_id,
        "occurred_at": at_ms,
        "refunds": refunds,
        "orders": orders,
        "refunded": refunded,
    }
    _write(stream, _OPENED, fields)
    return stream.getvalue()


def opened_row(value: bytes) -> OpenedRow:
    """The alert in some bytes."""
    stream = io.BytesIO(value)
    stream.seek(_START)
    fields: Any = _read(stream, _OPENED, None)
    return tuple(fields.values())
