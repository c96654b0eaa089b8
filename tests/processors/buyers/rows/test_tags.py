"""Shops' tags about the buyer: told one by one, confirmed together, borne out by alerts."""

import pytest
from msgspec.structs import replace

from cloudtag.contract.records import TagConfirmation, TagStatus
from cloudtag.processors.buyers.reading import HELD_MS
from tests.engine.standing import records_of
from tests.processors.buyers.acts import complained, denied, linked, named, on_stage
from tests.processors.buyers.tagged import bought, confirmed, tagged
from tests.processors.scene import DAY, T0, Scene


def statuses(scene: Scene) -> list[tuple[str, str, str | None]]:
    told = [(tag.tag_id, tag.status, tag.reason) for tag in records_of(scene.published, TagStatus)]
    return sorted(told, key=repr)


def test_each_order_of_each_submission_is_held_in_one_row() -> None:
    scene = on_stage(tagged(1), tagged(2), tagged(1), replace(tagged(1), order_id="o9"))
    assert scene.names("tags") == [""]
    assert scene.ids("tags") == sorted(
        [tagged(1).internal_id, tagged(2).internal_id, replace(tagged(1), order_id="o9").internal_id]
    )


def test_a_tag_is_told_under_its_buyer() -> None:
    scene = on_stage(bought(1), tagged(1))
    (told,) = [output for output in scene.published if output.stream == "tag-statuses"]
    assert (told.key, told.record.tag_id, told.record.status, told.record.revision) == ("b1", "sub1/o1", "pending", 0)


def test_an_order_asks_for_it_only_where_there_is_a_tag() -> None:
    scene = on_stage(bought(1))
    assert scene.judged("tags") == set()
    scene.come(tagged(1))
    assert scene.judged("tags") == {""}
    scene.come(bought(2))
    assert scene.judged("tags") == {""}
    for fact in (complained(), linked("device:d1", "b2")):
        scene.come(fact)
        assert scene.judged("tags") == set()


def test_an_order_that_comes_after_its_tag_is_known_by_then() -> None:
    scene = on_stage(tagged(1))
    assert statuses(scene) == [("sub1/o1", "rejected", "unknown_order")]
    scene.come(bought(1))
    assert statuses(scene) == [("sub1/o1", "pending", None)]


def test_an_alert_asks_for_it() -> None:
    """A scan alone does not, unless an alert follows from it."""
    placed, shipped, signed, claimed = denied()
    scene = on_stage(bought(9), tagged(9), placed, shipped, signed)
    assert scene.judged("tags") == set()
    late = on_stage(bought(9), tagged(9), placed, shipped, claimed)
    late.come(signed)
    assert late.judged("tags") == {""}


def test_the_third_shop_confirms_and_the_second_does_not() -> None:
    scene = on_stage(*(bought(n) for n in (1, 2, 3)), tagged(1), tagged(2))
    assert records_of(scene.published, TagConfirmation) == []
    told = scene.come(tagged(3))
    (output,) = [output for output in told if output.stream == "tag-confirmations"]
    assert (output.key, output.record.status, output.record.shop_ids) == ("b1", "confirmed", ("s1", "s2", "s3"))
    assert {status for _, status, _ in statuses(scene)} == {"confirmed"}


@pytest.mark.parametrize(
    "gone", [{"is_held": False}, {"voided_by": "a1"}, {"rejection": "no_permission"}], ids=lambda gone: next(iter(gone))
)
def test_a_request_that_is_taken_back_void_or_refused_takes_the_confirmation_back(gone: dict[str, object]) -> None:
    scene = confirmed()
    (back,) = records_of(scene.come(replace(tagged(3), revision=1, **gone)), TagConfirmation)
    assert (back.status, back.revision) == ("reversed", 1)
    assert {status for tag, status, _ in statuses(scene) if tag != "sub3/o3"} == {"pending"}


def test_judging_twice_is_judging_once() -> None:
    scene = confirmed()
    told = records_of(scene.published, TagConfirmation)
    assert {confirmation.confirmation_id for confirmation in told} <= scene.probe()
    assert scene.come(tagged(3)) == []


def test_tags_stay_as_long_as_there_is_an_order_which_they_keep_as_long_as_they_are_young() -> None:
    assert on_stage(tagged(1)).goes_after(T0 + 1 + HELD_MS, "tags")
    scene = on_stage(bought(1), tagged(1, T0 + 100 * DAY))
    scene.wait(T0 + 100 * DAY + 1 + HELD_MS)
    assert (scene.ids("tags"), scene.names("order")) == ([tagged(1).internal_id], [named("o1")])
    scene.wait(T0 + 101 * DAY + 2 * HELD_MS)
    assert (scene.row("tags"), scene.names("order")) == (None, [])
    other = on_stage(bought(2), tagged(1, T0 + 100 * DAY))
    other.wait(T0 + HELD_MS + DAY)
    assert other.names("order") == []
    young = on_stage(bought(2, T0 + 100 * DAY), tagged(1))
    young.wait(T0 + 90 * DAY + HELD_MS)
    assert young.ids("tags") == [tagged(1).internal_id]
