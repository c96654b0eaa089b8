"""An outage is said once in a while, not hundreds of times a second."""

import logging

import pytest

from streams.kafka.log_throttle import LogThrottle


def line(text: str, level: int = logging.ERROR) -> logging.LogRecord:
    return logging.LogRecord("aiokafka.conn", level, "", 0, text, ("127.0.0.1",), None)


def test_each_kind_of_line_passes_once_in_a_while(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [100.0]
    monkeypatch.setattr("streams.kafka.log_throttle.time.monotonic", lambda: now[0])
    seldom = LogThrottle(10)
    assert [seldom.filter(line("Unable connect to %s")) for _ in range(3)] == [True, False, False]
    assert seldom.filter(line("Failed fetch from %s"))
    assert all(seldom.filter(line("Joined %s", logging.INFO)) for _ in range(3))
    now[0] += 11
    assert seldom.filter(line("Unable connect to %s"))
