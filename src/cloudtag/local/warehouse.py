"""The embedded warehouse: chDB behind the gateway, as a process of its own."""

import asyncio
import http.client
import os
import secrets
import shutil
import sys
import tempfile
from pathlib import Path
from types import TracebackType
from typing import Self

from cloudtag.local.child import Child, StartError
from cloudtag.local.gateway.access import OpenTo
from cloudtag.local.ports import PortTakenError, check_free, is_listening
from cloudtag.local.probe import free_port

HOST = "127.0.0.1"
TOKEN_VARIABLE = "CLOUDTAG_WAREHOUSE_TOKEN"  # noqa: S105 - the name of the variable, not a token
START_SECONDS = 60.0
ATTEMPTS = 5


class Warehouse:
    """A warehouse on loopback; use as ``with Warehouse(directory) as warehouse`` (or ``async with``).

    Without a directory it works in a temporary one that is removed at the end. `stop` and `kill` keep directory and
    port, and `start` goes on from there. Any ClickHouse client may use `url` with `token` as its password; without a
    password where ``open_to`` says so. Without a token given it makes one.
    """

    def __init__(
        self,
        directory: str | Path | None = None,
        port: int = 0,
        token: str = "",
        open_to: OpenTo = "nobody",
    ) -> None:
        self._is_temporary = directory is None
        self.directory = Path(directory or tempfile.mkdtemp(prefix="cloudtag-warehouse-")).resolve()
        self.port = port
        self._is_port_given = bool(port)
        self.token = token or secrets.token_urlsafe(16)
        self._open_to = open_to
        self._child: Child | None = None

    @property
    def url(self) -> str:
        """The HTTP address."""
        return f"http://{HOST}:{self.port}"

    @property
    def pid(self) -> int | None:
        """The number of the gateway's process while it runs."""
        return self._child.pid if self._child else None

    def start(self) -> Self:
        """Start and wait until it answers; raises ``StartError``."""
        if self._child is not None:
            raise StartError("this warehouse is already running")
        for attempt in range(1, ATTEMPTS + 1):
            self.port = self.port if self._is_port_given else free_port()
            try:
                self._child = self._launch()
                break
            except StartError as error:
                # Another process may have taken the free port in between.
                is_taken = isinstance(error, PortTakenError) or "address already in use" in str(error)
                if self._is_port_given or attempt == ATTEMPTS or not is_taken:
                    raise
        # From now on clients know the port.
        self._is_port_given = True
        return self

    def stop(self) -> None:
        """End in order: running queries finish. Harmless when it is not running."""
        if self._child:
            self._child.stop()
            self._child = None

    def kill(self) -> None:
        """``kill -9``, as a crash would."""
        if self._child:
            self._child.kill()
            self._child = None

    def pause(self) -> None:
        """Freeze it: connections stay open and nothing answers."""
        if self._child:
            self._child.pause()

    def resume(self) -> None:
        """Let a frozen one go on."""
        if self._child:
            self._child.resume()

    def close(self) -> None:
        """`stop`, and remove the directory if it is a temporary one."""
        self.stop()
        if self._is_temporary:
            shutil.rmtree(self.directory, ignore_errors=True)

    def _launch(self) -> Child:
        check_free(HOST, self.port)
        self.directory.mkdir(parents=True, exist_ok=True)
        command = [sys.executable, "-m", "cloudtag.local.gateway", "--path", str(self.directory / "data")]
        command += ["--port", str(self.port), "--open-to", self._open_to]
        environment = os.environ | {TOKEN_VARIABLE: self.token}
        child = Child(command, self.directory / "gateway.log", environment)
        child.wait_until(lambda: is_listening(child.pid, self.port) and self._answers(), START_SECONDS)
        return child

    def _answers(self) -> bool:
        connection = http.client.HTTPConnection(HOST, self.port, timeout=2)
        try:
            connection.request("GET", "/ping")
            return connection.getresponse().status == http.HTTPStatus.OK
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    async def __aenter__(self) -> Self:
        return await asyncio.to_thread(self.start)

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        await asyncio.to_thread(self.close)
