"""What became of shops' reports, and what follows for the buyer: from tags, alerts, verdicts and appeals."""

import pytest
from msgspec.structs import replace

from cloudtag.contract.disputes import OrderLimitChanged
from cloudtag.contract.records import ConsequenceStatus, ReportStatus
from cloudtag.contract.types import AppealStatus
from cloudtag.processors.buyers.reading import HELD_MS
from tests.engine.standing import records_of
from tests.processors.buyers.acts import complained, denied, linked, on_stage, ordered
from tests.processors.buyers.tagged import appealed, bought, confirmed, sanctions, tagged
from tests.processors.scene import DAY, T0

LIMIT = OrderLimitChanged("m1", T0, "taobao", "s1", "b1", "main", "set")


def test_it_holds_nothing_and_is_asked_only_where_something_may_follow() -> None:
    scene = on_stage()
    for fact in (bought(1), complained(complainant="buyer"), linked("device:d1", "b2")):
        scene.come(fact)
        assert scene.judged("consequences") == set()
    for fact in (complained("c2", complainant="shop"), bought(2)):
        scene.come(fact)
        assert scene.judged("consequences") == {""}
    scene.come(linked("phone:p1", "b2"))
    assert (scene.judged("consequences"), scene.ids("consequences")) == (set(), [])


def test_tags_alerts_limits_and_appeals_ask_for_it() -> None:
    assert on_stage(bought(1), tagged(1)).judged("consequences") == {""}
    alerted = on_stage(*denied())
    assert alerted.judged("consequences") == {""}
    alerted.come(bought(5))
    assert alerted.judged("consequences") == {""}
    assert on_stage(LIMIT).judged("consequences") == {""}
    assert on_stage(appealed("x")).judged("consequences") == {""}


def test_what_follows_from_a_confirmation_is_told_under_its_subject_and_taken_back_with_it() -> None:
    scene = confirmed()
    told = {(o.key, o.record.kind, o.record.status) for o in scene.published if o.stream == "consequences"}
    assert told == {
        ("b1", "order_limit", "active"), ("b1", "sanction", "active"),
        *((f"o{n}", "metric_exclusion", "active") for n in (1, 2, 3)),
    }  # fmt: skip
    (sanction,) = sanctions(scene)
    scene.come(replace(tagged(3), revision=1, is_held=False))
    (gone,) = sanctions(scene)
    assert (gone.consequence_id, gone.status, gone.revision) == (sanction.consequence_id, "reversed", 1)


@pytest.mark.parametrize(("status", "expected"), [("rejected", "active"), ("upheld", "reversed")])
def test_an_appeal_that_is_upheld_takes_it_back_and_one_that_fails_does_not(
    status: AppealStatus, expected: ConsequenceStatus
) -> None:
    scene = confirmed()
    (sanction,) = sanctions(scene)
    scene.come(appealed(sanction.consequence_id, "opened"))
    scene.come(appealed(sanction.consequence_id, status, T0 + 2 * DAY, "p2"))
    assert [told.status for told in sanctions(scene)] == [expected]


def test_a_shops_report_is_told_under_the_buyer_and_taken_back_with_its_event() -> None:
    report = complained(complainant="shop", status="opened", type="malicious_refund", order_id="o1")
    scene = on_stage(ordered(), report)
    (told,) = [output for output in scene.published if output.stream == "report-statuses"]
    assert (told.key, told.record.report_id, told.record.revision) == ("b1", "c1", 0)
    (gone,) = records_of(scene.come(replace(report, complainant="buyer")), ReportStatus)
    assert (gone.report_id, gone.status, gone.revision) == ("c1", "withdrawn", 1)


def test_judging_twice_is_judging_once() -> None:
    scene = confirmed()
    assert {told.consequence_id for told in sanctions(scene)} <= scene.probe()
    assert scene.come(tagged(3)) == []


def test_what_was_told_stands_when_all_it_rests_on_has_left() -> None:
    scene = confirmed()
    scene.wait(T0 + 3 + HELD_MS)
    assert scene.row("consequences") is not None
    scene.wait(T0 + 3 * HELD_MS)
    assert (scene.row("consequences"), sanctions(scene)) == (None, [])
    beside = confirmed()
    beside.come(bought(9, T0 + 100 * DAY))
    beside.wait(T0 + 90 * DAY + HELD_MS)
    assert beside.row("consequences") is not None


def test_it_stays_for_an_appeal_that_is_as_young_as_what_is_held() -> None:
    scene = confirmed()
    (sanction,) = sanctions(scene)
    scene.wait(T0 + 3 + HELD_MS)
    scene.come(appealed(sanction.consequence_id, "opened", T0 + HELD_MS + DAY))
    scene.wait(T0 + 2 * HELD_MS + DAY)
    assert scene.row("consequences") is not None
    scene.wait(T0 + 3 * HELD_MS + 3 * DAY)
    assert scene.row("consequences") is None
