"""A codec that cannot be read is said at the start, in one line with what to install: not by a crash later."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from aiokafka import codec

from cloudtag.local.probe import free_port
from streams.kafka import codecs

WITHOUT_CRAMJAM = """
import sys
sys.modules["cramjam"] = None
from cloudtag.cli import main
sys.exit(main(sys.argv[1:]))
"""
COMMANDS = {
    "worker": ("worker",),
    "sink": ("sink", "--clickhouse", "http://127.0.0.1:1/nowhere"),
    "tail": ("tail", "orders"),
    "list": ("dead-letters", "list"),
    "replay": ("dead-letters", "replay"),
}


@pytest.mark.parametrize("command", COMMANDS.values(), ids=COMMANDS)
def test_without_the_library_nothing_that_reads_starts(command: tuple[str, ...], tmp_path: Path) -> None:
    # Nobody listens there: it must not even come to ask for a broker.
    environ = {**os.environ, "KAFKA": f"127.0.0.1:{free_port()}", "CLOUDTAG_HASH_SECRET": "a secret of this test alone"}
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT_CRAMJAM, *command],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        env=environ,
        cwd=tmp_path,
    )
    assert done.returncode == 1, done
    line = "record batches compressed with snappy, lz4, zstd cannot be read here: install the package cramjam"
    assert line in done.stderr
    assert "Traceback" not in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1, done.stderr


def test_here_every_codec_can_be_read() -> None:
    codecs.check()


@pytest.mark.parametrize("name", ["gzip", "snappy", "lz4", "zstd"])
@pytest.mark.parametrize("fault", ["raises", "reads something else"])
def test_a_codec_that_does_not_read_back_is_named_alone(monkeypatch: pytest.MonkeyPatch, name: str, fault: str) -> None:
    def broken(_: object) -> bytes:
        if fault == "raises":
            raise NotImplementedError(name)
        return b"something else"

    monkeypatch.setattr(codec, f"{name}_decode", broken)
    with pytest.raises(codecs.MissingCodecError, match=f"compressed with {name} cannot be read"):
        codecs.check()
