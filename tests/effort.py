"""How much of what could be tried is tried in every run, and what is left to a thorough one (`make test-long`)."""

from collections.abc import Iterable

import pytest
from hypothesis import settings

from cloudtag.local.kafka import missing_programs

THOROUGH = "thorough"
SHARE, FEWEST = 3, 5

SLOW_TWICE = (
    "tests/cli/test_forget.py",
    "tests/cli/test_kafka_commands.py",
    "tests/cli/test_replaying.py",
    "tests/clients/test_other_clients.py",
    "tests/clients/test_oversized_batches.py",
    "tests/integration/",
    "tests/streams/sink/",
    "tests/streams/test_broken_places.py",
    "tests/streams/test_every_await.py",
    "tests/streams/test_faults.py",
    "tests/streams/test_frozen_workers.py",
    "tests/streams/test_large_rows.py",
    "tests/streams/test_migration.py",
    "tests/streams/test_misplaced_faults.py",
    "tests/streams/test_missing_state.py",
    "tests/streams/test_poison.py",
    "tests/streams/test_quarantine.py",
    "tests/streams/test_rebuild.py",
    "tests/streams/test_stalls.py",
    "tests/streams/kafka/test_dead_letters.py",
    "tests/streams/worker/test_dead_letter_budget.py",
    "tests/streams/worker/test_pauses.py",
    "tests/streams/worker/test_readiness.py",
)
"""Where a test takes so long that a second server of the same kind is left to a thorough run.

All that is quick runs on both in every run.
"""
SPARE = {"tansu": "kafka", "in_process": "over_http"}
"""Which server is left out there, and in favour of which: that which an installation has."""


def register() -> None:
    """Make the profile known; `make test-long` asks for it."""
    settings.register_profile(THOROUGH, settings.get_profile("default"), deadline=None, print_blob=True)


def examples(many: int) -> int:
    """How many examples a law is tried with, of those a thorough run takes."""
    return many if is_thorough() else max(FEWEST, many // SHARE)


def is_thorough() -> bool:
    """Whether everything is to be tried."""
    return settings.get_current_profile_name() == THOROUGH


def spare(items: Iterable[pytest.Item]) -> list[pytest.Item]:
    """The tests that are another one over again, on a server that an installation does not have."""
    slow = [item for item in items if item.nodeid.startswith(SLOW_TWICE)]
    known = {item.nodeid for item in slow}
    has_kafka = not missing_programs()
    return [
        item
        for item in slow
        for ours, theirs in SPARE.items()
        if (has_kafka or ours != "tansu") and item.nodeid.replace(ours, theirs) in known - {item.nodeid}
    ]
