"""A broker that keeps a session reads what was asked for, whatever is lost on the way."""

from dataclasses import dataclass, field

from aiokafka import TopicPartition
from hypothesis import given, settings
from hypothesis import strategies as st

from streams.kafka.fetch_session import FIRST_EPOCH, LAST_EPOCH, NO_SESSION, FetchChanges, FetchSession
from tests.effort import examples

A, B, C = (TopicPartition("t", number) for number in range(3))
NOT_FOUND, WRONG_EPOCH = 70, 71


@dataclass
class Broker:
    """Sessions as Kafka's protocol says they are kept."""

    next_id: int = 1
    sessions: dict[int, tuple[int, dict[TopicPartition, int]]] = field(default_factory=dict)

    def take(self, said: FetchChanges) -> tuple[int, int, dict[TopicPartition, int]]:
        """The session's id, an error, and what is read."""
        if said.epoch == FIRST_EPOCH:
            self.sessions.pop(said.session_id, None)
            self.sessions[self.next_id] = 1, dict(said.changed)
            self.next_id += 1
            return self.next_id - 1, 0, dict(said.changed)
        if said.session_id not in self.sessions:
            return NO_SESSION, NOT_FOUND, {}
        epoch, known = self.sessions[said.session_id]
        if epoch != said.epoch:
            return NO_SESSION, WRONG_EPOCH, {}
        known = {tp: at for tp, at in {**known, **said.changed}.items() if tp not in said.forgotten}
        self.sessions[said.session_id] = 1 if epoch == LAST_EPOCH else epoch + 1, known
        return said.session_id, 0, known


WANTED = st.dictionaries(st.sampled_from((A, B, C)), st.integers(0, 3), min_size=1)
ROUNDS = st.lists(st.tuples(WANTED, st.sampled_from(("answered", "answered", "request lost", "answer lost", "forgot"))))


@settings(max_examples=examples(300))
@given(ROUNDS)
def test_what_is_read_is_what_was_asked_for(rounds: list[tuple[dict[TopicPartition, int], str]]) -> None:
    session, broker = FetchSession(), Broker()
    for wanted, fate in rounds:
        if fate == "forgot":
            broker.sessions.clear()
        said = session.ask(wanted)
        if fate == "request lost":
            continue
        session_id, error, found = broker.take(said)
        assert error or found == wanted
        if fate == "answer lost":
            continue
        session.answered(session_id, error)
        if error:
            # The next request, at the latest, brings everything.
            again_id, again, found = broker.take(session.ask(wanted))
            assert not again
            assert found == wanted
            session.answered(again_id, again)
    assert len(broker.sessions) <= 1 + sum(fate in ("request lost", "answer lost") for _, fate in rounds)


def settled(wanted: dict[TopicPartition, int]) -> FetchSession:
    session = FetchSession()
    session.ask(wanted)
    session.answered(7, 0)
    return session


def test_only_what_has_changed_is_said() -> None:
    session = settled({A: 1, B: 1})
    assert session.ask({A: 1, B: 1}) == FetchChanges(7, 1, {})
    session.answered(7, 0)
    assert session.ask({A: 2, C: 0}) == FetchChanges(7, 2, {A: 2, C: 0}, frozenset({B}))


def test_a_broker_without_sessions_is_asked_for_everything() -> None:
    session = FetchSession()
    for _ in range(3):
        assert session.ask({A: 1}) == FetchChanges(NO_SESSION, FIRST_EPOCH, {A: 1})
        session.answered(NO_SESSION, 0)


def test_without_an_answer_the_old_session_is_ended_by_the_next_request() -> None:
    session = settled({A: 1})
    session.ask({A: 2})
    assert session.ask({A: 2}) == FetchChanges(7, FIRST_EPOCH, {A: 2})


def test_a_restart_says_everything_once() -> None:
    session = settled({A: 1})
    session.restart()
    assert session.ask({A: 1}) == FetchChanges(7, FIRST_EPOCH, {A: 1})
    session.answered(8, 0)
    assert session.ask({A: 1}) == FetchChanges(8, 1, {})


def test_after_the_last_epoch_comes_the_first_that_is_no_beginning() -> None:
    session = settled({A: 1})
    session._epoch = LAST_EPOCH
    assert session.ask({A: 1}).epoch == LAST_EPOCH
    session.answered(7, 0)
    assert session.ask({A: 1}).epoch == 1
