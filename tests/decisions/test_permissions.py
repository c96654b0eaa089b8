"""Who may tag: by the exam, by the platform, and by what takes submissions back."""

from typing import Any

import pytest

from cloudtag.contract.events import AccountChanged, TagSubmitted
from cloudtag.decisions.permissions import may_tag, taken_back
from cloudtag.policy.load import shipped

T0 = 1_772_409_600_000


def submitted(name: Any = "e1", at: Any = T0, platform: Any = "taobao", withdraws: Any = None) -> Any:
    return TagSubmitted(name, at, platform, f"sub-{name}", "s1", "main", (), (), None, withdraws)


def changed(status: Any, at: Any = T0, account: Any = "main") -> Any:
    return AccountChanged(f"{status}-{at}", at, "taobao", "s1", account, status)


def may(platform: Any, *changes: Any) -> Any:
    return may_tag(submitted(platform=platform), changes, [], shipped().at(platform, T0))


@pytest.mark.parametrize("platform", ["taobao", "tmall", "jd", "elsewhere"])
def test_an_exam_in_force_is_asked_for(platform: Any) -> None:
    assert may(platform, changed("exam_passed"))
    assert not may(platform)
    assert not may(platform, changed("exam_passed", T0 + 1))
    assert not may(platform, changed("exam_passed", T0 - 2), changed("revoked", T0 - 1))
    assert not may(platform, changed("exam_passed", account="sub"))


def test_where_no_exam_is_asked_for_only_a_revoked_account_may_not_tag() -> None:
    assert may("aliexpress")
    assert may("aliexpress", changed("revoked", T0 + 1))
    assert not may("aliexpress", changed("revoked"))


def test_what_takes_a_submission_back_may_be_taken_back_itself() -> None:
    first, second = submitted("w1", T0 + 1, withdraws="e1"), submitted("w2", T0 + 2, withdraws="w1")
    assert taken_back([first]) == {"e1": "w1"}
    assert taken_back([first, second]) == taken_back([second, first]) == {"w1": "w2"}
    assert taken_back([submitted("w3", withdraws="w3")]) == {}
