"""``python -m cloudtag.local.kafka start|wait|stop``: one Apache Kafka node that goes on without this command."""

import argparse
import contextlib
import json
import os
import signal
import sys
import time
from pathlib import Path

from cloudtag.local.child import StartError
from cloudtag.local.kafka.jars import version
from cloudtag.local.kafka.node import STOP_SECONDS, Kafka
from cloudtag.local.kafka.settings import HOST
from cloudtag.local.ports import is_listening
from cloudtag.local.probe import broker_answers

DEFAULT_PORT = 9092
DEFAULT_DATA = ".cloudtag/kafka"
RUNNING = "running.json"
POLL_SECONDS = 0.1


def main(arguments: list[str] | None = None) -> int:
    """Run one command; returns the exit code: 0 done, 1 could not."""
    options = _parser().parse_args(arguments)
    try:
        sys.stdout.write({"start": _start, "wait": _wait, "stop": _stop}[options.command](options) + "\n")
    except (StartError, OSError) as error:
        sys.stderr.write(f"kafka: {error}\n")
        return 1
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="kafka", description=f"Apache Kafka {version()} on this machine: one node.")
    parser.add_argument("command", choices=["start", "wait", "stop"])
    parser.add_argument("--data-dir", type=Path, default=Path(DEFAULT_DATA), help=f"default {DEFAULT_DATA}")
    parser.add_argument("--port", type=int, default=DEFAULT_PORT, help=f"default {DEFAULT_PORT}; 0: any free port")
    parser.add_argument("--timeout", type=float, default=60.0, help="seconds to wait for an answer; default 60")
    return parser


def _start(options: argparse.Namespace) -> str:
    if running := _running(options.data_dir):
        return f"already running at {HOST}:{running['port']}"
    broker = Kafka(options.data_dir, options.port, outlives_parent=True).start()
    (options.data_dir / RUNNING).write_text(json.dumps({"pid": broker.pid, "port": broker.port}))
    return f"Apache Kafka {version()} answers at {broker.bootstrap}; log: {broker.data / 'kafka.log'}"


def _wait(options: argparse.Namespace) -> str:
    deadline = time.monotonic() + options.timeout
    while True:
        running = _running(options.data_dir)
        if running and is_listening(running["pid"], running["port"]) and broker_answers(HOST, running["port"]):
            return f"{HOST}:{running['port']}"
        if time.monotonic() > deadline:
            raise StartError(f"no broker of {options.data_dir} answered within {options.timeout:g} s")
        time.sleep(POLL_SECONDS)


def _stop(options: argparse.Namespace) -> str:
    running = _running(options.data_dir)
    if not running:
        return "not running"
    os.kill(running["pid"], signal.SIGTERM)
    deadline = time.monotonic() + STOP_SECONDS
    while _running(options.data_dir):
        if time.monotonic() > deadline:
            with contextlib.suppress(ProcessLookupError):
                os.kill(running["pid"], signal.SIGKILL)
        time.sleep(POLL_SECONDS)
    (options.data_dir / RUNNING).unlink()
    return "stopped"


def _running(data: Path) -> dict[str, int] | None:
    """The process and port of this directory's broker, if that very process still runs."""
    try:
        noted: dict[str, int] = json.loads((data / RUNNING).read_text())
        command = Path(f"/proc/{noted['pid']}/cmdline").read_bytes()
    except (OSError, ValueError):
        return None
    # The number may since have gone to another program.
    return noted if str(data.resolve() / "server.properties").encode() in command else None


if __name__ == "__main__":
    sys.exit(main())
