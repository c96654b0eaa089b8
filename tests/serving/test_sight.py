"""What a shop sees of what is published: its own, its part of what is about several, and nothing of the others."""

import msgspec
import pytest
from msgspec.structs import replace

from cloudtag.contract.records import Consequence, Reference
from cloudtag.contract.scope import Networks
from cloudtag.serving.sight import seen_by
from cloudtag.serving.viewers import ShopRef, Viewer
from tests.decisions.alerts import an_alert
from tests.warehouse import record_samples

SHOP = Viewer(name="s1", role="shop", shops=frozenset((ShopRef("taobao", "s1"),)))
PLATFORM = Viewer(name="p", role="platform")
OTHER_PLATFORM = Viewer(name="p", role="platform", networks=frozenset(("jd",)))
AUDITOR = Viewer(name="a", role="auditor", scopes=frozenset(("read",)))

BOTH = replace(
    an_alert(shop_id=None, shops=("s1", "s2"), order_ids=("o-s1", "o-s2"), refund_ids=("r-s2",)),
    linked_buyer_ids=("b-s2",), waybill_nos=("w-s2",), facts={"shop s2": "o-s2"}, explanation="at s2", currency="CNY",
    explanation_zh="在 s2", evidence=(Reference("orders", "e-s2", 1),), amount_at_stake_minor=5,
    withdrawn_because="s2", withdrawn_because_zh="s2",
)  # fmt: skip


def test_whoever_sees_all_sees_the_record_itself() -> None:
    for viewer in (PLATFORM, AUDITOR):
        assert seen_by(viewer, BOTH) is BOTH
    assert seen_by(OTHER_PLATFORM, BOTH) is None


def test_a_shop_sees_its_own_alert_whole() -> None:
    own = an_alert(shops=("s1",))
    assert seen_by(SHOP, own) is own
    assert seen_by(SHOP, an_alert(shops=())) is not None


@pytest.mark.parametrize(
    "alert",
    [an_alert(shop_id="s2"), an_alert(shop_id=None), replace(an_alert(), platform="jd")],
    ids=["another shop", "no shop", "a namesake in another network"],
)
def test_a_shop_does_not_see_what_is_not_about_it(alert: object) -> None:
    assert seen_by(SHOP, alert) is None  # type: ignore[type-var]


def test_of_an_alert_over_several_shops_nothing_of_the_others_shows() -> None:
    part = seen_by(SHOP, BOTH)
    assert part is not None
    assert (part.alert_id, part.order_ids, part.severity) == ("a1", ("o-s1",), "high")
    assert b"s2" not in msgspec.json.encode(part)
    assert "2 shops" in part.explanation


def test_of_a_confirmation_only_how_many_shops_there_are() -> None:
    made = replace(
        record_samples.confirmation("c1", "b1", ("t2/o2",), 1), platform="tmall", shop_ids=("s1", "s2"),
        order_ids=("o2",), alert_ids=("a2",), independent_shops=2,
    )  # fmt: skip
    part = seen_by(SHOP, made)
    assert part is not None
    assert (part.shop_ids, part.tag_ids, part.order_ids, part.alert_ids) == (("s1",), (), (), ())
    assert part.independent_shops == 2
    alone = replace(made, shop_ids=("s1",))
    assert seen_by(SHOP, alone) is alone
    assert seen_by(SHOP, replace(made, shop_ids=("s2",))) is None


def consequence(**changes: object) -> Consequence:
    return replace(record_samples.consequence("order_hold", "order", "o1", 1), platform="taobao", **changes)


def test_what_follows_is_seen_where_it_is_the_shops() -> None:
    assert seen_by(SHOP, consequence(shop_id="s1")) is not None
    assert seen_by(SHOP, consequence(shop_id="s2")) is None
    assert seen_by(SHOP, consequence(shop_id=None)) is None
    shop = consequence(shop_id=None, subject_kind="shop", subject_id="s1")
    assert seen_by(SHOP, shop) is shop
    assert seen_by(SHOP, replace(shop, subject_id="s2")) is None


def test_tags_and_labels() -> None:
    tag = replace(record_samples.tag_status("t1/o1", "b1", "s1", "pending", 1), platform="taobao")
    assert seen_by(SHOP, tag) is tag
    assert seen_by(SHOP, replace(tag, shop_id="s2")) is None
    assert seen_by(SHOP, tag, Networks({"taobao": "elsewhere"})) is None


def test_a_label_is_seen_by_whoever_answered_and_by_whom_it_is_about() -> None:
    label = replace(record_samples.label("a1", "b1", "true_positive", 1), platform="taobao", shop_id="s2")
    answered = replace(label, answered_by_shop_id="s1")
    assert seen_by(SHOP, answered) is answered
    about = replace(label, answered_by_shop_id="", shop_id="s1")
    assert seen_by(SHOP, about) is about
    assert seen_by(SHOP, replace(about, shop_id="s2")) is None
