"""Asks a broker, in Kafka's own protocol, whether it is ready for clients."""

import contextlib
import os
import random
import socket
import struct

METADATA, METADATA_VERSION = 3, 5
FIRST_PORT, LAST_PORT = 15_000, 32_000
ANSWER_LIMIT_BYTES = 1 << 20


def free_port() -> int:
    """A loopback port that was free a moment ago, below the range that outgoing connections are given.

    A client that keeps calling a stopped server would otherwise sooner or later be given that very port,
    and connect to itself or keep the server from coming back.
    """
    for _ in range(1_000):
        port = random.randrange(FIRST_PORT, LAST_PORT)
        if is_free(port):
            return port
    raise OSError(f"no free port from {FIRST_PORT} to {LAST_PORT}")


def is_free(port: int) -> bool:
    """Whether a server could listen at a loopback port now. Connections of an earlier server may still be fading."""
    with contextlib.closing(socket.socket()) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind(("127.0.0.1", port))
            listener.listen(1)
        except OSError:
            return False
        return True


def broker_answers(host: str, port: int, timeout_seconds: float = 2.0) -> bool:
    """Whether the server at ``host:port`` answers a metadata request and names at least one broker."""
    # A fresh correlation id distinguishes the answer from whatever else may listen there.
    correlation = int.from_bytes(os.urandom(3), "big")
    header = struct.pack(">hhih", METADATA, METADATA_VERSION, correlation, -1)
    body = header + struct.pack(">ib", 0, 0)  # no topics, create none
    try:
        with socket.create_connection((host, port), timeout_seconds) as connection:
            connection.settimeout(timeout_seconds)
            connection.sendall(struct.pack(">i", len(body)) + body)
            (size,) = struct.unpack(">i", _read(connection, 4))
            if not 12 <= size <= ANSWER_LIMIT_BYTES:
                return False
            answer = _read(connection, size)
    except OSError:
        return False
    seen, _throttle_ms, brokers = struct.unpack_from(">iii", answer)
    return bool(seen == correlation and brokers > 0)


def _read(connection: socket.socket, size: int) -> bytes:
    parts = bytearray()
    while len(parts) < size:
        part = connection.recv(size - len(parts))
        if not part:
            raise ConnectionResetError
        parts += part
    return bytes(parts)
