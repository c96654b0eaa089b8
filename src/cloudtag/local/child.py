"""A server process that this process started, and that does not outlive it unless asked to."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

PARENT_WATCHDOG = Path(__file__).with_name("parent_watchdog.py")
POLL_SECONDS = 0.05


class StartError(RuntimeError):
    """A server did not come up; the text says why and shows the end of its log."""


class Child:
    """One running program with its output in a log file.

    It runs in a session of its own, so that Ctrl-C reaches only the parent, which then stops it in order.
    ``stop`` and ``kill`` end only this process.
    """

    def __init__(
        self,
        command: Sequence[str],
        log: Path,
        environment: Mapping[str, str] | None = None,
        *,
        outlives_parent: bool = False,
    ) -> None:
        """Start ``command``; raises ``OSError`` when it cannot be started."""
        self.log = log
        with log.open("ab") as output:
            self._process = subprocess.Popen(
                list(command),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env=dict(os.environ if environment is None else environment),
                start_new_session=True,
            )
        self._parent_watchdog = None if outlives_parent else _parent_watchdog(self._process.pid)

    @property
    def pid(self) -> int:
        """The number of the process."""
        return self._process.pid

    @property
    def is_running(self) -> bool:
        """Whether the process has not ended yet."""
        return self._process.poll() is None

    def wait_until(self, answers: Callable[[], bool], timeout_seconds: float) -> None:
        """Block until ``answers`` is true; on an early end or the timeout end the process and raise ``StartError``."""
        deadline = time.monotonic() + timeout_seconds
        while not answers():
            if not self.is_running:
                self._let_go()
                raise StartError(f"ended with code {self._process.returncode}: {self.log_tail()}")
            if time.monotonic() > deadline:
                self.kill()
                raise StartError(f"no answer within {timeout_seconds:g} s: {self.log_tail()}")
            time.sleep(POLL_SECONDS)

    def log_tail(self, lines: int = 8) -> str:
        """The last lines of the log, for an error text."""
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-lines:])

    def stop(self, timeout_seconds: float = 15.0) -> None:
        """Ask the process to end and wait; after ``timeout_seconds`` kill it. Harmless when it has ended."""
        if self.is_running:
            self._process.send_signal(signal.SIGTERM)
            try:
                self._process.wait(timeout_seconds)
            except subprocess.TimeoutExpired:
                self._process.kill()
        self._process.wait()
        self._let_go()

    def kill(self) -> None:
        """``kill -9``, as a crash would."""
        self._process.kill()
        self._process.wait()
        self._let_go()

    def pause(self) -> None:
        """Freeze the process, as a stalled machine would."""
        self._process.send_signal(signal.SIGSTOP)

    def resume(self) -> None:
        """Let a frozen process go on."""
        self._process.send_signal(signal.SIGCONT)

    def _let_go(self) -> None:
        if self._parent_watchdog is None:
            return
        self._parent_watchdog.kill()
        self._parent_watchdog.wait()
        if self._parent_watchdog.stdin is not None:
            self._parent_watchdog.stdin.close()


def _parent_watchdog(pid: int) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-I", "-S", str(PARENT_WATCHDOG), str(pid)],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
