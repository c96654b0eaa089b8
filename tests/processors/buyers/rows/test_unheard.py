"""Verdicts and appeals that find nothing they could be about: after a day each is a dead letter (F19)."""

from msgspec.structs import replace

from cloudtag.contract.events import AlertAnswered
from cloudtag.contract.records import DeadLetter
from cloudtag.processors.buyers.reading import HELD_MS
from tests.engine.standing import records_of
from tests.processors.buyers.acts import alerts, answered, complained, denied, linked, on_stage, ordered, scanned
from tests.processors.buyers.tagged import appealed, confirmed, sanctions
from tests.processors.scene import DAY, HOUR, T0, Scene


def said(alert_id: str = "nothing", at: int = T0, shop: str = "s1") -> AlertAnswered:
    return AlertAnswered(f"v-{alert_id}-{shop}-{at}", at, "taobao", alert_id, "b1", shop, "main", "normal")


def letters(scene: Scene, now_ms: int) -> list[str]:
    return [letter.reason for letter in records_of(scene.wait(now_ms), DeadLetter)]


def test_it_holds_nothing_and_is_asked_only_where_somebody_spoke() -> None:
    scene = on_stage()
    for fact in (ordered(), complained(), linked("device:d1", "b2")):
        scene.come(fact)
        assert scene.judged("unheard") == set()
    scene.come(said())
    assert scene.judged("unheard") == {""}
    scene.come(complained("c2"))
    assert (scene.judged("unheard"), scene.ids("unheard")) == ({""}, [])
    scene.come(ordered("paid", T0 + 1))
    assert scene.judged("unheard") == set()
    assert on_stage(appealed("x")).judged("unheard") == {""}


def test_a_letter_is_told_to_the_millisecond_under_its_topic_once() -> None:
    scene = on_stage(said())
    assert letters(scene, T0 + DAY - 1) == []
    (told,) = scene.wait(T0 + DAY)
    assert (told.stream, told.key, told.record.reason) == ("dead-letters", "verdicts", "unknown_alert")
    assert scene.come(said()) == []
    assert letters(scene, T0 + 90 * DAY) == []


def test_an_alert_that_comes_meanwhile_asks_for_it_and_there_is_no_letter() -> None:
    (alert,) = alerts(on_stage(*denied()).published)
    scene = on_stage(said(alert.alert_id, T0 + HOUR), *denied())
    assert scene.judged("unheard") == {""}
    assert letters(scene, T0 + 9 * DAY) == []
    withdrawn = on_stage(*denied(), scanned("W1", "returned", T0 + 3 * HOUR), said(alert.alert_id, T0 + 4 * HOUR))
    assert letters(withdrawn, T0 + 9 * DAY) == []


def test_a_shop_that_the_alert_is_not_about_is_not_heard() -> None:
    scene = on_stage(*denied())
    (alert,) = alerts(scene.published)
    scene.come(said(alert.alert_id, T0 + HOUR, "s9"))
    assert letters(scene, T0 + 9 * DAY) == ["not_your_alert"]
    other = on_stage(*denied())
    other.come(answered(alert, "normal", T0 + 4 * HOUR))
    assert letters(other, T0 + 9 * DAY) == []


def test_an_appeal_is_heard_where_there_is_such_a_consequence_reversed_or_not() -> None:
    scene = confirmed()
    (sanction,) = sanctions(scene)
    scene.come(appealed(sanction.consequence_id, "upheld", T0 + HOUR))
    assert letters(scene, T0 + 9 * DAY) == []
    assert letters(on_stage(appealed("nothing", at=T0)), T0 + DAY) == ["unknown_consequence"]


def test_a_verdict_replaced_by_one_on_something_known_is_no_letter() -> None:
    """Of two events under one id the one that sorts first counts."""
    scene = on_stage(*denied(), said(at=T0 + 4 * HOUR))
    (alert,) = alerts(on_stage(*denied()).published)
    scene.come(replace(said(at=T0 + 4 * HOUR), account_id="aide", alert_id=alert.alert_id))
    assert letters(scene, T0 + 9 * DAY) == []


def test_judging_twice_is_judging_once() -> None:
    scene = on_stage(said(), said("other"), ordered("placed", T0 + 2 * DAY))
    assert len(scene.probe()) == 2


def test_what_is_older_than_what_is_held_is_not_asked_after() -> None:
    """An appeal may come however late: it is master data."""
    for at, expected in ((T0, ["unknown_consequence"]), (T0 - 1, [])):
        scene = on_stage(ordered("placed", T0 + HELD_MS))
        told = records_of(scene.come(appealed("nothing", at=at)), DeadLetter)
        assert [letter.reason for letter in told] == expected


def test_it_is_let_go_with_the_last_verdict_and_stays_with_an_appeal() -> None:
    scene = on_stage(said())
    scene.wait(T0 + DAY + HELD_MS)
    assert scene.row("unheard") is not None
    scene.wait(T0 + DAY + 2 * HELD_MS)
    assert scene.row("unheard") is None
    objected = on_stage(appealed("nothing", at=T0))
    objected.wait(T0 + 5 * HELD_MS)
    assert objected.row("unheard") is not None
