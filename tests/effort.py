"""How much of what could be tried is tried in every run, and what is left to a thorough one (`make test-long`)."""

from collections.abc import Iterable, Sequence

import pytest
from hypothesis import settings

from cloudtag.local.kafka import missing_programs

THOROUGH = "thorough"
SHARE, FEWEST = 3, 5

SLOW_TWICE = (
    "tests/cli/test_backfill.py",
    "tests/cli/test_doctor.py",
    "tests/cli/test_kafka_commands.py",
    "tests/cli/test_replaying.py",
    "tests/cli/test_settled.py",
    "tests/cli/test_state_commands.py",
    "tests/clients/test_librdkafka.py::test_the_batches",
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
    "tests/streams/test_struck_takeovers.py",
    "tests/streams/test_takeover_awaits.py",
    "tests/streams/kafka/test_dead_letters.py",
    "tests/streams/worker/test_dead_letter_budget.py",
    "tests/streams/worker/test_pauses.py",
    "tests/streams/worker/test_readiness.py",
    "tests/warehouse/test_bisecting_insert.py",
    "tests/warehouse/test_buyer_networks.py",
    "tests/warehouse/test_case_records.py",
    "tests/warehouse/test_erasure.py",
    "tests/warehouse/test_migrate.py::test_a_history",
    "tests/warehouse/test_newest_events.py",
    "tests/warehouse/test_open_cases.py",
)
"""Where a test takes so long that a second server of the same kind is left to a thorough run.

All that is quick runs on both in every run.
"""
SPARE = {"tansu": "kafka", "in_process": "over_http"}
"""Which server is left out there, and in favour of which: that which an installation has."""

STOOD_FOR = (
    "benchmarks/test_detectors.py::test_every_detector_is_clocked",
    "benchmarks/test_stores.py::test_all_is_measured_and_all_is_right",
    "cli/test_backtest.py::test_the_same_policy_shows_nothing",
    "clients/test_librdkafka.py::test_what_stands_is_what_replay_says[tansu",
    "clients/test_oversized_batches.py::test_who_only_looks_on",
    "desk/test_browser.py::TestInOneProcess::test_one_proposes_and_another_one_approves[no_javascript]",
    "desk/test_second_person.py::test_tags_reports_and_limits_wait_too_and_become_what_was_proposed[limit]",
    "desk/test_second_person.py::test_tags_reports_and_limits_wait_too_and_become_what_was_proposed[report]",
    "faults/test_schedules.py::test_several_faults_at_once_change_nothing[16]",
    "integration/test_onboarding.py::test_history_and_then_live_events",
    "integration/test_pipeline.py::test_two_workers_and_a_rebalance_say_what_replay_says[kafka-memory]",
    "local/test_ports.py::test_a_foreign_server_on_the_port_is_not_taken_for_ours[registry-taken in between]",
    "streams/sink/test_faults.py::test_sinks_and_the_warehouse_are_killed",
    "streams/test_every_await.py::test_a_step_that_fails_at_any_await_loses_nothing[kafka-sent again]",
    "streams/test_every_await.py::test_a_step_that_fails_at_any_await_loses_nothing[kafka-store]",
    "streams/test_every_await.py::test_a_step_that_is_cancelled",
    "streams/test_every_await.py::test_an_owner_that_freezes_at_any_await_and_wakes_changes_nothing[kafka-rocksdb]",
    "streams/test_faults.py::test_workers_ended_in_the_middle_of_batches_lose_nothing[kafka-graceful",
    "streams/test_frozen_workers.py::test_a_worker_that_freezes_and_wakes_changes_nothing[kafka-after",
    "streams/test_frozen_workers.py::test_a_worker_that_freezes_and_wakes_changes_nothing[kafka-before -state",
    "streams/test_frozen_workers.py::test_a_worker_that_freezes_and_wakes_changes_nothing[kafka-before bid 1-memory]",
    "streams/test_migration.py::test_migrating_again_begins_anew",
    "streams/test_migration.py::test_what_workers_have_written_since",
    "streams/test_misplaced_faults.py::test_workers_killed",
    "streams/test_stalls.py::test_a_worker_with_nothing_to_do_stays",
    "streams/test_takeover_awaits.py::test_one_that_freezes_anywhere_between_assignment_and_first_batch_gives_way[kafka-rocksdb]",
    "warehouse/test_migrate.py::test_what_is_stored_while_columns_are_added",
)
"""Slow tests for which a sibling of theirs stands in every run: the same fault at another place, the same way on
another server, or the same thing whole, from the worker to the warehouse."""

LONGEST = (
    "tests/cli/test_demo.py",
    "tests/faults/",
    "tests/integration/",
    "tests/streams/sink/",
    "tests/streams/test_outage.py",
    "tests/desk/test_second_person.py",
    "tests/benchmarks/test_desk.py",
    "tests/local/test_warehouse_faults.py",
)
"""Files that begin before all others: one of them at the end would be waited for by all processes."""


def register() -> None:
    """Make the profile known; `make test-long` asks for it."""
    settings.register_profile(THOROUGH, settings.get_profile("default"), deadline=None, print_blob=True)


def examples(many: int) -> int:
    """How many examples a law is tried with, of those a thorough run takes."""
    return many if is_thorough() else max(FEWEST, many // SHARE)


def times(few: int, many: int) -> int:
    """How often something is done that takes seconds each time: few times in every run, many in a thorough one."""
    return many if is_thorough() else few


def is_thorough() -> bool:
    """Whether everything is to be tried."""
    return settings.get_current_profile_name() == THOROUGH


def left_to_a_thorough_run(items: Sequence[pytest.Item]) -> list[pytest.Item]:
    """The slow tests that are not tried in every run."""
    return [*_spare(items), *(item for item in items if item.nodeid.removeprefix("tests/").startswith(STOOD_FOR))]


def _spare(items: Iterable[pytest.Item]) -> list[pytest.Item]:
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
