"""`/metrics`, `/healthz` and `/readyz` of a process, answered by a thread: the event loop it reports on may hang."""

import hmac
import logging
import socket
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from ipaddress import ip_address
from socketserver import TCPServer, ThreadingMixIn
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer

from prometheus_client import CollectorRegistry, make_wsgi_app

from cloudtag.config import Config, ConfigError, Secret
from streams.health.beat import Health

logger = logging.getLogger(__name__)

REQUEST_SECONDS = 10.0
"""A caller that says or takes nothing for so long is hung up on."""

App = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]
"""A WSGI application."""


class _Handler(WSGIRequestHandler):
    timeout = REQUEST_SECONDS

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the name is the library's
        """Probes come every few seconds: nothing is logged."""


class _Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True

    def server_bind(self) -> None:
        """Bind without asking for this host's name: a resolver that hangs would hold the start up."""
        TCPServer.server_bind(self)
        self.server_name, self.server_port = self.server_address[:2]  # type: ignore[assignment]
        self.setup_environ()

    def handle_error(self, request: Any, client_address: Any) -> None:  # noqa: ARG002 - the library's signature
        """A caller went away; it is no business of the process."""
        logger.debug("A request was not answered", exc_info=True)


def application(registry: CollectorRegistry, health: Health, token: Secret | None = None) -> App:
    """The WSGI application: three paths, 404 for all others. With a token, ``/metrics`` is for those who send it."""
    metrics: App = make_wsgi_app(registry)

    def answer(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        path = environ.get("PATH_INFO", "")
        if path == "/metrics":
            if token and not _has(environ, token):
                return _text(start_response, "401 Unauthorized", "a token is needed", ("WWW-Authenticate", "Bearer"))
            return metrics(environ, start_response)
        if path not in ("/healthz", "/readyz"):
            return _text(start_response, "404 Not Found", "not found")
        if environ["REQUEST_METHOD"] != "GET":
            return _text(start_response, "405 Method Not Allowed", "use GET", ("Allow", "GET"))
        reason = health.death if path == "/healthz" else health.obstacle
        return _text(start_response, "503 Service Unavailable" if reason else "200 OK", reason or "ok")

    return answer


def _has(environ: dict[str, Any], token: Secret) -> bool:
    kind, _, given = environ.get("HTTP_AUTHORIZATION", "").partition(" ")
    # WSGI hands a header over as if it were Latin-1.
    return kind.lower() == "bearer" and hmac.compare_digest(given.encode("latin-1"), token.reveal_bytes())


def _text(start_response: Callable[..., Any], status: str, text: str, *headers: tuple[str, str]) -> Iterable[bytes]:
    body = f"{text}\n".encode()
    common = [("Content-Type", "text/plain; charset=utf-8"), ("Content-Length", str(len(body)))]
    start_response(status, [*common, ("Cache-Control", "no-store"), *headers])
    return [body]


@contextmanager
def served(config: Config, registry: CollectorRegistry, health: Health) -> Iterator[int | None]:
    """Serve while the block runs, where a port is configured; gives the port. Raises ``OSError`` when it is taken,
    ``ConfigError`` where others could read the metrics without a token."""
    if config.metrics_port is None:
        yield None
        return
    server = _listening(config.metrics_host, config.metrics_port)
    if not config.metrics_token and not ip_address(str(server.server_address[0])).is_loopback:
        server.server_close()
        raise ConfigError(f"metrics on {config.metrics_host} need CLOUDTAG_METRICS_TOKEN; on loopback they need none")
    server.set_app(application(registry, health, config.metrics_token))
    thread = threading.Thread(target=server.serve_forever, name="metrics", daemon=True)
    thread.start()
    logger.info("metrics on http://%s:%d/metrics", config.metrics_host, server.server_port)
    try:
        yield server.server_port
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _listening(host: str, port: int) -> _Server:
    """A server at an address of either family."""
    family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0][0]
    kind = type("_Server", (_Server,), {"address_family": family})
    server: _Server = kind((host, port), _Handler)
    return server
