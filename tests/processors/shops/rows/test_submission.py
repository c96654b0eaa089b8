"""One submission of tags: a request to each buyer it names, judged by what the shop may and what it took back."""

from typing import Any

import pytest

from cloudtag.contract.events import AbuseFound, AccountChanged, ShopDescribed, TagSubmitted, ViolationChanged
from cloudtag.contract.records import TagStatus
from cloudtag.contract.shops import TagRequested
from cloudtag.contract.types import AccountStatus, TaggedOrder
from cloudtag.decisions.owners import owner_marks
from cloudtag.processors.shops.shops import Shops
from tests.engine.standing import records_of
from tests.processors.scene import DAY, T0, Scene

EXAM = AccountChanged("exam", T0 - DAY, "jd", "s1", "main", "exam_passed")
ONE = (TaggedOrder("o1", "b1"),)


def account(status: AccountStatus, at: int, account_id: str = "main") -> AccountChanged:
    return AccountChanged(f"{status}-{at}", at, "jd", "s1", account_id, status)


def tag(
    name: str = "sub", at: int = T0, orders: tuple[TaggedOrder, ...] = ONE, shop: str = "s1", **fields: Any
) -> TagSubmitted:
    return TagSubmitted(f"e-{name}-{at}", at, "jd", name, shop, "main", ("worn_return",), orders, **fields)


def taken_back(of: TagSubmitted, at: int = T0 + DAY) -> TagSubmitted:
    return TagSubmitted(f"back-{of.event_id}", at, "jd", "word", "s1", "main", withdraws=of.event_id)


def on_stage(*facts: Any) -> Scene:
    scene = Scene("shops", "s1", "jd")
    scene.come(*facts)
    return scene


def requests(scene: Scene) -> dict[tuple[str, str], TagRequested]:
    return {(told.buyer_id, told.order_id): told for told in records_of(scene.published, TagRequested)}


def test_a_submission_has_a_row_of_its_name() -> None:
    scene = on_stage(tag(), tag("sub", T0 + 1), tag("other"), tag("theirs", shop="s2"))
    assert scene.names("submission") == ["other", "sub"]
    assert scene.ids("submission", "sub") == [tag().event_id, tag("sub", T0 + 1).event_id]


def test_each_order_is_asked_for_under_its_buyer_and_has_one() -> None:
    scene = on_stage(EXAM, tag(orders=(*ONE, TaggedOrder("o2", "b2"), TaggedOrder("o1", "b2"))))
    assert requests(scene).keys() == {("b1", "o1"), ("b2", "o2")}
    told = [output for output in scene.published if output.stream == "tag-requests"]
    assert [output.key for output in told] == [output.record.buyer_id for output in told]
    one = requests(scene)["b1", "o1"]
    assert (one.submission_id, one.account_id, one.scenario, one.rejection) == ("sub", "main", "worn_return", None)


def test_of_several_under_one_id_the_first_counts() -> None:
    scene = on_stage(EXAM, tag("sub", T0 + 1, (TaggedOrder("o9", "b9"),)), tag())
    assert requests(scene).keys() == {("b1", "o1")}
    gone = on_stage(EXAM, tag("sub", T0 + 1, (TaggedOrder("o9", "b9"),)))
    told = records_of(gone.come(tag()), TagRequested)
    assert {(one.buyer_id, one.is_held) for one in told} == {("b9", False), ("b1", True)}


def test_one_without_an_order_is_refused_as_a_whole_under_its_shop() -> None:
    scene = on_stage(EXAM, tag(orders=()))
    (output,) = [output for output in scene.published if output.stream == "tag-statuses"]
    assert (output.key, output.record.status, output.record.reason) == ("s1", "rejected", "no_orders")
    (denied,) = records_of(on_stage(tag(orders=())).published, TagStatus)
    assert denied.reason == "no_permission"


def test_all_are_asked_when_the_shops_accounts_change_and_none_by_a_case_of_its_own() -> None:
    scene = on_stage(EXAM, tag(), tag("other", T0 + DAY))
    told = records_of(scene.come(account("revoked", T0 + 1)), TagRequested)
    assert scene.judged("submission") == {"sub", "other"}
    assert [(one.submission_id, one.rejection) for one in told] == [("other", "no_permission")]
    scene.come(ViolationChanged("x1", T0, "jd", "c1", "s1", "found"))
    assert scene.judged("submission") == set()
    scene.come(tag("third"))
    assert scene.judged("submission") == {"third"}


@pytest.mark.parametrize(("at", "reason"), [(T0, None), (T0 + 1, "no_permission")])
def test_an_exam_counts_from_its_moment_on(at: int, reason: str | None) -> None:
    assert requests(on_stage(account("exam_passed", at), tag()))["b1", "o1"].rejection == reason


def test_what_the_shop_says_of_itself_tells_its_owner_by() -> None:
    scene = on_stage(EXAM, tag())
    assert requests(scene)["b1", "o1"].owner_marks == ()
    said = ShopDescribed("d1", T0 + DAY, "jd", "s1", phone_hash="p1")
    scene.come(said)
    assert scene.judged("submission") == {"sub"}
    assert requests(scene)["b1", "o1"].owner_marks == owner_marks([said], T0) != ()


def test_a_finding_makes_it_void_and_its_withdrawal_does_not() -> None:
    scene = on_stage(EXAM, tag())
    scene.come(AbuseFound("a1", T0 + 1, "jd", "s1", None, "false_report"))
    assert (requests(scene)["b1", "o1"].voided_by, requests(scene)["b1", "o1"].rejection) == ("a1", None)
    scene.come(AbuseFound("a2", T0 + 2, "jd", "s1", None, "false_report", "a1"))
    assert requests(scene)["b1", "o1"].voided_by is None


def test_what_takes_one_back_asks_for_it_and_tags_nothing_itself() -> None:
    scene = on_stage(EXAM, tag(), tag("other"))
    back = taken_back(tag())
    told = records_of(scene.come(back), TagRequested)
    assert scene.judged("submission") == {"sub", "other", "word"}
    assert [(one.submission_id, one.voided_by) for one in told] == [("sub", back.event_id)]


def test_what_takes_back_may_come_first_and_be_taken_back_itself() -> None:
    scene = on_stage(EXAM, taken_back(tag()), tag())
    assert requests(scene)["b1", "o1"].voided_by == taken_back(tag()).event_id
    scene.come(taken_back(taken_back(tag()), T0 + 2 * DAY))
    assert requests(scene)["b1", "o1"].voided_by is None


def test_what_takes_a_submission_back_tags_nothing() -> None:
    assert on_stage(EXAM).come(taken_back(tag())) == []


def test_judging_twice_is_judging_once() -> None:
    scene = on_stage(EXAM, tag(), tag("other"), taken_back(tag()))
    assert {one.internal_id for one in requests(scene).values()} <= scene.probe()
    assert scene.come(tag()) == []


def test_it_is_let_go_to_the_millisecond_and_what_it_asked_for_stands() -> None:
    scene = on_stage(EXAM, tag())
    assert scene.goes_after(T0 + Shops.retention_ms, "submission", "sub")
    assert scene.published == []


@pytest.mark.parametrize(("at", "is_taken"), [(T0, True), (T0 - 1, False)])
def test_one_older_than_what_is_held_is_too_late(at: int, is_taken: bool) -> None:
    scene = on_stage(EXAM, tag("theirs", T0 + Shops.retention_ms, shop="s2"))
    assert bool(records_of(scene.come(tag("old", at)), TagRequested)) is is_taken
    assert [fact.event_id for fact in scene.too_late] == ([] if is_taken else [tag("old", at).event_id])
