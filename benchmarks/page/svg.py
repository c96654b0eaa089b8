"""The few pictures that the page needs, written by hand: bars with intervals, and lines."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape

from msgspec import Struct

WIDTH, LINE, LEFT, RIGHT = 760, 26, 230, 120
COLOURS = ("#0a5", "#06c", "#c60", "#909", "#777")
Point = tuple[float, float]


class Bar(Struct, frozen=True):
    """One bar: what it stands for, how long it is, and where its interval begins and ends."""

    label: str
    value: float
    low: float
    high: float
    is_marked: bool = False


def bars(title: str, given: Sequence[Bar]) -> str:
    """Bars from zero, one below the other. Raises ValueError without any."""
    most = max(bar.high for bar in given) or 1.0
    room = WIDTH - LEFT - RIGHT
    parts = [f'<text x="10" y="18" font-size="13" font-weight="bold">{escape(title)}</text>']
    for number, bar in enumerate(given):
        y = 30 + number * LINE
        colour = COLOURS[0] if bar.is_marked else COLOURS[4]
        low, high = (LEFT + room * at / most for at in (bar.low, bar.high))
        parts += [
            f'<text x="{LEFT - 8}" y="{y + 14}" font-size="12" text-anchor="end">{escape(bar.label)}</text>',
            f'<rect x="{LEFT}" y="{y + 3}" width="{room * bar.value / most:.1f}" height="14" fill="{colour}"/>',
            f'<line x1="{low:.1f}" x2="{high:.1f}" y1="{y + 10}" y2="{y + 10}" stroke="#000"/>',
            f'<text x="{high + 6:.1f}" y="{y + 14}" font-size="12">{bar.value:.2f}</text>',
        ]
    return _picture(parts, 36 + len(given) * LINE)


def lines(title: str, given: Mapping[str, Sequence[Point]], x_name: str, y_name: str) -> str:
    """Lines from the origin, one colour each. Raises ValueError without a point."""
    height, bottom, left = 300, 250, 70
    points = [point for line in given.values() for point in line]
    most_x, most_y = (max(point[axis] for point in points) or 1.0 for axis in (0, 1))
    parts = [
        f'<text x="10" y="18" font-size="13" font-weight="bold">{escape(title)}</text>',
        f'<path d="M{left} 40V{bottom}H{WIDTH - 20}" fill="none" stroke="#000"/>',
        f'<text x="{left - 6}" y="46" font-size="11" text-anchor="end">{most_y:,.4g}</text>',
        f'<text x="{left - 6}" y="{bottom}" font-size="11" text-anchor="end">0</text>',
        f'<text x="{left}" y="34" font-size="11">{escape(y_name)}</text>',
        f'<text x="{WIDTH - 20}" y="{bottom + 16}" font-size="11" text-anchor="end">'
        f"{most_x:,.4g} {escape(x_name)}</text>",
    ]
    for number, (name, line) in enumerate(given.items()):
        colour = COLOURS[number % len(COLOURS)]
        drawn = " ".join(
            f"{left + (WIDTH - 20 - left) * x / most_x:.1f},{bottom - (bottom - 42) * y / most_y:.1f}" for x, y in line
        )
        parts += [
            f'<polyline points="{drawn}" fill="none" stroke="{colour}" stroke-width="1.5"/>',
            f'<text x="{left + number * 150}" y="{bottom + 38}" font-size="12" fill="{colour}">{escape(name)}</text>',
        ]
    return _picture(parts, height)


def _picture(parts: Sequence[str], height: int) -> str:
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" font-family="sans-serif">'
    return "\n".join([head, f'<rect width="{WIDTH}" height="{height}" fill="white"/>', *parts, "</svg>\n"])
