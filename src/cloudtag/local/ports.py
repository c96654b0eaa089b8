"""Whose a port is. A server that answers on the port asked for need not be the one that was just started."""

import contextlib
import socket
from pathlib import Path

from cloudtag.local.child import StartError

PROC = Path("/proc")
LISTENING = "0A"


class PortTakenError(StartError):
    """Another program listens on the port."""


def check_free(host: str, port: int) -> None:
    """Raise ``PortTakenError`` when some program listens on the port."""
    with contextlib.closing(socket.socket()) as listener:
        # As servers do: connections of an earlier server that are still being forgotten are no hindrance.
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((host, port))
        except PermissionError as error:
            raise StartError(f"port {port} may not be used here: {error.strerror}") from None
        except OSError:
            raise PortTakenError(
                f"port {port} of {host} is held by another program; end that one or choose another port"
            ) from None


def is_listening(pid: int, port: int) -> bool:
    """Whether this very process listens on the port; true where the operating system does not say."""
    tables = [PROC / str(pid) / "net" / name for name in ("tcp", "tcp6")]
    if not any(table.exists() for table in tables):
        return not PROC.joinpath("self", "net").exists()
    inodes = {inode for table in tables for inode in _listeners(table, port)}
    return not inodes.isdisjoint(_sockets(pid))


def _listeners(table: Path, port: int) -> set[str]:
    """The inodes of the sockets that listen on a port, out of the kernel's table."""
    try:
        text = table.read_text()
    except OSError:
        return set()  # the process has ended since it was looked for
    rows = [line.split() for line in text.splitlines()[1:]]
    return {row[9] for row in rows if row[3] == LISTENING and int(row[1].rpartition(":")[2], 16) == port}


def _sockets(pid: int) -> set[str]:
    """The inodes of the sockets a process holds."""
    found = set()
    with contextlib.suppress(OSError):
        for handle in (PROC / str(pid) / "fd").iterdir():
            # A process opens and closes files while it is looked at.
            with contextlib.suppress(OSError):
                target = str(handle.readlink())
                if target.startswith("socket:["):
                    found.add(target[8:-1])
    return found
