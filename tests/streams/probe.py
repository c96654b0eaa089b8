"""Asks a process how it is."""

from pathlib import Path
from urllib.error import HTTPError
from urllib.request import urlopen

READY = (200, "ok\n")


def asked(port: int, path: str) -> tuple[int, str]:
    """Status and body of the answer; 0 while there is none."""
    try:
        with urlopen(f"http://127.0.0.1:{port}{path}", timeout=30) as answer:
            return answer.status, answer.read().decode()
    except HTTPError as error:
        with error:
            return error.code, error.read().decode()
    except OSError:
        return 0, ""


def is_frozen(pid: int) -> bool:
    """Whether a process was stopped by SIGSTOP."""
    status = Path(f"/proc/{pid}/stat").read_text()
    return status.rpartition(")")[2].split()[0] == "T"


class Probe:
    """Asks a worker again and again, and remembers what it said."""

    def __init__(self, port: int) -> None:
        self._port = port
        self.said: list[tuple[int, str]] = []

    def says(self, wanted: tuple[int, str]) -> bool:
        answer = asked(self._port, "/readyz")
        # Until it serves at all there is no answer.
        if answer != (0, "") and answer not in self.said[-1:]:
            self.said.append(answer)
        if self.said:
            assert asked(self._port, "/healthz") == READY
        return answer == wanted
