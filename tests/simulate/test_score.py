"""Scoring: what was found, missed and falsely said; and the engine against the simulation's labels."""

import pytest
from msgspec.structs import replace

from cloudtag.contract.records import (
    Alert,
    AlertStatus,
    Basis,
    ConfirmationStatus,
    TagConfirmation,
    TagState,
    TagStatus,
)
from cloudtag.replay.driver import judge
from cloudtag.simulate import AlertLabel, ConfirmationLabel, Profile, TagLabel, score, simulate

DAY_MS = 86_400_000
LABEL = AlertLabel(story="s", detector="short_return", buyer_id="b1", refund_ids=("r1", "r2"))
TAG = TagLabel(
    story="s", submission_id="t1", order_id="o1", buyer_id="b1", shop_id="s1", scenario="worn_return", status="pending"
)


def alert(revision: int = 0, status: AlertStatus = "open", refund_ids: tuple[str, ...] = ("r1", "r2", "r3")) -> Alert:
    return Alert(
        alert_id="a1",
        revision=revision,
        status=status,
        detector="short_return",
        scenario="short_return",
        family="refund",
        severity="high",
        platform="jd",
        buyer_id="b1",
        refund_ids=refund_ids,
        first_event_at=1,
        decided_at=2,
        explanation="",
        explanation_zh="",
        policy_version="1",
    )


def status(state: TagState, reason: str | None = None) -> TagStatus:
    return TagStatus(
        tag_id="t1/o1",
        revision=0,
        status=state,
        reason=reason,
        shown_as="",
        platform="jd",
        buyer_id="b1",
        shop_id="s1",
        order_id="o1",
        distinct_shops=1,
        threshold=3,
        window_days=180,
        decided_at=1,
        policy_version="1",
    )


def confirmation(state: ConfirmationStatus, basis: Basis = "shops", confirmation_id: str = "c1") -> TagConfirmation:
    return TagConfirmation(
        confirmation_id=confirmation_id,
        revision=0,
        status=state,
        platform="jd",
        buyer_id="b1",
        scenario="worn_return",
        basis=basis,
        confirmed_at=1,
        policy_version="1",
    )


def test_an_alert_that_names_every_refund_is_found() -> None:
    tally = score([LABEL], [alert()])["short_return"]
    assert (tally.expected, tally.found, tally.missed, tally.false) == (1, 1, [], [])


def test_an_alert_that_leaves_a_refund_out_is_missed_and_false() -> None:
    tally = score([LABEL], [alert(refund_ids=("r1",))])["short_return"]
    assert (tally.found, tally.missed, len(tally.false)) == (0, [LABEL], 1)


def test_the_last_revision_counts_whatever_order_they_come_in() -> None:
    revisions = [alert(1, "withdrawn"), alert(0)]
    for records in (revisions, revisions[::-1]):
        tally = score([LABEL], records)["short_return"]
        assert (tally.found, tally.withdrawn, tally.missed) == (0, 1, [LABEL])


def test_an_alert_about_an_honest_buyer_is_false() -> None:
    honest = AlertLabel(story="s", detector="short_return", buyer_id="b1", stands=False)
    tally = score([honest], [alert()])["short_return"]
    assert (tally.expected, len(tally.false), tally.is_clean) == (0, 1, False)


def test_a_tag_is_right_with_its_status_and_reason() -> None:
    assert score([TAG], [status("pending")])["tags"].is_clean
    assert score([TAG], [status("pending", "no_evidence_yet")])["tags"].is_clean
    refused = replace(TAG, status="rejected", reason="no_permission")
    assert score([refused], [status("rejected", "no_permission")])["tags"].is_clean
    assert not score([refused], [status("rejected", "too_many_orders")])["tags"].is_clean
    assert score([TAG], [status("rejected", "duplicate_order")])["tags"].missed == [TAG]
    assert len(score([], [status("pending")])["tags"].false) == 1


@pytest.mark.parametrize(("stands", "state", "is_clean"), [
    (True, "confirmed", True),
    (True, "reversed", False),
    (False, "confirmed", False),
    (False, "reversed", True),
])  # fmt: skip
def test_a_confirmation_is_right_when_a_label_says_so(stands: bool, state: ConfirmationStatus, is_clean: bool) -> None:
    label = ConfirmationLabel(story="s", buyer_id="b1", scenario="worn_return", stands=stands)
    assert score([label], [confirmation(state)])["confirmations"].is_clean is is_clean


def test_a_confirmation_on_another_basis_is_missed_and_false() -> None:
    label = ConfirmationLabel(story="s", buyer_id="b1", scenario="worn_return")
    tally = score([label], [confirmation("confirmed", "platform_evidence")])["confirmations"]
    assert (tally.expected, tally.found, tally.missed, len(tally.false)) == (1, 0, [label], 1)


@pytest.mark.parametrize(("count", "found", "missed", "false"), [(1, 1, 1, 0), (2, 2, 0, 0), (3, 2, 0, 1)])
def test_there_are_as_many_confirmations_as_a_label_says(count: int, found: int, missed: int, false: int) -> None:
    label = ConfirmationLabel(story="s", buyer_id="b1", scenario="worn_return", basis="platform_evidence", times=2)
    told = [confirmation("confirmed", "platform_evidence", f"c{n}") for n in range(count)]
    tally = score([label], told)["confirmations"]
    assert (tally.expected, tally.found, len(tally.missed), len(tally.false)) == (2, found, missed, false)


def test_labels_of_a_detector_that_does_not_exist_are_left_out() -> None:
    assert "nosuch" not in score([replace(LABEL, detector="nosuch")], [])


def test_what_the_text_leaves_open_is_neither_missed_nor_false() -> None:
    label = replace(LABEL, is_open=True)
    assert score([label], [])["tags"].is_clean
    assert score([label], [alert()])["short_return"].is_clean
    assert "short_return" not in score([label], [])
    assert score([label], [alert()])["short_return"].standing == 1


def test_an_alert_about_one_of_several_must_name_the_others() -> None:
    label = replace(LABEL, buyer_id="b2", among=("b1",))
    alone = score([label], [alert()])["short_return"]
    assert (alone.missed, len(alone.false)) == ([label], 1)
    assert score([label], [replace(alert(), linked_buyer_ids=("b2",))])["short_return"].is_clean


def test_the_delay_runs_from_the_last_fact_that_was_needed() -> None:
    later = replace(alert(1), decided_at=9)
    tally = score([replace(LABEL, at=1)], [replace(alert(), decided_at=5), later])["short_return"]
    assert tally.delays == [4]


@pytest.mark.parametrize(
    "profile",
    [Profile(events=16_000, seed=1), Profile(events=20_000, seed=2, catalogue="full")],
    ids=["basic", "full"],
)
def test_the_engine_finds_every_attacker_and_nobody_else(profile: Profile) -> None:
    simulation = simulate(profile)
    events = list(simulation.events())
    until_ms = max(event.occurred_at for event in events) + 4 * DAY_MS
    tallies = score(simulation.labels, [record for _, record in judge(events, until_ms)])
    assert {name: (tally.missed, tally.false) for name, tally in tallies.items()} == dict.fromkeys(tallies, ([], []))
    assert sum(tally.found for tally in tallies.values()) > 40
