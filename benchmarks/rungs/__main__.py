"""The body of a rung's process: `python -m benchmarks.rungs`, the order as JSON on stdin."""

import asyncio
import sys

import msgspec

from benchmarks import profiles
from benchmarks.rungs import naive, plain, worker
from benchmarks.rungs.order import Order, quiet_stdout


def main() -> int:
    """Do what is ordered."""
    quiet_stdout()
    order = msgspec.json.decode(sys.stdin.readline(), type=Order)
    if order.rung in profiles.WORKERS:
        return worker.run(order)
    if order.rung == profiles.NAIVE:
        return naive.run(order)
    asyncio.run(plain.Loop(order).run())
    return 0


if __name__ == "__main__":
    sys.exit(main())
