"""A group whose leader has left it gets another one, and is told what it has acknowledged.

The leader hands out the partitions. One that leaves is followed by another: but where it leaves while others join, the
embedded broker goes on naming it. Everybody waits for what it hands out, is told to join anew, and so for ever. What
the broker does know is that a member who is silent for the session timeout is gone, and a leader with it. So a follower
that waited in vain asks whether its leader is a member at all; where not, it takes that seat once more, in the leader's
name, and lets it run out.

Apache Kafka names no leader that is no member, and refuses a seat that nobody has: there the question is all.

And an answer that says nothing of what was acknowledged is none: a coordinator that is no longer one, or reads what it
knows, refuses the question as a whole. aiokafka takes that for a group that never acknowledged anything, and begins
where such a one does.

aiokafka has no setting for it: its name for the coordinator is replaced.
"""

import logging
from collections.abc import Awaitable
from copy import copy
from typing import Any

from aiokafka.consumer import consumer as consumer_module
from aiokafka.consumer.group_coordinator import GroupCoordinator
from aiokafka.errors import KafkaError, NoError, NotCoordinatorForGroupError, UnknownMemberIdError, for_code
from aiokafka.protocol.commit import OffsetFetchRequest
from aiokafka.protocol.group import HeartbeatRequest, JoinGroupRequest

logger = logging.getLogger(__name__)

NO_GENERATION = -1
"""Asked with it, a broker says whether somebody is a member; Apache Kafka does not take it for a sign of life."""


class LedCoordinator(GroupCoordinator):  # type: ignore[misc]
    """aiokafka's membership in a group, which does not wait for a leader that is none."""

    def __init__(self, *arguments: Any, **settings: Any) -> None:
        super().__init__(*arguments, **settings)
        self._leader = ""
        """Who led when this one joined last."""
        self._waited = 0
        """How often it has waited in vain for that leader."""

    def _send_req(self, request: Any) -> Awaitable[Any]:
        sent: Awaitable[Any] = super()._send_req(request)
        if isinstance(request, OffsetFetchRequest):
            return self._told(sent)
        return self._joined(request, sent) if isinstance(request, JoinGroupRequest) else sent

    async def _told(self, sent: Awaitable[Any]) -> Any:
        """What was acknowledged. Raises the error that a broker answers with in place of it."""
        answer = await sent
        # Answers of the first versions have errors of partitions alone.
        error = for_code(getattr(answer, "error_code", NoError.errno))
        if error is NoError:
            return answer
        if error is NotCoordinatorForGroupError:
            self.coordinator_dead()
        raise error(f"what group {self.group_id} has acknowledged is not told")

    async def _joined(self, request: JoinGroupRequest, sent: Awaitable[Any]) -> Any:
        answer = await sent
        if answer.leader_id:
            if answer.leader_id != self._leader:
                self._leader, self._waited = answer.leader_id, 0
            elif answer.leader_id != answer.member_id and _is_asked(self._waited):
                await self._see_to_leader(request)
        return answer

    async def _do_rejoin_group(self, subscription: Any) -> bool:
        is_joined: bool = await super()._do_rejoin_group(subscription)
        self._waited = 0 if is_joined else self._waited + 1
        return is_joined

    async def _see_to_leader(self, joining: JoinGroupRequest) -> None:
        try:
            if await self._is_member(self._leader):
                return
            logger.warning("Group %s is led by %s, which has left it: its seat runs out", self.group_id, self._leader)
            seat = copy(joining)
            seat._member_id = self._leader
            await super()._send_req(seat)
        except KafkaError as error:
            logger.info("Nobody says who leads group %s: %r", self.group_id, error)

    async def _is_member(self, member: str) -> bool:
        answer = await self._send_req(HeartbeatRequest(self.group_id, NO_GENERATION, member))
        unknown: int = UnknownMemberIdError.errno
        return bool(answer.error_code != unknown)


def _is_asked(waited: int) -> bool:
    """After the first time in vain, the second, the fourth, and so on.

    The embedded broker takes a question for a sign of life, and a seat must run out however many ask.
    """
    return waited > 0 and waited & (waited - 1) == 0


def use() -> None:
    """From now on the consumers of this process are of groups that are led. May be called again."""
    consumer_module.GroupCoordinator = LedCoordinator
