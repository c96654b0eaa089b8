"""What weighs by the alerts that stand beside it: asked after all that rests on facts alone."""

from typing import Any

from cloudtag.contract.records import Label
from cloudtag.contract.types import Proof
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
    refunded,
    scanned,
)
from tests.processors.scene import DAY, HOUR, T0, Scene

REOPENED = "repeat_reopen"


def again(count: int = 3) -> list[Any]:
    """A refund is refused, and opened again that many times, a day apart."""
    said: dict[str, Any] = {"type": "refund_only", "reason": "quality"}
    return [
        ordered(),
        refunded("opened", T0 + HOUR, **said),
        refunded("refused", T0 + 2 * HOUR, type="refund_only"),
        *(refunded("modified", T0 + n * DAY, **said) for n in range(1, count + 1)),
    ]


def faked(at: int = T0 + DAY) -> Any:
    return refunded("modified", at, evidence=(Proof("x", "picture", origin="edited"),))


def test_it_holds_nothing_and_is_asked_where_a_signal_was_given() -> None:
    scene = on_stage(*again())
    assert (scene.judged("alerted"), scene.ids("alerted")) == ({""}, [])
    for fact in (ordered(n=2), complained(), linked("device:d1", "b2")):
        scene.come(fact)
        assert scene.judged("alerted") == {""}
    quiet = on_stage(ordered(), refunded())
    assert quiet.judged("alerted") == set()
    quiet.come(complained())
    assert quiet.judged("alerted") == set()


def test_an_alert_below_asks_for_it_whatever_made_it() -> None:
    scene = on_stage(*denied()[:3])
    assert scene.judged("alerted") == set()
    scene.come(denied()[3])
    assert alerts(scene.published)
    assert scene.judged("alerted") == {""}


def test_what_it_finds_is_told_under_the_buyer_from_the_third_time_on() -> None:
    scene = on_stage(*again())
    (told,) = [output for output in scene.published if output.stream == "alerts"]
    assert (told.key, told.record.detector, told.record.revision) == ("b1", REOPENED, 0)
    assert alerts(on_stage(*again(2)).published) == []


def test_the_shops_agreement_takes_it_back() -> None:
    scene = on_stage(*again())
    (gone,) = alerts(scene.come(refunded("agreed", T0 + 4 * DAY)))
    assert (gone.detector, gone.status, gone.revision) == (REOPENED, "withdrawn", 1)


def severities(scene: Scene) -> list[tuple[str, str]]:
    return [(alert.severity, alert.status) for alert in alerts(scene.published, "reused_evidence")]


def test_an_alert_that_stands_beside_it_weighs_as_long_as_it_stands() -> None:
    assert severities(on_stage(ordered(), faked())) == [("medium", "open")]
    scene = on_stage(*denied(), faked())
    assert severities(scene) == [("high", "open")]
    scene.come(scanned("W1", "returned", T0 + 3 * HOUR))
    assert severities(scene) == [("medium", "open")]


def test_a_verdict_on_it_is_a_label() -> None:
    scene = on_stage(*again())
    alert = alerts(scene.published)[0]
    (label,) = records_of(scene.come(answered(alert, "abnormal", T0 + 4 * DAY)), Label)
    assert (label.alert_id, label.label, scene.judged("alerted")) == (alert.alert_id, "true_positive", {""})


def test_judging_twice_is_judging_once() -> None:
    scene = on_stage(*again())
    assert {alert.alert_id for alert in alerts(scene.published)} <= scene.probe()
    assert scene.come(*again()) == []


def test_what_it_told_is_let_go_with_the_last_order_and_stands() -> None:
    scene = on_stage(*again(), ordered("placed", T0 + 10 * DAY, 2))
    scene.wait(T0 + 10 * DAY + HELD_MS)
    assert scene.row("alerted") is not None
    scene.wait(T0 + 11 * DAY + 2 * HELD_MS)
    assert scene.row("alerted") is None
    assert [alert for alert in alerts(scene.published) if alert.status == "withdrawn"] == []
