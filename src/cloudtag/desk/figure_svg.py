"""Figures as pictures, laid out here: bars beside names, or bars side by side for each day."""

from __future__ import annotations

from dataclasses import dataclass

from cloudtag.desk.figures import Figure
from cloudtag.desk.language import Language

NAME, BAR, ROW = 250, 420, 26
"""Widths of names and of the longest bar, and the height of a row."""
DAY_HEIGHT, DAY_WIDTH = 130, 660
MOST_ROWS = 25


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
    if not figure.question.bars or not figure.rows:
        return None
    return _by_day(figure) if figure.question.is_by_day else _rows(language, figure)


def _rows(language: Language, figure: Figure) -> FigurePicture:
    shown, [column] = figure.rows[:MOST_ROWS], figure.question.bars[:1]
    largest = 1.0 if figure.question.is_share else max(float(row[column] or 0) for row in shown) or 1.0
    bars = []
    for n, row in enumerate(shown):
        value = float(row[column] or 0)
        told = f"{value:.0%}" if figure.question.is_share else f"{row[column]:,}"
        name = " · ".join(cell(language, c, row[c]) for c in figure.columns if c in NAMING)
        bars.append(SvgBar(NAME, n * ROW + 4, max(1.0, BAR * value / largest), ROW - 9, "first", told, name))
    return FigurePicture(tuple(bars), NAME + BAR + 80, ROW * len(shown) + 4, is_by_day=False)


def _by_day(figure: Figure) -> FigurePicture:
    largest = max(float(row[column]) for row in figure.rows for column in figure.question.bars) or 1.0
    step = DAY_WIDTH / max(len(figure.rows), 10)
    bars = []
    for n, row in enumerate(figure.rows):
        for k, column in enumerate(figure.question.bars):
            height = DAY_HEIGHT * float(row[column]) / largest
            x = 30 + n * step + k * step * 0.42
            name = f"{row['day']:%m-%d}" if k == 0 else ""
            kind = "first" if k == 0 else "second"
            bars.append(SvgBar(x, 14 + DAY_HEIGHT - height, step * 0.4, height, kind, f"{row[column]:,}", name))
    return FigurePicture(tuple(bars), DAY_WIDTH + 60, DAY_HEIGHT + 44, is_by_day=True)


NAMING = ("detector", "scenario", "metric", "sanction", "basis", "platform", "status")
"""Columns that name what a row is about."""


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
    if column in ("metric", "sanction", "basis", "platform", "status", "permission", "reason"):
        return language.word(str(value))
    return f"{value:,}" if isinstance(value, int) else str(value)
