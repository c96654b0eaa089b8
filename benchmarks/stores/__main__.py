"""`python -m benchmarks.stores --rows 1000000 --alerts 400000`: measure and print."""

import argparse

from benchmarks.stores.measure import measure


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.stores", description=__doc__)
    parser.add_argument("--rows", type=int, default=200_000, help="rows that are read back")
    parser.add_argument("--alerts", type=int, default=100_000, help="alerts that are stored")
    asked = parser.parse_args()
    measure(asked.rows, asked.alerts, lambda line: print(line, flush=True))


if __name__ == "__main__":
    main()
