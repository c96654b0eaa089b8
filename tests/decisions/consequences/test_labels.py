"""What shops say of alerts, as labels for measuring detectors (A21 to A24)."""

from collections.abc import Iterable

import pytest

from cloudtag.contract import events as ev
from cloudtag.contract.records import Alert, Label
from cloudtag.contract.types import VerdictKind
from cloudtag.policy.load import shipped
from cloudtag.replay.topology import Topology
from tests.decisions.consequences.scene import DAY, HOUR, T0, Told, answered, denied, ordered
from tests.engine.standing import records_of

ByShop = tuple[VerdictKind, str]
"""A verdict of another shop than the alert's."""
EVENTS = denied(T0)
ALERT = Told(EVENTS).alert("received_refund_only")


def said(*verdicts: VerdictKind | ByShop, events: Iterable[ev.Event] = EVENTS) -> Told:
    """Verdicts, each a day after the last, by the alert's shop or a named one."""
    answers: list[ev.Event] = []
    for day, verdict in enumerate(verdicts, start=1):
        at = T0 + day * DAY
        if isinstance(verdict, tuple):
            answers.append(answered(ALERT, verdict[0], at, verdict[1]))
        else:
            answers.append(answered(ALERT, verdict, at))
    return Told([*events, *answers])


@pytest.mark.parametrize(("kind", "label"), [("abnormal", "true_positive"), ("normal", "false_positive")])
def test_a_verdict_resolves_the_alert_and_labels_it(kind: VerdictKind, label: str) -> None:
    told = said(kind)
    alert = told.alert("received_refund_only")
    assert (alert.status, alert.facts["verdict"]) == ("resolved", kind)
    (record,) = told.of(Label)
    assert (record.label, record.status, record.alert_id) == (label, "standing", alert.alert_id)
    assert (record.detector, record.scenario, record.severity) == (alert.detector, alert.scenario, alert.severity)
    assert (record.answered_by_shop_id, record.account_id, record.labelled_at) == ("s1", "main", T0 + DAY)


def test_ignore_resolves_without_a_label() -> None:
    told = said("ignore")
    assert told.alert("received_refund_only").status == "resolved"
    assert told.labels() == []


def test_a_later_verdict_takes_the_place_of_an_earlier_one() -> None:
    told = said("abnormal", "normal")
    (record,) = told.of(Label)
    assert (record.label, record.labelled_at, record.revision) == ("false_positive", T0 + 2 * DAY, 1)


def test_to_ignore_it_later_takes_the_label_back() -> None:
    assert said("abnormal", "ignore").labels() == [("true_positive", "withdrawn")]


def test_another_shop_may_not_answer() -> None:
    told = said(("normal", "s2"))
    assert told.alert("received_refund_only").status in ("open", "upgraded")
    assert told.labels() == []


@pytest.mark.parametrize("later", [("normal", "s2"), "unknown"], ids=["another shop", "unknown"])
def test_what_does_not_count_takes_nobodys_word_away(later: VerdictKind | ByShop) -> None:
    told = said("abnormal", later)
    assert told.alert("received_refund_only").status == "resolved"
    assert told.labels() == [("true_positive", "standing")]


def test_the_label_is_withdrawn_with_the_alert_and_comes_back_with_it() -> None:
    """An address is wrong, then right, then wrong again: an alert goes and returns, its label with it."""
    topology = Topology(shipped())
    course = []
    for n, address_valid in enumerate((False, True, False)):
        outputs = topology.feed([ordered("paid", T0 + n * HOUR, "o5", address_valid=address_valid)])
        exemption = [a for a in records_of(outputs, Alert) if a.detector == "shipping_exemption"]
        outputs += topology.feed([answered(alert, "normal", T0 + DAY) for alert in exemption if n == 0])
        course += [(found.label, found.status, found.revision) for found in records_of(outputs, Label)]
    label = "false_positive"
    assert course == [(label, "standing", 0), (label, "withdrawn", 1), (label, "standing", 2)]


def test_a_verdict_may_come_before_its_alert() -> None:
    early = answered(ALERT, "abnormal", T0 - 9 * DAY)
    assert Told([early, *EVENTS]).labels() == [("true_positive", "standing")]


def test_labels_name_no_tag() -> None:
    (record,) = said("abnormal").of(Label)
    assert "t-s1" not in str(record)
