"""aiokafka's fetcher with fetch sessions: see `streams.kafka.fetch_session`. The client itself sends every partition with
every request.

It has no setting for it: its name for the fetcher is replaced, and what passes between the fetcher and the client's
connection is looked at. Brokers that know no sessions are asked as before.
"""

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from aiokafka import TopicPartition
from aiokafka.consumer import consumer as consumer_module
from aiokafka.consumer.fetcher import Fetcher
from aiokafka.protocol.fetch import FetchRequest, FetchRequestStruct

from streams.kafka.fetch_session import FetchSession

KNOWS_SESSIONS = 7
"""The first version of the request that has sessions; from 9 on it names the epoch of the partition's leader too, from
11 on the client's rack."""
NAMES_LEADER, NAMES_RACK = 9, 11
CONSUMER, UNKNOWN = -1, -1
"""What a consumer says where a replica would say its number, and for what it does not know."""

Topics = list[tuple[str, list[tuple[int, int, int]]]]
"""As aiokafka lists them: per topic partition, offset, and the most bytes."""


class SessionRequest(FetchRequest):
    """A request for the partitions of another, which names those that have changed. Made when it is sent."""

    def __init__(self, request: FetchRequest, session: FetchSession) -> None:
        super().__init__(
            request._max_wait_ms, request._min_bytes, request._max_bytes, request._isolation_level, request._topics,
            request._rack_id,
        )  # fmt: skip
        self._session = session
        self._offsets = {
            TopicPartition(topic, partition): offset for topic, found in self._topics for partition, offset, _ in found
        }
        self._most_bytes = self._topics[0][1][0][2]

    def build(self, request_struct_class: type[FetchRequestStruct]) -> FetchRequestStruct:
        """The request in one of its versions."""
        version = request_struct_class.API_VERSION
        if version < KNOWS_SESSIONS:
            return super().build(request_struct_class)
        said = self._session.ask(self._offsets)
        leader = (UNKNOWN,) if version >= NAMES_LEADER else ()
        rack = (self._rack_id,) if version >= NAMES_RACK else ()
        return request_struct_class(
            CONSUMER, self._max_wait_ms, self._min_bytes, self._max_bytes, self._isolation_level,
            said.session_id, said.epoch,
            _by_topic({tp: (tp.partition, *leader, at, UNKNOWN, self._most_bytes) for tp, at in said.changed.items()}),
            _by_topic({tp: tp.partition for tp in said.forgotten}),
            *rack,
        )  # fmt: skip

    def answered(self, response: Any) -> None:
        """Keep what the answer says of the session; only of the partitions in it anything is asked now."""
        if response.API_VERSION < KNOWS_SESSIONS:
            return
        self._session.answered(response.session_id, response.error_code)
        offsets = self._offsets
        self._topics = [
            (topic, [(found[0], offsets[TopicPartition(topic, found[0])], self._most_bytes) for found in partitions])
            for topic, partitions in response.topics
        ]


def _by_topic(found: Mapping[TopicPartition, Any]) -> list[tuple[str, list[Any]]]:
    topics: dict[str, list[Any]] = {}
    for tp, what in found.items():
        topics.setdefault(tp.topic, []).append(what)
    return list(topics.items())


class _Client:
    """The fetcher's view of its client: answers pass by here."""

    def __init__(self, client: Any) -> None:
        self._client = client

    def __getattr__(self, name: str) -> Any:
        return getattr(self._client, name)

    async def send(self, node_id: Any, request: Any, **more: Any) -> Any:
        response = await self._client.send(node_id, request, **more)
        if isinstance(request, SessionRequest):
            request.answered(response)
        return response


class SessionFetcher(Fetcher):
    """A fetcher with one session per broker, which starts anew with every assignment: of that all is to be learnt."""

    def __init__(self, client: Any, subscriptions: Any, **settings: Any) -> None:
        self._sessions: dict[Any, FetchSession] = defaultdict(FetchSession)
        self._assigned: Any = None
        super().__init__(_Client(client), subscriptions, **settings)

    def _get_actions_per_node(self, assignment: Any) -> Any:
        if assignment is not self._assigned:
            self._assigned = assignment
            for session in self._sessions.values():
                session.restart()
        requests, *rest = super()._get_actions_per_node(assignment)
        return [(node, SessionRequest(request, self._sessions[node])) for node, request in requests], *rest


def use() -> None:
    """From now on the consumers of this process have fetch sessions. May be called again."""
    consumer_module.Fetcher = SessionFetcher
