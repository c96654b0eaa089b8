"""A group whose leader has left it gets another one.

The leader hands out the partitions. One that leaves is followed by another: but where it leaves while others join, the
embedded broker goes on naming it. Everybody waits for what it hands out, is told to join anew, and so for ever. What
the broker does know is that a member who is silent for the session timeout is gone, and a leader with it. So a follower
that waited in vain asks whether its leader is a member at all; where not, it takes that seat once more, in the leader's
name, and lets it run out.

Apache Kafka names no leader that is no member, and refuses a seat that nobody has: there the question is all.

aiokafka has no setting for it: its name for the coordinator is replaced.
"""

import logging
from copy import copy
from typing import Any

from aiokafka.consumer import consumer as consumer_module
from aiokafka.consumer.group_coordinator import GroupCoordinator
from aiokafka.errors import KafkaError, UnknownMemberIdError
from aiokafka.protocol.group import HeartbeatRequest, JoinGroupRequest

logger = logging.getLogger(__name__)

NO_GENERATION = -1
"""Asked with it, a broker says whether somebody is a member and does not take it for a sign of life."""


class LedCoordinator(GroupCoordinator):  # type: ignore[misc]
    """aiokafka's membership in a group, which does not wait for a leader that is none."""

    def __init__(self, *arguments: Any, **settings: Any) -> None:
        super().__init__(*arguments, **settings)
        self._joined: tuple[JoinGroupRequest, str] | None = None
        """The last request to join, and who leads by the answer."""
        self._seated: set[str] = set()
        """The leaders whose seat was taken. Each once: it may be that a seat has run out, and it is not known yet."""

    async def _send_req(self, request: Any) -> Any:
        answer = await super()._send_req(request)
        if isinstance(request, JoinGroupRequest):
            self._joined = request, answer.leader_id
        return answer

    async def _do_rejoin_group(self, subscription: Any) -> bool:
        is_joined: bool = await super()._do_rejoin_group(subscription)
        joined, self._joined = self._joined, None
        if not is_joined and joined is not None:
            try:
                await self._see_to_leader(*joined)
            except KafkaError as error:
                logger.info("Nobody says who leads group %s: %r", self.group_id, error)
        return is_joined

    async def _see_to_leader(self, joining: JoinGroupRequest, leader: str) -> None:
        if leader in ("", self.member_id, *self._seated) or await self._is_member(leader):
            return
        logger.warning("Group %s is led by %s, which has left it: its seat runs out now", self.group_id, leader)
        seat = copy(joining)
        seat._member_id = leader
        await super()._send_req(seat)
        self._seated.add(leader)

    async def _is_member(self, member: str) -> bool:
        answer = await self._send_req(HeartbeatRequest(self.group_id, NO_GENERATION, member))
        unknown: int = UnknownMemberIdError.errno
        return bool(answer.error_code != unknown)


def use() -> None:
    """From now on the consumers of this process are of groups that are led. May be called again."""
    consumer_module.GroupCoordinator = LedCoordinator
