"""Text on its way to a terminal."""

import io
import json
import logging
import os
import pty
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.markup import escape
from rich.table import Table

from cloudtag.cli import main
from cloudtag.cli.escape import visible, visible_json, visible_lines
from cloudtag.cli.logs import FORMAT, Level, VisibleFormatter, log_to_stderr
from cloudtag.cli.screen import SafeConsole, note, output, stdout_bytes

EVIL = "b\x1b]0;owned\x07\x1b[2J\u202eevil\x9b31m\x7f"
"""Sets a title, empties the screen, turns the direction, colours: each in another way."""


@given(st.text(st.characters(exclude_categories=["Cs", "Cn"])))
def test_nothing_is_left_that_a_terminal_obeys(text: str) -> None:
    for out in (visible(text), visible_json(json.dumps(text, ensure_ascii=False))):
        assert not [char for char in out if not (char.isprintable() or char.isspace())]
        assert not {"\n", "\r", "\x1b", "\x9b", "\u202e", "\u2028", "\u2066"} & set(out)
    assert json.loads(visible_json(json.dumps(text, ensure_ascii=False))) == text


def test_what_can_be_seen_stays() -> None:
    assert visible("Größe 退款 ñ €") == "Größe 退款 ñ €"
    assert visible("a\x1b[31m\tb\x7f\u200f") == "a\\x1b[31m\\tb\\x7f\\u200f"
    assert json.loads(visible_json('"\U000e0001x"')) == "\U000e0001x"


def test_lines_and_tabs_of_a_text_stay() -> None:
    assert visible_lines("a\tb\nc\x1b[31m\r\n") == "a\tb\nc\\x1b[31m\\r\n"


def on_a_terminal(show: Callable[[], object], monkeypatch: pytest.MonkeyPatch) -> str:
    """What reaches a terminal that standard output and standard error are."""
    leader, follower = pty.openpty()
    with open(follower, "w", encoding="utf-8", closefd=True) as terminal:
        for name in ("stdout", "stderr"):
            monkeypatch.setattr(sys, name, terminal)
        monkeypatch.setenv("TERM", "xterm")
        show()
        terminal.flush()
        shown = os.read(leader, 1 << 16).decode()
    os.close(leader)
    return shown


def table() -> None:
    made = Table("column")
    made.add_row(escape(EVIL))
    output().print(made)


def log() -> None:
    log_to_stderr(Level.INFO)
    logging.getLogger("test").warning("refused: %s", EVIL)


@pytest.mark.parametrize(
    "show",
    [
        lambda: output().print(EVIL, markup=False),
        lambda: output().print(f"[bold red]{escape(EVIL)}[/]"),
        lambda: note(EVIL),
        table,
        lambda: stdout_bytes().write(f"a\t{EVIL}\n".encode()),
        lambda: main(["replay", f"/nonexistent/{EVIL}"]),
        lambda: main(["--debug", "replay", f"/nonexistent/{EVIL}"]),
        lambda: main(["explain", EVIL, "--unknown"]),
        log,
    ],
    ids=["plain", "styled", "note", "table", "bytes", "error", "traceback", "usage", "log"],
)
def test_a_terminal_is_sent_nothing_of_a_strangers_that_it_obeys(
    show: Callable[[], object], monkeypatch: pytest.MonkeyPatch
) -> None:
    handlers = logging.root.handlers[:]
    try:
        shown = on_a_terminal(show, monkeypatch)
    finally:
        logging.root.handlers[:] = handlers
    assert not {"\x9b", "\u202e", "\x07", "\x7f"} & set(shown)
    assert "\x1b]" not in shown
    assert "\x1b[2J" not in shown


def test_styles_are_the_programs_own() -> None:
    console = SafeConsole(file=io.StringIO(), force_terminal=True, color_system="standard", highlight=False)
    console.print("\x1b[32mgreen", style="red", markup=False)
    assert isinstance(console.file, io.StringIO)
    assert console.file.getvalue() == "\x1b[31m\\x1b[32mgreen\x1b[0m\n"


def test_a_program_gets_the_bytes_as_they_are(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with (tmp_path / "out").open("w") as file:
        monkeypatch.setattr(sys, "stdout", file)
        stdout_bytes().write(b"\x1b[31m\xff")
    assert (tmp_path / "out").read_bytes() == b"\x1b[31m\xff"


def test_a_line_of_the_log_is_one_line_and_a_traceback_cannot_forge_another() -> None:
    line = "2026-01-01 00:00:00,000 ERROR streams: forged"
    try:
        raise ValueError(f"odd\n{line}")
    except ValueError:
        record = logging.LogRecord("t", logging.ERROR, "", 0, "id %s", (f"x\n{line}",), sys.exc_info())
    told = VisibleFormatter(FORMAT).format(record)
    assert [shown for shown in told.split("\n") if not shown.startswith("  ")] == [told.split("\n")[0]]
    assert f"id x\\n{line}" in told
