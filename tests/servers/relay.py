"""A way to a server that can be closed, as if the server were gone, while others still use it."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress


class Relay:
    """Passes connections to a port on loopback on to another one, until `close`."""

    def __init__(self, port: int) -> None:
        self._there = port
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._threads = [threading.Thread(target=self._listen)]
        self._threads[0].start()

    def close(self) -> None:
        """From now on connections are refused; those that are open end by themselves. Harmless a second time."""
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for thread in self._threads:
            thread.join(30)

    def _listen(self) -> None:
        while True:
            try:
                here, _ = self._listener.accept()
            except OSError:
                return
            there = socket.create_connection(("127.0.0.1", self._there))
            for pair in ((here, there), (there, here)):
                self._threads.append(threading.Thread(target=_pass_on, args=pair))
                self._threads[-1].start()


def _pass_on(source: socket.socket, target: socket.socket) -> None:
    # Each of the two threads closes the end that it reads from.
    with source, suppress(OSError):
        while data := source.recv(1 << 16):
            target.sendall(data)
        target.shutdown(socket.SHUT_WR)


@contextmanager
def relay(port: int) -> Iterator[Relay]:
    """A way to that port for as long as this lasts."""
    way = Relay(port)
    try:
        yield way
    finally:
        way.close()
