"""The node itself: formatted once, started, stopped, killed, and started again on what it kept."""

import asyncio
import subprocess
from pathlib import Path
from types import TracebackType
from typing import Self

from cloudtag.local.child import Child, StartError
from cloudtag.local.kafka.jars import missing_programs, recipe_directory, resolve
from cloudtag.local.kafka.secured import (
    KafkaSecurity,
    make_certificate,
    make_client_certificate,
    scram_arguments,
    secured_settings,
)
from cloudtag.local.kafka.settings import CLUSTER_ID, HOST, java_command, server_settings, write_settings
from cloudtag.local.ports import PortTakenError, check_free, is_listening
from cloudtag.local.probe import broker_answers, free_port

START_SECONDS = 90.0
STOP_SECONDS = 30.0
FORMAT_SECONDS = 60.0
ATTEMPTS = 3
BACKSLASH = "\\"


class Kafka:
    """A broker on loopback; use as ``with Kafka(directory) as broker`` (or ``async with``).

    `stop` and `kill` keep the data directory and the port, and `start` goes on from there: what was acknowledged is
    still held. With ``outlives_parent`` the broker goes on when this process ends. With ``security`` clients must
    come over TLS, trust `certificate`, and prove who they are.
    """

    def __init__(
        self,
        data_directory: str | Path,
        port: int = 0,
        *,
        outlives_parent: bool = False,
        security: KafkaSecurity | None = None,
    ) -> None:
        self.data = Path(data_directory).resolve()
        self.port = port
        self._controller_port = self._inside_port = 0
        self._security = security
        self._is_port_given = bool(port)
        self._outlives_parent = outlives_parent
        self._child: Child | None = None

    @property
    def bootstrap(self) -> str:
        """``host:port`` for Kafka clients; known after the first `start`."""
        return f"{HOST}:{self.port}"

    @property
    def certificate(self) -> Path:
        """What clients of a secured broker trust; there after the first `start`."""
        return self.data / "certificate.pem"

    def client_certificate(self, name: str) -> tuple[Path, Path]:
        """Certificate and key of the client of a broker that asks for them; to be made before the first `start`."""
        self.data.mkdir(parents=True, exist_ok=True)
        return make_client_certificate(self.data, name)

    @property
    def pid(self) -> int | None:
        """The number of the broker's process while it runs."""
        return self._child.pid if self._child else None

    def start(self) -> Self:
        """Start and wait until the broker answers an API call; raises ``StartError``."""
        if self._child is not None:
            raise StartError("this broker is already running")
        missing = missing_programs()
        if missing:
            raise StartError(f"Apache Kafka needs {' and '.join(missing)}")
        jars = resolve()
        self.data.mkdir(parents=True, exist_ok=True)
        for attempt in range(1, ATTEMPTS + 1):
            self._choose_ports()
            try:
                self._child = self._launch(jars)
                break
            except StartError as error:
                # Another process may have taken a free port in between.
                is_taken = isinstance(error, PortTakenError) or "BindException" in str(error)
                if self._is_port_given or attempt == ATTEMPTS or not is_taken:
                    raise
                self.port = 0
        # From now on clients know the port.
        self._is_port_given = True
        return self

    def stop(self) -> None:
        """End in order, as an operator would. Harmless when it is not running."""
        if self._child:
            self._child.stop(STOP_SECONDS)
            self._child = None

    def kill(self) -> None:
        """``kill -9``, as a crash would; `start` brings the broker back on the same port and data."""
        if self._child:
            self._child.kill()
            self._child = None

    def pause(self) -> None:
        """Freeze the broker: connections stay open and nothing answers."""
        if self._child:
            self._child.pause()

    def resume(self) -> None:
        """Let a frozen broker go on."""
        if self._child:
            self._child.resume()

    def _choose_ports(self) -> None:
        ports = {self.port} if self.port else set()
        while len(ports) < 3:
            ports.add(free_port())
        self.port = self.port or ports.pop()
        self._controller_port, self._inside_port, *_ = ports - {self.port}

    def _launch(self, jars: Path) -> Child:
        check_free(HOST, self.port)
        settings = self.data / "server.properties"
        write_settings(settings, self._settings())
        log_settings = recipe_directory() / "log4j2.properties"
        if not (self.data / "log" / "meta.properties").exists():
            arguments = ["format", "-t", CLUSTER_ID, "-c", str(settings)]
            arguments += scram_arguments(self._security.users if self._security else {})
            _run(java_command(jars, log_settings, "kafka.tools.StorageTool", arguments), self.data / "format.arguments")
        command = java_command(jars, log_settings, "kafka.Kafka", [str(settings)])
        child = Child(command, self.data / "kafka.log", outlives_parent=self._outlives_parent)
        # The secured listener would ask the probe who it is; both open together.
        asked = self._inside_port if self._security else self.port
        child.wait_until(lambda: is_listening(child.pid, asked) and broker_answers(HOST, asked), START_SECONDS)
        return child

    def _settings(self) -> dict[str, str]:
        plain = server_settings(self.data, self.port, self._controller_port)
        if self._security is None:
            return plain
        certificate = make_certificate(self.data, self._security.names)
        secured = secured_settings(self._security, certificate, self.port, self._inside_port)
        secured["listeners"] += f",CONTROLLER://{HOST}:{self._controller_port}"
        return plain | secured

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


def _run(command: list[str], file: Path) -> None:
    """Run Java with its arguments in a file of this user's: there may be passwords among them."""
    file.touch(mode=0o600)
    file.write_text("".join(f'"{word.replace(BACKSLASH, BACKSLASH * 2)}"\n' for word in command[1:]))
    try:
        done = subprocess.run(
            [command[0], f"@{file}"], capture_output=True, text=True, timeout=FORMAT_SECONDS, check=False
        )
    finally:
        file.unlink()
    if done.returncode:
        raise StartError(f"the data directory could not be formatted: {done.stdout[-600:]}{done.stderr[-600:]}")
