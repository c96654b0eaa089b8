"""Ends a process when the one that started it is gone, however it went.

Run as ``python parent_watchdog.py PID`` with its standard input a pipe that only the parent writes to.
The operating system closes that pipe when the parent dies, also on ``kill -9``, and then PID gets SIGTERM and,
if it stays, SIGKILL. Imports the standard library alone, so that it starts fast under ``python -I -S``.
"""

import contextlib
import os
import select
import signal
import sys

GRACE_SECONDS = 5.0
GLANCE_SECONDS = 2.0


def watch(pid: int) -> None:
    """Return once process ``pid`` has ended by itself, or the parent has gone and ``pid`` was ended."""
    try:
        # A pidfd names this one process for good: its number may be given to another after it ends.
        handle = os.pidfd_open(pid) if hasattr(os, "pidfd_open") else None
    except ProcessLookupError:
        return
    parent = os.getppid()
    waiting = [sys.stdin.fileno()] + ([handle] if handle is not None else [])
    while True:
        ready, _, _ = select.select(waiting, [], [], GLANCE_SECONDS)
        if handle is not None and handle in ready:
            return
        # The parent's number is looked at too: a fork of the parent may still hold the pipe open.
        if ready or os.getppid() != parent:
            _end(pid, handle)
            return


def _end(pid: int, handle: int | None) -> None:
    _send(pid, handle, signal.SIGTERM)
    select.select([handle] if handle is not None else [], [], [], GRACE_SECONDS)
    _send(pid, handle, signal.SIGKILL)


def _send(pid: int, handle: int | None, number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError):
        if handle is not None and hasattr(signal, "pidfd_send_signal"):
            signal.pidfd_send_signal(handle, number)
        else:
            os.kill(pid, number)


if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    watch(int(sys.argv[1]))
