"""Requests as any program may send them, with no client of ClickHouse in between."""

import http.client
from dataclasses import dataclass, field
from urllib.parse import urlencode


@dataclass(frozen=True)
class Reply:
    """What came back; ``code`` is ClickHouse's, empty without an error."""

    status: int
    headers: http.client.HTTPMessage
    body: bytes

    @property
    def code(self) -> str:
        return self.headers.get("X-ClickHouse-Exception-Code", "")


@dataclass(frozen=True)
class Way:
    """A way to send a statement."""

    method: str
    address: dict[str, str] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)

    def ask(self, port: int, sql: str | bytes, **address: str) -> Reply:
        """Send the statement: a GET in the address, anything else in the body."""
        is_get = self.method == "GET"
        query = self.address | address | ({"query": sql} if is_get else {})
        body = b"" if is_get else sql if isinstance(sql, bytes) else sql.encode()
        return send(port, self.method, f"/?{urlencode(query)}", body, self.headers)


def send(port: int, method: str, target: str, body: bytes = b"", headers: dict[str, str] | None = None) -> Reply:
    """One request on a connection of its own."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    try:
        connection.request(method, target, body, headers or {})
        answer = connection.getresponse()
        return Reply(answer.status, answer.headers, answer.read())
    finally:
        connection.close()
