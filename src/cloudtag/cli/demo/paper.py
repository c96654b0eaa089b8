"""How the demonstration looks: eighty columns, in a terminal and in a pipe."""

import textwrap

from rich import box
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from cloudtag.cli.escape import visible
from cloudtag.cli.screen import SafeConsole

COLUMNS = 80


def paper() -> Console:
    """Standard output, not wider than it reads well. Colours are left out where it is no terminal."""
    console = SafeConsole(highlight=False)
    console.width = min(console.width, COLUMNS) if console.is_terminal else COLUMNS
    return console


def heading(console: Console, text: str) -> None:
    """The beginning of a part."""
    console.print(f"\n[bold underline]{escape(text)}[/]")


def said(console: Console, text: str, indent: int = 2, style: str | None = None) -> None:
    """A paragraph, wrapped and indented; what follows its first line a little more."""
    lines = textwrap.wrap(
        visible(text),
        console.width - 1,
        initial_indent=" " * indent,
        subsequent_indent=" " * (indent + 2),
        break_on_hyphens=False,
    )
    for line in lines:
        console.print(line, markup=False, style=style)


def table(*columns: str) -> Table:
    """A narrow table: the first column to the left, numbers to the right."""
    made = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1))
    for n, name in enumerate(columns):
        made.add_column(name, justify="right" if n else "left", no_wrap=True)
    return made
