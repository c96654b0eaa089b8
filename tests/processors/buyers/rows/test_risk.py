"""The risk of the whole buyer: it follows the alerts that stand about single things, and nothing else."""

from msgspec.structs import replace

from cloudtag.contract.records import Label
from cloudtag.processors.buyers.reading import HELD_MS
from tests.engine.standing import records_of
from tests.processors.buyers.acts import (
    alerts,
    answered,
    complained,
    denied,
    linked,
    on_stage,
    ordered,
    scanned,
    short,
)
from tests.processors.buyers.rows.test_passes import passed
from tests.processors.scene import DAY, HOUR, T0

RISK = "buyer_risk"
LATER = T0 + 30 * DAY


def test_it_holds_nothing_and_is_never_asked_before_there_is_an_alert() -> None:
    scene = on_stage()
    for fact in (*denied()[:3], linked("device:d1", "b2")):
        scene.come(fact)
        assert scene.judged("risk") == set()
    scene.come(denied()[3])
    assert (scene.judged("risk"), scene.ids("risk")) == ({""}, [])


def test_then_links_and_orders_ask_for_it_and_a_complaint_does_not() -> None:
    scene = on_stage(*denied())
    for fact in (linked("device:d1", "b2"), passed(), ordered(n=5)):
        scene.come(fact)
        assert scene.judged("risk") == {""}
    scene.come(complained())
    assert scene.judged("risk") == set()


def test_two_kinds_of_signals_are_told_under_the_buyer_and_two_of_one_kind_are_not() -> None:
    scene = on_stage(*denied(), *short(2, LATER))
    (told,) = [output for output in scene.published if output.stream == "alerts" and output.record.detector == RISK]
    assert (told.key, told.record.order_ids, told.record.severity) == ("b1", ("o1", "o2"), "medium")
    assert alerts(on_stage(*denied(), *denied(2, LATER)).published, RISK) == []


def test_it_is_taken_back_with_an_alert_it_rests_on() -> None:
    scene = on_stage(*denied(), *short(2, LATER))
    (gone,) = alerts(scene.come(scanned("W1", "returned", T0 + 3 * HOUR)), RISK)
    assert (gone.status, gone.revision) == ("withdrawn", 1)


def test_it_is_not_followed_by_itself() -> None:
    """It repeats the alerts below it: nothing is said of it by those, nor by it of itself."""
    scene = on_stage(*denied(), *short(2, LATER))
    assert scene.judged("alerted") <= {""}
    (told,) = alerts(scene.published, RISK)
    assert RISK not in told.facts.get("scenarios", "")
    assert scene.come(ordered("completed", LATER + DAY, 2, lines=())) == []


def test_a_verdict_on_it_is_a_label_and_one_below_takes_it_back() -> None:
    scene = on_stage(*denied(), *short(2, LATER))
    (risk,) = alerts(scene.published, RISK)
    (label,) = records_of(scene.come(answered(risk, "abnormal", LATER + DAY)), Label)
    assert (label.alert_id, label.label) == (risk.alert_id, "true_positive")
    below = on_stage(*denied())
    (alert,) = alerts(below.published)
    for fact in short(2, LATER):
        below.come(fact)
    told = below.come(replace(answered(alert, "normal", LATER + DAY), event_id="v9"))
    assert [risk.status for risk in alerts(told, RISK)] == ["withdrawn"]


def test_judging_twice_is_judging_once() -> None:
    scene = on_stage(*denied(), *short(2, LATER))
    assert {alert.alert_id for alert in alerts(scene.published, RISK)} <= scene.probe()
    assert scene.come(*short(2, LATER)) == []


def test_it_stays_as_long_as_there_is_an_order_and_what_it_told_stands() -> None:
    scene = on_stage(*denied(), *short(2, LATER))
    scene.wait(LATER + 5 * HOUR + HELD_MS)
    assert scene.row("risk") is not None
    told = scene.wait(LATER + 2 * HELD_MS)
    assert scene.row("risk") is None
    assert [alert for alert in alerts(told, RISK) if alert.status == "withdrawn"] == []
