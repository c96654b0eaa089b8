"""Answers for people: a table where it fits or folds well, else one row below the other."""

from collections.abc import Iterator, Sequence

from rich.cells import cell_len, set_cell_size
from rich.console import Console
from rich.table import Table
from rich.text import Text

from cloudtag.cli.query.answer import AnswerColumn, AnswerRow, QueryAnswer
from cloudtag.cli.query.values import NULL_MARK, Values
from cloudtag.cli.screen import note

NARROWEST = 14
"""A column that must fold keeps this width at least."""
COUNTED = 1_000_000
"""So many of the rows that are not shown are counted."""
_BORDER = 3


def show(answer: QueryAnswer, values: Values, console: Console, limit: int, is_vertical: bool) -> None:
    """Print up to `limit` rows (0: all), and how many more there are."""
    rows, left = take(answer.blocks, limit)
    texts = [values.shown(row) for row in rows]
    if is_vertical or not fits(answer.columns, texts, console.width):
        for number, line in enumerate(texts, start=1):
            _print_row(console, answer.columns, number, line)
    elif answer.columns:
        console.print(_table(answer.columns, texts))
    note(f"{len(rows):,} rows" if not left else f"{len(rows):,} rows, and {told(left)} more (--limit shows more)")


def take(blocks: Iterator[Sequence[AnswerRow]], limit: int) -> tuple[list[AnswerRow], int]:
    """The first `limit` rows (0: all), and how many follow, counted to `COUNTED` and one block."""
    rows: list[AnswerRow] = []
    left = 0
    for block in blocks:
        taken = len(block) if not limit else min(len(block), limit - len(rows))
        rows.extend(block[:taken])
        left += len(block) - taken
        if left > COUNTED:
            break
    return rows, left


def told(left: int) -> str:
    """A count of rows that was given up at `COUNTED`."""
    return f"{left:,}" if left <= COUNTED else f"over {COUNTED:,}"


def fits(columns: Sequence[AnswerColumn], texts: Sequence[Sequence[str]], width: int) -> bool:
    """Whether a table of these rows can be read at this width, long values folded."""
    widths = [cell_len(column.name) for column in columns]
    for row in texts:
        widths = [max(known, min(cell_len(text), NARROWEST)) for known, text in zip(widths, row, strict=True)]
    return sum(widths) + _BORDER * len(columns) + 1 <= width


def _table(columns: Sequence[AnswerColumn], texts: Sequence[Sequence[str]]) -> Table:
    table = Table()
    for column in columns:
        table.add_column(
            Text(column.name),
            justify="right" if column.is_number else "left",
            overflow="fold",
            min_width=cell_len(column.name),
        )
    for row in texts:
        table.add_row(*map(_cell, row))
    return table


def _print_row(console: Console, columns: Sequence[AnswerColumn], number: int, texts: Sequence[str]) -> None:
    console.print(Text(f"Row {number:,}", style="bold"))
    width = max((cell_len(column.name) for column in columns), default=0)
    for column, text in zip(columns, texts, strict=True):
        line = Text(f"  {set_cell_size(column.name, width)}  ", style="cyan")
        console.print(line.append_text(_cell(text)), soft_wrap=True)


def _cell(text: str) -> Text:
    return Text(text, style="dim" if text == NULL_MARK else "default")
