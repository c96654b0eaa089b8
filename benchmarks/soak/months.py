"""``python -m benchmarks.soak.months 36``: the soak's feed through the engine alone, and what is held after each month.

In one process and as fast as it goes: what grows for ever shows by its kind in a minute or two, where a soak of an hour
is still warming up.
"""

import argparse
import sys
from collections import Counter
from collections.abc import Iterator
from itertools import islice

from benchmarks.soak.feed import rounds
from cloudtag.engine.rows import split_key
from cloudtag.policy.load import shipped
from cloudtag.processors import build
from cloudtag.replay.driver import drive
from cloudtag.replay.topology import ORDER, Topology, memory_rows

Sizes = Counter[tuple[str, str]]
"""By processor and kind of row."""


def months(count: int, events: int) -> Iterator[tuple[Sizes, Sizes]]:
    """The rows held after each month, and their bytes; `events`: of one month."""
    packs = shipped()
    rows = memory_rows()
    topology = Topology(packs, rows=rows)
    topology.open()
    names = {name: {letter: kind for kind, letter in build(name, packs, 0).kinds.letters.items()} for name in ORDER}
    for batch, end_ms in islice(rounds(events), count):
        for _ in drive(topology, packs.networks, list(batch), end_ms):
            pass
        found, sizes = Sizes(), Sizes()
        for name in ORDER:
            for key, value in rows[name].all_rows():
                state_key, row_id = split_key(key)
                if state_key:
                    found[name, names[name][row_id[0]]] += 1
                    sizes[name, names[name][row_id[0]]] += len(key) + len(value)
        yield found, sizes


def main() -> int:
    """Print a line for each month: rows and kilobytes of all, then of each kind."""
    parser = argparse.ArgumentParser(prog="benchmarks.soak.months")
    parser.add_argument("months", type=int, nargs="?", default=36)
    parser.add_argument("--events", type=int, default=2_000, help="of one month")
    options = parser.parse_args()
    for number, (found, sizes) in enumerate(months(options.months, options.events), 1):
        kinds = " ".join(f"{'/'.join(kind)} {found[kind]}:{sizes[kind] >> 10}" for kind in sorted(found))
        sys.stdout.write(f"{number} rows {found.total()} kB {sizes.total() >> 10} {kinds}\n")
        sys.stdout.flush()
    return 0


if __name__ == "__main__":
    sys.exit(main())
