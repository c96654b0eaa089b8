"""How a sample is spread over partitions."""

from collections.abc import Mapping


def shares(held: Mapping[int, int], limit: int) -> dict[int, int]:
    """How many records to take of each partition: alike of all, and what small ones lack of the larger ones.

    `held`: records by partition. Together they are `limit`, or all there are.
    """
    wanted: dict[int, int] = {}
    left = limit
    by_size = sorted(held.items(), key=lambda item: (item[1], item[0]))
    for place, (partition, count) in enumerate(by_size):
        wanted[partition] = min(count, -(-left // (len(by_size) - place)))
        left -= wanted[partition]
    return wanted
