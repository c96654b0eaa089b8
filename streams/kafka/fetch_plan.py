"""What may be fetched from which broker.

Asked several times for each round, of hundreds of partitions of which a few have moved. So nothing is looked up by
partition here, and what a request needs is copied, not made.
"""

from collections.abc import Collection
from typing import Any

from aiokafka import TopicPartition

NO_LEADER = (None, -1)

Wanted = dict[Any, dict[TopicPartition, int]]
"""By the number of a broker, the offsets to read its partitions from."""


class FetchPlan:
    """Where the partitions of one assignment stand, by the broker that leads them."""

    def __init__(self, assignment: Any, cluster: Any) -> None:
        self.assignment = assignment
        self._cluster = cluster
        self._tps: list[TopicPartition] = list(assignment.tps)
        self._states = [assignment.state_value(tp) for tp in self._tps]
        self._metadata: Any = None
        self._leaders: list[Any] = []
        self._positions: list[int] = []
        self._offsets: Wanted = {}

    def wanted(self, not_now: Collection[Any], brought: Collection[TopicPartition]) -> Wanted | None:
        """What to read from those brokers that may be asked now, without what has been brought and not taken.

        None where something else is to be done first: a partition is paused, has no position or no leader.
        """
        positions = [state._position for state in self._states]
        if None in positions or True in [state._paused for state in self._states]:
            return None
        self._look_at_leaders()
        if not self._offsets:
            return {} if not self._tps else None
        if positions != self._positions:
            self._move(positions)
        found: Wanted = {}
        for node, offsets in self._offsets.items():
            if node not in not_now:
                wanted = found[node] = offsets.copy()
                for tp in brought:
                    wanted.pop(tp, None)
        return {node: offsets for node, offsets in found.items() if offsets}

    def _look_at_leaders(self) -> None:
        """The client's book of leaders is another object with every answer about them."""
        metadata = self._cluster._partitions
        if metadata is self._metadata:
            return
        self._metadata = metadata
        self._leaders = list(map(self._cluster.leader_for_partition, self._tps))
        self._offsets, self._positions = {}, []
        if not any(node in NO_LEADER for node in self._leaders):
            self._offsets = {node: {} for node in self._leaders}

    def _move(self, positions: list[int]) -> None:
        before = self._positions or [-1] * len(positions)
        for place, (old, new) in enumerate(zip(before, positions, strict=True)):
            if old != new:
                self._offsets[self._leaders[place]][self._tps[place]] = new
        self._positions = positions
