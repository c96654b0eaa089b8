"""Which verdict on an alert counts: who may speak, who may take a word back, and what the platform says."""

import pytest
from msgspec.structs import replace

from cloudtag.contract import events as ev
from cloudtag.contract.records import Alert, Label
from cloudtag.contract.standing import latest
from cloudtag.contract.types import VerdictKind
from cloudtag.decisions.verdicts import answered, label_of, last_word, may_answer
from cloudtag.replay.driver import judge
from tests.decisions.alerts import an_alert

T0 = 1_772_409_600_000
DAY = 86_400_000
ORDER = ("o1", "b1", "s1")


def said(
    verdict: VerdictKind,
    at: int,
    shop: str | None = "s1",
    alert_id: str = "a1",
    withdraws: str | None = None,
    revision: int | None = None,
) -> ev.AlertAnswered:
    event_id = f"v{at}-{shop}"
    return ev.AlertAnswered(
        event_id, at, "taobao", alert_id, "b1", shop, None, verdict, alert_revision=revision, withdraws=withdraws
    )


def taken_back(verdict: ev.AlertAnswered, at: int, shop: str | None = "s1") -> ev.AlertAnswered:
    return said("unknown", at, shop, verdict.alert_id, withdraws=verdict.event_id)


def counts(*verdicts: ev.AlertAnswered, alert: Alert | None = None) -> tuple[str, str | None] | None:
    found = last_word(alert or an_alert(shop_id="s1"), verdicts)
    return None if found is None else (found.verdict, found.shop_id)


def test_the_latest_word_counts_whoever_of_the_two_spoke() -> None:
    shops, platforms = said("normal", 1), said("abnormal", 2, None)
    assert counts(shops, platforms) == counts(platforms, shops) == ("abnormal", None)
    assert counts(platforms, said("normal", 3)) == ("normal", "s1")


def test_a_stranger_and_who_says_nothing_take_nobodys_word_away() -> None:
    assert counts(said("normal", 1), said("abnormal", 2, "s2"), said("unknown", 3)) == ("normal", "s1")


def test_a_word_taken_back_leaves_the_one_before() -> None:
    first, second = said("normal", 1), said("abnormal", 2)
    assert counts(first, second, taken_back(second, 3)) == ("normal", "s1")
    assert counts(first, second, taken_back(first, 3)) == ("abnormal", "s1")
    assert counts(second, taken_back(second, 3)) is None


def test_what_takes_a_word_back_says_nothing_of_the_alert_itself() -> None:
    word = said("normal", 1)
    assert counts(word, replace(taken_back(word, 2), verdict="abnormal")) is None


@pytest.mark.parametrize(("verdict", "label"), [("normal", "false_positive"), ("ignore", None)])
def test_a_label_names_who_answered(verdict: VerdictKind, label: str | None) -> None:
    """A24: `ignore` says nothing of the detector; the platform is no shop and has no account."""
    word = replace(said(verdict, 1), account_id="main")
    found = [label_of(an_alert(), one) for one in (word, replace(word, shop_id=None, account_id=None))]
    told = [(one.label, one.answered_by_shop_id, one.account_id) for one in found if one is not None]
    assert told == ([(label, "s1", "main"), (label, "", "")] if label else [])
    assert label_of(an_alert(), None) is None


def test_the_revision_is_said_where_the_reviewer_said_which_was_seen() -> None:
    assert answered(an_alert(), said("normal", 1, revision=0)).facts == {
        "verdict": "normal",
        "verdict_on_revision": "0",
    }
    assert answered(an_alert(), said("normal", 1)).facts == {"verdict": "normal"}
    assert answered(an_alert(), None) == an_alert()


def test_only_who_spoke_takes_it_back_and_only_what_was_said_by_then() -> None:
    word, platforms = said("normal", 2), said("abnormal", 2, None)
    assert counts(word, taken_back(word, 3, None)) == ("normal", "s1")
    assert counts(platforms, taken_back(platforms, 3)) == ("abnormal", None)
    assert counts(word, taken_back(word, 3, "s2")) == ("normal", "s1")
    assert counts(word, taken_back(word, 1)) == ("normal", "s1")
    assert counts(word, taken_back(word, 2)) is None
    assert counts(platforms, taken_back(platforms, 3, None)) is None


@pytest.mark.parametrize(
    ("shop_id", "shops", "speaker", "may"),
    [
        ("s1", (), "s1", True),
        ("s1", ("s1",), "s2", False),
        ("s1", ("s1", "s2"), "s2", False),
        ("s1", (), "s2", False),
        (None, ("s1", "s2"), "s2", True),
        (None, ("s1", "s2"), "s3", False),
        (None, (), "s3", True),
        ("s1", (), None, True),
    ],
)
def test_an_alert_is_answered_by_those_it_is_about(
    shop_id: str | None, shops: tuple[str, ...], speaker: str | None, *, may: bool
) -> None:
    assert may_answer(an_alert(shop_id=shop_id, shops=shops), speaker) is may


def claim() -> list[ev.Event]:
    return [
        ev.OrderChanged("e1", T0, "taobao", *ORDER, "placed"),
        ev.OrderChanged("e2", T0 + 1, "taobao", *ORDER, "shipped", waybill_no="W1"),
        ev.ParcelScanned("e3", T0 + 2, "taobao", "sf", "W1", scan="signed", signer="recipient"),
        ev.RefundChanged("e4", T0 + DAY, "taobao", "r1", *ORDER, "opened", "refund_only", "not_received"),
    ]


def alert_of(events: list[ev.Event]) -> Alert:
    (alert,) = (r for r in latest(r for s, r in judge(list(events)) if s == "alerts").values() if isinstance(r, Alert))
    return alert


def labels_of(events: list[ev.Event]) -> list[tuple[str, str, str]]:
    records = latest(r for s, r in judge(list(events)) if s == "labels").values()
    return [(r.label, r.status, r.answered_by_shop_id) for r in records if isinstance(r, Label)]


def test_alert_and_label_follow_the_word_and_its_being_taken_back() -> None:
    alert_id = alert_of(claim()).alert_id
    word = said("normal", T0 + 2 * DAY, alert_id=alert_id, revision=0)
    resolved = alert_of([*claim(), word])
    assert (resolved.status, resolved.verdict, resolved.facts["verdict_on_revision"]) == ("resolved", "normal", "0")
    assert labels_of([*claim(), word]) == [("false_positive", "standing", "s1")]
    open_again = alert_of([*claim(), word, taken_back(word, T0 + 3 * DAY)])
    assert (open_again.status, open_again.verdict) == ("open", None)
    assert "verdict" not in open_again.facts
    assert labels_of([*claim(), word, taken_back(word, T0 + 3 * DAY)]) == [("false_positive", "withdrawn", "s1")]


def test_the_platforms_word_labels_too() -> None:
    word = said("abnormal", T0 + 2 * DAY, None, alert_of(claim()).alert_id)
    assert alert_of([*claim(), word]).verdict == "abnormal"
    assert labels_of([*claim(), word]) == [("true_positive", "standing", "")]
