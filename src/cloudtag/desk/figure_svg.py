"""Figures as pictures, laid out here: bars beside names, or bars side by side for each day."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from cloudtag.desk.asking import DeskRow
from cloudtag.desk.figures import Figure
from cloudtag.desk.language import Language

NAME, BAR, ROW = 250, 420, 26
"""Widths of names and of the longest bar, and the height of a row."""
DAY_HEIGHT, DAY_WIDTH = 130, 660
MOST_ROWS = 25
THIN, GAP = 18, 6
"""The height of a bar that has others beside it, and what parts one row from the next."""
KINDS = ("first", "second", "third", "fourth")
"""How the bars of a row are told from each other, as the style sheet colours them."""


@dataclass(frozen=True, slots=True)
class SvgBar:
    """A bar: where it is drawn, what it stands for, and its value in words. `kind`: the place among the columns."""

    x: float
    y: float
    width: float
    height: float
    kind: str
    value: str
    name: str = ""


@dataclass(frozen=True, slots=True)
class FigurePicture:
    """The bars of a figure, and how large it is."""

    bars: tuple[SvgBar, ...]
    width: int
    height: int
    is_by_day: bool


def picture(language: Language, figure: Figure) -> FigurePicture | None:
    """The picture of a figure; none for one that is a table only, or has no rows."""
    if not figure.rows:
        return None
    if figure.question.tally:
        return _tallied(language, figure)
    if not figure.question.bars:
        return None
    return _by_day(figure) if figure.question.is_by_day else _rows(language, figure)


def _tallied(language: Language, figure: Figure) -> FigurePicture:
    """How many rows have each value, the most frequent first."""
    column = figure.question.tally
    counts = Counter(str(row[column] or "") for row in figure.rows).most_common(MOST_ROWS)
    bars = []
    for n, (value, count) in enumerate(counts):
        width = BAR * count / counts[0][1]
        name = cell(language, column, value)
        bars.append(SvgBar(NAME, n * ROW + 4, width, ROW - 9, KINDS[0], f"{count:,}", name))
    return FigurePicture(tuple(bars), NAME + BAR + 80, ROW * len(counts) + 4, is_by_day=False)


def _rows(language: Language, figure: Figure) -> FigurePicture:
    question, shown = figure.question, figure.rows[:MOST_ROWS]
    columns = question.bars
    pitch, thick = (ROW, ROW - 9) if len(columns) == 1 else (THIN, THIN - 4)
    whole, bars = _largest(shown, columns), list[SvgBar]()
    for n, row in enumerate(shown):
        largest = 1.0 if question.is_share else _largest([row], columns) if question.is_each_scaled else whole
        name = " · ".join(cell(language, c, row[c]) for c in figure.columns if c in NAMING)
        for k, column in enumerate(columns):
            width = max(1.0, BAR * float(row[column] or 0) / largest)
            y = (n * len(columns) + k) * pitch + n * GAP + 4
            bars.append(
                SvgBar(NAME, y, width, thick, KINDS[k], _told(language, figure, row, column), "" if k else name)
            )
    height = len(shown) * (len(columns) * pitch + GAP)
    return FigurePicture(tuple(bars), NAME + BAR + 130, height + 4, is_by_day=False)


def _largest(rows: list[DeskRow], columns: tuple[str, ...]) -> float:
    return max(float(row[column] or 0) for row in rows for column in columns) or 1.0


def _told(language: Language, figure: Figure, row: DeskRow, column: str) -> str:
    if figure.question.is_share:
        return f"{float(row[column] or 0):.0%}"
    if column.endswith("_minor"):
        return language.money(int(row[column]), row["currency"])
    return f"{row[column]:,}"


def _by_day(figure: Figure) -> FigurePicture:
    largest = max(float(row[column]) for row in figure.rows for column in figure.question.bars) or 1.0
    step = DAY_WIDTH / max(len(figure.rows), 10)
    bars = []
    for n, row in enumerate(figure.rows):
        for k, column in enumerate(figure.question.bars):
            height = DAY_HEIGHT * float(row[column]) / largest
            x = 30 + n * step + k * step * 0.42
            name = f"{row['day']:%m-%d}" if k == 0 else ""
            bars.append(SvgBar(x, 14 + DAY_HEIGHT - height, step * 0.4, height, KINDS[k], f"{row[column]:,}", name))
    return FigurePicture(tuple(bars), DAY_WIDTH + 60, DAY_HEIGHT + 44, is_by_day=True)


NAMING = (
    "detector",
    "scenario",
    "metric",
    "sanction",
    "basis",
    "platform",
    "status",
    "about",
    "answer",
    "found_by",
    "currency",
)
"""Columns that name what a row is about."""
WORDS = ("metric", "sanction", "basis", "platform", "status", "permission", "reason", "found_by")
"""Columns of codes that are said in words."""


def cell(language: Language, column: str, value: object) -> str:
    """A value of a figure as a page shows it."""
    from datetime import datetime

    if value is None or value == "":
        return "–"
    if isinstance(value, datetime):
        return language.moment(value)
    if column == "detector":
        return language.title(str(value))
    if column == "scenario":
        return language.scenario(str(value))
    if column in ("about", "answer"):
        return language.decided(column, str(value))
    if column in WORDS:
        return language.word(str(value))
    return f"{value:,}" if isinstance(value, int) else str(value)
