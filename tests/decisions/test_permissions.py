"""Who may tag: by the exam, by the platform, and by what takes submissions back."""

from collections.abc import Sequence
from random import Random
from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cloudtag.contract.events import AbuseFound, AccountChanged, TagSubmitted
from cloudtag.contract.types import LATEST_MS
from cloudtag.decisions.permissions import Permission, judge_permissions, may_tag, standing_abuses, taken_back
from cloudtag.policy.load import shipped

T0 = 1_772_409_600_000


def submitted(name: str = "e1", at: int = T0, platform: str = "taobao", withdraws: str | None = None) -> TagSubmitted:
    return TagSubmitted(name, at, platform, f"sub-{name}", "s1", "main", (), (), None, withdraws)


def changed(
    status: Literal["exam_passed", "revoked", "unknown"], at: int = T0, account: str = "main"
) -> AccountChanged:
    return AccountChanged(f"{status}-{at}", at, "taobao", "s1", account, status)


def found(name: str, at: int, withdraws: str | None = None) -> AbuseFound:
    return AbuseFound(name, at, "jd", "s1", None, "false_report", withdraws)


def may(platform: str, *changes: AccountChanged) -> bool:
    return may_tag(submitted(platform=platform), changes, [], shipped().at(platform, T0))


@pytest.mark.parametrize("platform", ["taobao", "tmall", "jd", "elsewhere"])
def test_an_exam_in_force_is_asked_for(platform: str) -> None:
    assert may(platform, changed("exam_passed"))
    assert not may(platform)
    assert not may(platform, changed("exam_passed", T0 + 1))
    assert not may(platform, changed("exam_passed", T0 - 2), changed("revoked", T0 - 1))
    assert not may(platform, changed("exam_passed", account="sub"))


def test_where_no_exam_is_asked_for_only_a_revoked_account_may_not_tag() -> None:
    assert may("aliexpress")
    assert may("aliexpress", changed("revoked", T0 + 1))
    assert not may("aliexpress", changed("revoked"))


@pytest.mark.parametrize("platform", ["taobao", "aliexpress"])
def test_an_exam_passed_after_a_revocation_counts(platform: str) -> None:
    assert may(platform, changed("revoked", T0 - 2), changed("exam_passed", T0 - 1))


@pytest.mark.parametrize(
    ("abused_at", "is_allowed"), [((), True), ((1,), True), ((0,), False), ((-1,), False), ((-1, 1), False)]
)
def test_a_shop_that_misused_tagging_may_not_tag_from_that_moment_on(
    abused_at: tuple[int, ...], is_allowed: bool
) -> None:
    """J13: whatever else is found of it later."""
    abuses = [found(f"a{at}", T0 + at) for at in abused_at]
    assert may_tag(submitted(), [changed("exam_passed")], abuses, shipped().at("taobao", T0)) is is_allowed


def permissions(
    changes: list[AccountChanged], abuses: Sequence[AbuseFound] = (), submissions: Sequence[TagSubmitted] = ()
) -> list[Permission]:
    return list(judge_permissions(changes, list(abuses), submissions, shipped()))


def what(told: Permission) -> tuple[str, str, str, int]:
    record = told.record
    return record.subject_kind, record.subject_id, record.details["permission"], record.starts_at


def test_an_account_is_what_was_last_said_of_it_since_that_was_first_said() -> None:
    passed, again = changed("exam_passed"), changed("exam_passed", T0 + 2)
    (granted,) = permissions([again, passed])
    assert (what(granted), granted.record.details["reason"]) == (("account", "main", "granted", T0), "exam_passed")
    (revoked,) = permissions([passed, changed("revoked", T0 + 1)])
    assert what(revoked) == ("account", "main", "revoked", T0 + 1)
    assert revoked.record.details["reason"] == "account_revoked"
    (anew,) = permissions([passed, changed("revoked", T0 + 1), again])
    assert what(anew) == ("account", "main", "granted", T0 + 2)
    assert permissions([passed, changed("unknown", T0 + 1)]) == []
    assert {told.since_ms for told in (granted, revoked, anew)} == {LATEST_MS}


def test_once_misuse_was_found_the_shop_and_all_its_accounts_are_revoked_by_the_first_finding() -> None:
    abuses = [found("a1", T0 + 5), found("a2", T0 + 9)]
    put = [submitted("e1", T0 + 3), submitted("e2", T0 + 1)]
    told = permissions([changed("exam_passed", T0 + 7, account="clerk")], abuses, put)
    assert [what(one) for one in told] == [
        ("account", "clerk", "revoked", T0 + 5),
        ("account", "main", "revoked", T0 + 5),
        ("shop", "s1", "revoked", T0 + 5),
    ]
    # Of an account that only submitted nothing is known once its submissions are let go.
    assert [one.since_ms for one in told] == [LATEST_MS, T0 + 3, LATEST_MS]
    assert {one.record.because for one in told} == {("a1",)}
    assert [one.record.shop_id for one in told] == ["s1", "s1", None]


def test_an_account_named_as_its_shop_is_another_thing_than_the_shop() -> None:
    told = permissions([changed("revoked", account=name) for name in ("s1", "clerk")], [found("a1", T0)])
    assert len({one.record.consequence_id for one in told}) == 3


def test_a_submission_that_takes_nothing_back_takes_nothing_back() -> None:
    assert taken_back([submitted("e1"), submitted("e2", T0 + 1)]) == {}


def test_what_takes_a_submission_back_may_be_taken_back_itself() -> None:
    first, second = submitted("w1", T0 + 1, withdraws="e1"), submitted("w2", T0 + 2, withdraws="w1")
    assert taken_back([first]) == {"e1": "w1"}
    assert taken_back([first, second]) == taken_back([second, first]) == {"w1": "w2"}
    assert taken_back([submitted("w3", withdraws="w3")]) == {}


def test_only_what_came_later_takes_back() -> None:
    early, late = found("a2", T0 + 1, withdraws="a1"), found("a1", T0 + 2)
    assert standing_abuses([early, late]) == [late]
    assert standing_abuses([found("a1", T0), found("a2", T0, withdraws="a1")]) == []
    assert standing_abuses([found("a0", T0, withdraws="a1"), found("a1", T0)]) == [found("a1", T0)]
    assert standing_abuses([found("a1", T0), found("a2", T0 + 1, withdraws="a9")]) == [found("a1", T0)]


def test_a_withdrawal_may_be_withdrawn() -> None:
    first, back, again = found("a1", T0), found("a2", T0 + 1, withdraws="a1"), found("a3", T0 + 2, withdraws="a2")
    assert standing_abuses([again, first, back]) == [first]


@given(st.lists(st.tuples(st.integers(0, 5), st.one_of(st.none(), st.integers(0, 9))), max_size=10), st.randoms())
def test_the_findings_that_stand_are_those_nothing_standing_names(
    drawn: list[tuple[int, int | None]], random: Random
) -> None:
    abuses = [found(f"a{n}", T0 + at, withdraws=None if k is None else f"a{k}") for n, (at, k) in enumerate(drawn)]
    stand = standing_abuses(random.sample(abuses, len(abuses)))
    order = sorted(abuses, key=lambda a: (a.occurred_at, a.event_id))

    def is_standing(abuse: AbuseFound) -> bool:
        later = order[order.index(abuse) + 1 :]
        return not any(other.withdraws == abuse.event_id and is_standing(other) for other in later)

    assert stand == [abuse for abuse in order if abuse.withdraws is None and is_standing(abuse)]
