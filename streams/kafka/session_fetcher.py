"""aiokafka's fetcher with fetch sessions (`streams.kafka.fetch_session`). The client itself names every partition in
every request.

It has no setting for it: its name for the fetcher is replaced, and what passes between the fetcher and the client's
connection is looked at. Brokers that know no sessions are asked for everything, as before.
"""

import time
from collections import OrderedDict, defaultdict
from collections.abc import Mapping
from typing import Any

from aiokafka import TopicPartition
from aiokafka.consumer import consumer as consumer_module
from aiokafka.consumer.fetcher import Fetcher
from aiokafka.protocol.fetch import FetchRequest, FetchRequestStruct

from streams.kafka import whole_batches
from streams.kafka.fetch_pace import FetchPace
from streams.kafka.fetch_plan import FetchPlan, Wanted
from streams.kafka.fetch_session import NO_SESSION, FetchSession

KNOWS_SESSIONS = 7
"""The first version of the request that has sessions; from 9 on it names the epoch of the partition's leader too, from
11 on the client's rack."""
NAMES_LEADER, NAMES_RACK = 9, 11
CONSUMER = UNKNOWN = -1
"""What a consumer says where a replica would say its number; and what it says of what it does not know."""
HELD_MS = 100
"""For so long at least a broker with sessions holds a fetch back that finds nothing: it answers at once when something
comes. Less is of use only where a broker looks for news at the end of that time alone."""
SEEN_SECONDS = 0.05
"""How often it is noted of every partition of a broker until when it is known; a broker that is busy answers far more
often."""

Topics = list[tuple[str, list[Any]]]
"""By topic, as Kafka's requests list things."""


class SessionRequest(FetchRequest):  # type: ignore[misc]
    """A request for partitions from these offsets on, which names those that have changed."""

    def __init__(self, fetcher: Fetcher, session: FetchSession, offsets: Mapping[TopicPartition, int]) -> None:
        super().__init__(
            fetcher._fetch_max_wait_ms, fetcher._fetch_min_bytes, fetcher._fetch_max_bytes, fetcher._isolation_level,
            [], fetcher._client_rack or "",
        )  # fmt: skip
        self._session = session
        self._offsets = offsets
        self._most_bytes = fetcher._max_partition_fetch_bytes
        self._asked: Mapping[TopicPartition, int] = {}

    @property
    def topics(self) -> Topics:
        """Partitions, offsets and the most bytes of each; once it is answered, of those in the answer."""
        return _by_topic({tp: (tp.partition, at, self._most_bytes) for tp, at in self._offsets.items()})

    def build(self, request_struct_class: type[FetchRequestStruct]) -> FetchRequestStruct:
        """The request in one of its versions. The broker counts it: it is built once, when it is sent."""
        version = request_struct_class.API_VERSION
        if version < KNOWS_SESSIONS:
            self._topics = self.topics
            return super().build(request_struct_class)
        said = self._session.ask(self._offsets)
        held_ms = self._max_wait_ms if said.session_id == NO_SESSION else max(self._max_wait_ms, HELD_MS)
        leader = (UNKNOWN,) if version >= NAMES_LEADER else ()
        rack = (self._rack_id,) if version >= NAMES_RACK else ()
        return request_struct_class(
            CONSUMER, held_ms, self._min_bytes, self._max_bytes, self._isolation_level,
            said.session_id, said.epoch,
            _by_topic({tp: (tp.partition, *leader, at, UNKNOWN, self._most_bytes) for tp, at in said.changed.items()}),
            _by_topic({tp: tp.partition for tp in said.forgotten}),
            *rack,
        )  # fmt: skip

    def answered(self, response: Any) -> None:
        """Keep what an answer says of the session, and of the partitions those that it is about."""
        told = {TopicPartition(topic, found[0]) for topic, partitions in response.topics for found in partitions}
        asked = self._offsets
        self._offsets = {tp: asked[tp] for tp in told}
        if response.API_VERSION >= KNOWS_SESSIONS:
            self._session.answered(response.session_id, response.error_code)
            if not response.error_code:
                self._asked = asked

    def unchanged(self) -> Mapping[TopicPartition, int]:
        """Of what was asked, once it is answered: what the broker says nothing about, it knows nothing new of."""
        return {tp: at for tp, at in self._asked.items() if tp not in self._offsets}


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


class _Brought(OrderedDict[TopicPartition, Any]):
    """What has been fetched and not taken yet. It remembers what was taken of which partition."""

    def __init__(self) -> None:
        super().__init__()
        self.taken: set[TopicPartition] = set()

    def __delitem__(self, tp: TopicPartition) -> None:
        super().__delitem__(tp)
        self.taken.add(tp)


class SessionFetcher(Fetcher):  # type: ignore[misc]
    """A fetcher with one session per broker. With an assignment they start anew: of that all is to be learnt."""

    def __init__(self, client: Any, subscriptions: Any, **settings: Any) -> None:
        self._sessions: dict[Any, FetchSession] = defaultdict(FetchSession)
        self._plan: FetchPlan | None = None
        self._seen: dict[Any, float] = defaultdict(float)
        self._pace = FetchPace()
        super().__init__(_Client(client), subscriptions, **settings)
        self._records = _Brought()

    def taken(self) -> set[TopicPartition]:
        """The partitions of which something was taken since this was last asked, were it but what is no record."""
        taken, self._records.taken = self._records.taken, set()
        return taken

    async def _proc_fetch_request(self, assignment: Any, node_id: Any, request: Any) -> Any:
        has_records = await super()._proc_fetch_request(assignment, node_id, request)
        if assignment.active and (now := time.monotonic()) >= self._seen[node_id] + SEEN_SECONDS:
            self._seen[node_id] = now
            self._see(assignment, request.unchanged())
        return has_records

    def _see(self, assignment: Any, unchanged: Mapping[TopicPartition, int]) -> None:
        """An answer tells until when each partition is known, also of those that it does not name."""
        now_ms = int(time.time() * 1000)
        for tp, offset in unchanged.items():
            state = assignment.state_value(tp)
            if state._position == offset and state.highwater is not None:
                state.timestamp = now_ms

    def _get_actions_per_node(self, assignment: Any) -> Any:
        plan = self._plan
        if plan is None or assignment is not plan.assignment:
            plan = self._plan = FetchPlan(assignment, self._client.cluster)
            for session in self._sessions.values():
                session.restart()
        elif (pause := self._pace.wait) > 0:
            return [], {}, pause, False, []
        waiting = self._waiting()
        wanted = self._wanted(plan, waiting)
        if wanted is not None:
            return self._requests(wanted), {}, min(waiting.values(), default=self._fetcher_timeout), False, []
        requests, *rest = super()._get_actions_per_node(assignment)
        return self._requests({node: _offsets(request.topics) for node, request in requests}), *rest

    def _wanted(self, plan: FetchPlan, waiting: Mapping[Any, float]) -> Wanted | None:
        """Per broker what is to be fetched, where nothing else is to be done: the usual case, asked at each turn."""
        if self._preferred_read_replica:
            return None
        not_now = {*self._in_flight, *waiting}
        if len(not_now) >= len(self._client.cluster.brokers()):
            return {}
        return plan.wanted(not_now, self._records)

    def _requests(self, wanted: Wanted) -> list[tuple[Any, SessionRequest]]:
        if wanted:
            self._pace.begin()
        return [(node, SessionRequest(self, self._sessions[node], offsets)) for node, offsets in wanted.items()]

    def _waiting(self) -> dict[Any, float]:
        """The brokers whose records wait to be taken, and for how many seconds more they are not asked for others."""
        leader_of, seconds = self._client.cluster.leader_for_partition, dict[Any, float]()
        for tp, brought in self._records.items():
            if (left := brought.calculate_backoff()) > 0:
                node = leader_of(tp)
                seconds[node] = max(left, seconds.get(node, 0.0))
        return seconds


def use() -> None:
    """From now on the consumers of this process have fetch sessions, and cheap records. May be called again."""
    whole_batches.use()
    consumer_module.Fetcher = SessionFetcher


def _offsets(topics: Topics) -> dict[TopicPartition, int]:
    return {TopicPartition(topic, partition): at for topic, found in topics for partition, at, _ in found}


def _by_topic(found: Mapping[TopicPartition, Any]) -> Topics:
    topics: dict[str, list[Any]] = {}
    for tp, what in found.items():
        topics.setdefault(tp.topic, []).append(what)
    return list(topics.items())
