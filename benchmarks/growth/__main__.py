"""What one more event costs when much is known of its key: ``python -m benchmarks.growth``.

``[--known 10 100 1000] [--course NAME ...] [--figure FILE]``. Prints a table in Markdown. Calls of functions are
counted, not time: the same on every machine, however busy it is.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from rich.console import Console

from benchmarks.growth.measured import NAMES, growth_of
from benchmarks.growth.page import picture, table

KNOWN = (10, 100, 1000)


def main() -> None:
    """Count, print, and draw."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--known", type=int, nargs="+", default=KNOWN, help="how much is known before")
    parser.add_argument("--course", nargs="+", choices=NAMES, default=NAMES)
    parser.add_argument("--figure", type=Path, metavar="FILE")
    wish = parser.parse_args()
    console = Console(stderr=True, highlight=False)
    found = []
    for name in wish.course:
        found.append(growth_of(name, tuple(wish.known)))
        console.print(f"{name}: {', '.join(f'{many}: {calls:,.0f}' for many, calls in found[-1].calls.items())}")
    Console(soft_wrap=True, highlight=False, markup=False).print(table(found))
    if wish.figure:
        wish.figure.write_text(picture(found))


if __name__ == "__main__":
    main()
