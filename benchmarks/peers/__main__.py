"""`python -m benchmarks.peers --records 100000 --passes 2 --peer "naive Faust"`: one job alone, with no page."""

from __future__ import annotations

import argparse
import sys

from benchmarks.peers.catalogue import BY_NAME, peers_of
from benchmarks.peers.kinds import KINDS, WINDOW
from benchmarks.peers.measure import Asked, measure
from benchmarks.peers.records import Shape


def main() -> int:
    """Measure what is asked for; 1 when a peer's alerts are wrong."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.peers", description=__doc__)
    parser.add_argument("--job", choices=KINDS, default=WINDOW.name, help="which of the two jobs")
    parser.add_argument("--records", type=int, default=100_000)
    parser.add_argument("--buyers", type=int, default=20_000)
    parser.add_argument("--hot-share", type=float, default=0.0, help="the part of the records that is of one buyer")
    parser.add_argument("--passes", type=int, default=1)
    parser.add_argument("--peer", action="append", choices=BY_NAME, help="only these")
    asked = parser.parse_args()
    peers = tuple(peer for peer in peers_of(asked.job) if not asked.peer or peer.name in asked.peer)
    shape = Shape(asked.records, asked.buyers, asked.hot_share)
    found = measure(Asked(shape, peers, asked.passes, KINDS[asked.job]), say)
    return 0 if all(result.is_right for results in found.passes for result in results) else 1


def say(line: str) -> None:
    """Print a line at once."""
    print(line, flush=True)


if __name__ == "__main__":
    sys.exit(main())
