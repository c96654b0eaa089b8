"""Records as a peer in Python reads and writes them: with fastavro, which has compiled readers of any schema."""

from __future__ import annotations

import io
from typing import Any

import fastavro

from benchmarks.peers.job import HEAD, NUMBERED, OPENED, ORDER, REFUND, OpenedRow, numbered
from benchmarks.peers.pattern import MOVE, UNDELIVERED, AlertRow, Move

KINDS = {"unknown": 0, "order": ORDER, "refund": REFUND}
_read, _write = fastavro.schemaless_reader, fastavro.schemaless_writer
_NUMBERED, _OPENED = fastavro.parse_schema(NUMBERED), fastavro.parse_schema(OPENED)
_MOVE, _UNDELIVERED = fastavro.parse_schema(numbered(MOVE)), fastavro.parse_schema(UNDELIVERED)
_MOVES = {"unknown": 0, "shipped": 1, "delivered": 2, "refund": 3}
_NAMES = tuple(field["name"] for field in UNDELIVERED["fields"])
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


def move(value: bytes) -> Move:
    """The move in some bytes."""
    stream = io.BytesIO(value)
    stream.seek(_START)
    fields: Any = _read(stream, _MOVE, None)
    return fields["occurred_at"], fields["event_id"], fields["order_id"], _MOVES[fields["kind"]], fields["amount"]


def undelivered(alert: AlertRow) -> bytes:
    """The bytes of an alert of the second job."""
    stream = io.BytesIO()
    stream.write(HEAD)
    _write(stream, _UNDELIVERED, dict(zip(_NAMES, alert, strict=True)))
    return stream.getvalue()


def undelivered_row(value: bytes) -> AlertRow:
    """The alert in those bytes."""
    stream = io.BytesIO(value)
    stream.seek(_START)
    fields: Any = _read(stream, _UNDELIVERED, None)
    return tuple(fields.values())
