"""``python -m cloudtag.local.gateway --path DIR``: serve one chDB directory until SIGTERM or SIGINT."""

import argparse
import asyncio
import json
import logging
import os
import signal
import sys
import time
from pathlib import Path

from aiohttp import web
from aiohttp.http_exceptions import HttpProcessingError

from cloudtag.local.gateway.access import ALL_OPEN_TO, Access

TOKEN_VARIABLE = "CLOUDTAG_WAREHOUSE_TOKEN"  # noqa: S105 - the name of the variable, not a token
GRACE_SECONDS = 10.0
KEEP_ALIVE_SECONDS = 10.0
"""So long a connection stays open that asks for nothing more."""
LINGERING_SECONDS = 2.0
"""How long the rest of a body that is not wanted is read, so that its sender may see the answer."""


def main(arguments: list[str] | None = None) -> int:
    """Serve until stopped by a signal; returns the exit code: 0 stopped, 1 could not start."""
    options = _parser().parse_args(arguments)
    # The engine takes its time zone from the process, and the warehouse keeps UTC.
    os.environ["TZ"] = "UTC"
    time.tzset()
    from cloudtag.local.gateway.errors import EngineError

    try:
        access = Access(options.host, os.environ.get(TOKEN_VARIABLE, ""), options.open_to)
    except ValueError as error:
        sys.stderr.write(f"gateway: {error} ({TOKEN_VARIABLE} holds it, --open-to says who needs none)\n")
        return 1
    try:
        asyncio.run(_serve(options, access))
    except (EngineError, OSError) as error:
        sys.stderr.write(f"gateway: {error}\n")
        return 1
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="cloudtag.local.gateway",
        description=f"ClickHouse's HTTP interface over one chDB directory. {TOKEN_VARIABLE} holds its token.",
    )
    parser.add_argument("--path", type=Path, required=True, help="the directory that holds the data")
    parser.add_argument("--host", default="127.0.0.1", help="default 127.0.0.1")
    parser.add_argument("--port", type=int, default=8123, help="default 8123; 0: any free port")
    parser.add_argument(
        "--body-seconds", type=float, default=300.0, help="within so long a request must have arrived; default 300"
    )
    parser.add_argument(
        "--head-seconds", type=float, default=60.0, help="so long a connection may stay without a request; default 60"
    )
    parser.add_argument(
        "--open-to",
        choices=ALL_OPEN_TO,
        default="nobody",
        help="who needs no token; default nobody, on loopback also `readers` (without it one only reads) or `everyone`",
    )
    parser.add_argument("--ready-file", type=Path, help="written as JSON (url, port, pid) once requests are answered")
    return parser


async def _serve(options: argparse.Namespace, access: Access) -> None:
    # Imported late: the engine is large, and `--help` should not wait for it.
    from cloudtag.local.gateway.engine import Engine
    from cloudtag.local.gateway.server import Gateway

    stopped = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stopped.set)
    options.path.mkdir(parents=True, exist_ok=True)
    engine = Engine(options.path)
    gateway = Gateway(engine, access, options.body_seconds)
    # Bodies are decoded by the gateway, which knows more encodings than the server does.
    runner = web.AppRunner(
        gateway.application(),
        auto_decompress=False,
        access_log=None,
        shutdown_timeout=GRACE_SECONDS,
        keepalive_timeout=min(KEEP_ALIVE_SECONDS, options.head_seconds),
        lingering_time=LINGERING_SECONDS,
    )
    logging.getLogger("aiohttp.server").addFilter(is_own_fault)
    try:
        await runner.setup()
        await web.TCPSite(runner, options.host, options.port).start()
        _tell(options, runner.addresses[0][1])
        await stopped.wait()
    finally:
        await runner.cleanup()
        gateway.close()
        engine.close()


def is_own_fault(record: logging.LogRecord) -> bool:
    """Whether what went wrong is the gateway's: what callers send, or break off, is answered and not logged."""
    error = record.exc_info[1] if record.exc_info else None
    return not isinstance(error, (HttpProcessingError, ConnectionError))


def _tell(options: argparse.Namespace, port: int) -> None:
    url = f"http://{options.host}:{port}"
    if options.ready_file:
        # Renamed into place, so that a reader never sees half of it.
        fresh = options.ready_file.with_name(options.ready_file.name + ".new")
        fresh.write_text(json.dumps({"url": url, "port": port, "pid": os.getpid()}))
        fresh.replace(options.ready_file)
    sys.stdout.write(f"the warehouse answers at {url}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
