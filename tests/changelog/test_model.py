"""Every interleaving of two owners and three batches: nothing lost, doubled, wrong or conflicting; and what it finds
when a rule is taken out."""

from collections.abc import Iterator
from operator import attrgetter

import pytest

from cloudtag.changelog import parts
from cloudtag.changelog.reading import LogReader
from cloudtag.changelog.records import CLAIM_KEY, EPOCH_KEY, SLOTS_PREFIX, Record
from tests.changelog.model import Owner, Rules, truth
from tests.changelog.search import State, ends


def faults(state: State) -> Iterator[str]:
    """What is wrong in the end with what was published, and with what the changelog says."""
    world, *owners = state
    if all(owner.at == "replaced" for owner in owners):
        return
    told: dict[tuple[str, int], tuple[int, ...]] = {}
    for key, revision, facts in world.outputs:
        if told.setdefault((key, revision), facts) != facts:
            yield f"conflicting: {key} revision {revision} is {told[key, revision]} and {facts}"
    for key, facts in truth(owners[0].rules.batches).items():
        revisions = [revision for name, revision in told if name == key]
        if not revisions or told[key, max(revisions)] != facts:
            yield f"lost or wrong: {key} ends as {told.get((key, max(revisions, default=-1)))}"
    owner = max((owner for owner in owners if owner.at == "done"), key=attrgetter("epoch"))
    for log in (world.log, compacted(world.log)):
        if read(log) != rows_of(owner):
            yield "the changelog does not say what the owner holds"


def rows_of(owner: Owner) -> dict[bytes, bytes]:
    return {key: row for key, row in owner.store.items() if not is_kept_beside(key)}


def is_kept_beside(key: bytes) -> bool:
    """Whether a store keeps it for the protocol."""
    return key in (EPOCH_KEY, CLAIM_KEY) or key.startswith(SLOTS_PREFIX)


def read(log: tuple[Record, ...]) -> dict[bytes, bytes]:
    reader = LogReader()
    for record in log:
        reader.take(record)
    assert not reader.broken
    return {key: row for key, row in reader.rows.items() if row is not None and not is_kept_beside(key)}


def compacted(log: tuple[Record, ...]) -> tuple[Record, ...]:
    """What is left of a log when compaction has done all it may: the last record of every key."""
    last = {record.key: record.offset for record in log}
    return tuple(record for record in log if last[record.key] == record.offset)


@pytest.mark.parametrize(
    ("most_bytes", "batches", "failures"),
    [
        pytest.param(1 << 20, 3, 0, id="whole rows"),
        pytest.param(20, 2, 0, id="rows in parts"),
        pytest.param(1 << 20, 1, 1, id="a step fails"),
        pytest.param(1 << 20, 2, 1, id="a step of two fails", marks=pytest.mark.long),
        pytest.param(20, 1, 1, id="a step fails, rows in parts", marks=pytest.mark.long),
    ],
)
def test_every_interleaving_ends_well(
    monkeypatch: pytest.MonkeyPatch, most_bytes: int, batches: int, failures: int
) -> None:
    monkeypatch.setattr(parts, "SNAPSHOT_BYTES", most_bytes)
    count = 0
    for state in ends(Rules(batches=batches), failures):
        count += 1
        assert not list(faults(state)), state[1:]
        assert state[2].at == "done", "the one who took over was itself replaced"
    assert count > 100


@pytest.mark.parametrize(
    ("rules", "found"),
    [
        pytest.param(Rules(is_fenced=False, batches=2), "", id="frozen owners are not fenced"),
        pytest.param(Rules(dies_of_failure=False, batches=2), "lost", id="a task goes on after a failed step"),
    ],
)
def test_the_search_finds_what_a_missing_rule_leads_to(rules: Rules, found: str) -> None:
    wrong = (fault for state in ends(rules, failures=int(not rules.dies_of_failure)) for fault in faults(state))
    assert next(fault for fault in wrong if found in fault)


@pytest.mark.parametrize(
    "rules",
    [
        pytest.param(Rules(asks_group=False, batches=1), id="it does not ask the group before it takes over"),
        pytest.param(Rules(counts_by_bid=False, batches=1), id="it is the owner although another came after its bid"),
    ],
)
def test_one_that_slept_between_its_assignment_and_its_record_ends_its_successor(rules: Rules) -> None:
    assert any(second.at == "replaced" for _, _, second in ends(rules, failures=0))
