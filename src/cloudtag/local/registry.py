"""A schema registry on this machine: Apicurio's server, in memory, from what Maven resolves; no Docker.

For tests and trials from a checkout. Needs `java` (17 or newer) and, the first time, `mvn`; what Maven fetched stays in
the user's cache.
"""

import argparse
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import urllib.request
from pathlib import Path
from types import TracebackType
from typing import Self

from cloudtag.local.child import Child, StartError
from cloudtag.local.ports import check_free, is_listening
from cloudtag.local.probe import free_port

HOST = "127.0.0.1"
START_SECONDS = 90.0
RESOLVE_SECONDS = 600.0
ATTEMPTS = 3
_RECIPE = Path(__file__).resolve().parents[3] / "deploy" / "registry" / "pom.xml"


class RegistryServer:
    """A registry of its own on a free loopback port, gone with this object or with this process.

    Use as ``with RegistryServer() as server``; ``server.url`` is what its clients are given.
    """

    def __init__(self, port: int = 0) -> None:
        self._wanted_port = port
        self.port = port
        self._child: Child | None = None
        self._logs = Path(tempfile.mkdtemp(prefix="cloudtag-registry-"))

    @property
    def url(self) -> str:
        """The root of the Confluent-compatible interface."""
        return f"http://{HOST}:{self.port}/apis/ccompat/v7"

    @property
    def pid(self) -> int | None:
        """The server's process number while it runs."""
        return self._child.pid if self._child else None

    def start(self) -> Self:
        """Start and wait until the server is ready; raises ``StartError``."""
        runner = resolved()
        for attempt in range(1, ATTEMPTS + 1):
            self.port = self._wanted_port or free_port()
            try:
                self._child = self._launch(runner)
                return self
            except StartError:
                # Another process may have taken the free port in between.
                if self._wanted_port or attempt == ATTEMPTS:
                    self.stop()
                    raise
        raise AssertionError("unreachable")

    def stop(self) -> None:
        """End the server; all it held is lost. Harmless when it is not running."""
        if self._child:
            self._child.stop()
            self._child = None
        shutil.rmtree(self._logs, ignore_errors=True)

    def _launch(self, runner: Path) -> Child:
        check_free(HOST, self.port)
        child = Child(_command(runner, self.port), self._logs / "registry.log")
        child.wait_until(lambda: is_listening(child.pid, self.port) and self._is_ready(), START_SECONDS)
        return child

    def _is_ready(self) -> bool:
        try:
            with urllib.request.urlopen(f"http://{HOST}:{self.port}/health/ready", timeout=2) as answer:
                return bool(answer.status == 200)
        except OSError:
            return False

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


def missing_programs() -> list[str]:
    """What has to be installed before `RegistryServer` can run here; empty when nothing is missing."""
    needed = ["java"] if _runner_in(_cache()) else ["java", "mvn"]
    return [program for program in needed if shutil.which(program) is None]


def resolved() -> Path:
    """The server's runnable jar, fetched by Maven when not cached; raises ``StartError`` with Maven's words."""
    target = _cache()
    if found := _runner_in(target):
        return found
    target.parent.mkdir(parents=True, exist_ok=True)
    fresh = Path(tempfile.mkdtemp(prefix=f".{target.name}-", dir=target.parent))
    try:
        _unpack_into(fresh)
        # Renamed whole, so that a cache is never half there; where another process was first, its copy is as good.
        if not target.exists():
            fresh.rename(target)
    finally:
        shutil.rmtree(fresh, ignore_errors=True)
    if (found := _runner_in(target)) is None:
        raise StartError(f"{target} holds no runnable jar; remove it and try again")
    return found


def _unpack_into(target: Path) -> None:
    maven = shutil.which("mvn")
    if maven is None:
        raise StartError("the schema registry needs Maven the first time; install `mvn`")
    command = [maven, "-q", "-B", "-f", str(_RECIPE), "dependency:unpack-dependencies"]
    command += [f"-DoutputDirectory={target}", f"-DmarkersDirectory={target / '.markers'}"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=RESOLVE_SECONDS, check=False)
    if done.returncode:
        raise StartError(f"Maven could not fetch the schema registry: {done.stdout[-600:]}{done.stderr[-600:]}")


def _cache() -> Path:
    version = _RECIPE.read_text(encoding="utf-8").partition("<registry.version>")[2].partition("<")[0]
    root = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(root) / "cloudtag" / f"registry-{version}"


def _runner_in(directory: Path) -> Path | None:
    return next(iter(directory.glob("*-runner.jar")), None)


def _command(runner: Path, port: int) -> list[str]:
    java = shutil.which("java")
    if java is None:
        raise StartError("the schema registry needs Java 17 or newer; install `java`")
    options = ["-Xmx384m", "-XX:TieredStopAtLevel=1", f"-Dquarkus.http.host={HOST}", f"-Dquarkus.http.port={port}"]
    return [java, *options, "-jar", str(runner)]


def main(arguments: list[str] | None = None) -> int:
    """Run a registry until interrupted; returns the exit code: 0 done, 1 could not."""
    parser = argparse.ArgumentParser(prog="registry", description="A schema registry on this machine, in memory.")
    parser.add_argument("--port", type=int, default=0, help="default: any free port")
    wanted = parser.parse_args(arguments).port
    ended = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: ended.set())
    try:
        with RegistryServer(wanted) as server:
            sys.stdout.write(f"{server.url}\n")
            sys.stdout.flush()
            ended.wait()
    except (StartError, OSError) as error:
        sys.stderr.write(f"registry: {error}\n")
        return 1
    return 0
