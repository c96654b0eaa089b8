"""A registry that asks who calls is told, and nobody else is."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from cloudtag.cli.framing import codec_of
from cloudtag.config import Config, Secret
from cloudtag.contract.events import BuyerContacted
from cloudtag.wire.registry import RegistryRefused

CONTACT = BuyerContacted("e1", 1_772_413_200_000, "jd", "o1", "b1", "s1", "phone", True)


class _Asking(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        is_known = self.headers.get("Authorization") == "Basic d29ya2VyOmjDtmhl"
        body = json.dumps({"id": 7} if is_known else {"message": "who are you"}).encode()
        self.send_response(200 if is_known else 401)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name is the library's
        """Nothing is logged."""


@contextmanager
def registry() -> Iterator[str]:
    with HTTPServer(("127.0.0.1", 0), _Asking) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


def test_the_registry_is_shown_user_and_password() -> None:
    with registry() as url:
        known = Config(
            schema_registry_url=url, schema_registry_user="worker", schema_registry_password=Secret("h\u00f6he")
        )
        assert codec_of(known).encode("contacts", CONTACT).startswith(b"\x00\x00\x00\x00\x07")
        with pytest.raises(RegistryRefused, match="401") as refused:
            codec_of(Config(schema_registry_url=url, schema_registry_password=Secret("höhe"))).encode(
                "contacts", CONTACT
            )
        assert "höhe" not in str(refused.value)
