"""What was counted, as a table and a picture."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from math import log10

from benchmarks.growth.measured import Growth

WIDTH, HEIGHT, LEFT, RIGHT, EDGE = 820, 420, 50, 260, 30
_COLOURS = ("#0a5", "#06c", "#c30", "#a0a", "#c80", "#088", "#555", "#093", "#63c", "#b05", "#780", "#37a", "#a53")
MOST_FACTOR = 1.5
"""What grows by no more than that is called flat."""


def table(found: Sequence[Growth]) -> str:
    """A table in Markdown: calls of functions for each event, by how much was known before."""
    known = sorted({many for growth in found for many in growth.calls})
    head = ["key: what there is many of", *(f"{many:,}" for many in known), "factor"]
    lines = [f"| {' | '.join(head)} |", f"|---|{'---:|' * (len(known) + 1)}"]
    for growth in found:
        calls = [f"{growth.calls[many]:,.0f}" if many in growth.calls else "–" for many in known]
        factor = f"{growth.factor:.1f}"
        lines.append(f"| {growth.course} | {' | '.join(calls)} | {_marked(factor, growth)} |")
    return "\n".join(lines) + "\n"


def _marked(factor: str, growth: Growth) -> str:
    return f"**{factor}**" if growth.factor > MOST_FACTOR else factor


def picture(found: Sequence[Growth]) -> str:
    """The same as lines, both scales logarithmic: what is level costs the same however much is known."""
    known = [many for growth in found for many in growth.calls]
    calls = [each for growth in found for each in growth.calls.values()]
    across, up = _Scale(known, LEFT, WIDTH - RIGHT), _Scale(calls, HEIGHT - EDGE, EDGE)
    parts = [
        f'<text x="{across(many):.0f}" y="{HEIGHT - 8}" font-size="11" text-anchor="middle">{many:,}</text>'
        for many in sorted(set(known))
    ]
    parts += [
        f'<text x="4" y="{up(10**power):.0f}" font-size="11">{10**power:,}</text>'
        for power in range(2, 8)
        if min(calls) <= 10**power <= max(calls)
    ]
    last = sorted(found, key=lambda growth: growth.calls[max(growth.calls)], reverse=True)
    for place, growth in enumerate(last):
        colour = _COLOURS[place % len(_COLOURS)]
        points = " ".join(f"{across(many):.1f},{up(each):.1f}" for many, each in sorted(growth.calls.items()))
        parts.append(f'<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="2"/>')
        at = EDGE + place * 22
        parts.append(
            f'<text x="{WIDTH - RIGHT + 14}" y="{at}" font-size="12" fill="{colour}">{escape(growth.course)}</text>'
        )
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" font-family="sans-serif">'
    return "\n".join([head, f'<rect width="{WIDTH}" height="{HEIGHT}" fill="white"/>', *parts, "</svg>\n"])


class _Scale:
    def __init__(self, values: Sequence[float], start: float, end: float) -> None:
        self._low, high = log10(min(values)), log10(max(values))
        self._start, self._per = start, (end - start) / ((high - self._low) or 1)

    def __call__(self, value: float) -> float:
        return self._start + (log10(value) - self._low) * self._per
