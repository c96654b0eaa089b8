"""Histories of which it is known what another policy makes of them."""

from collections import Counter
from typing import Any

from msgspec.structs import replace

from cloudtag.backtest.counts import RecordCount, buyers_of, saying, shops_of
from cloudtag.backtest.difference import Change, Field, differences
from cloudtag.backtest.standing import standing_by_stream
from cloudtag.backtest.words import words_of, words_of_change
from cloudtag.contract.records import Alert, Consequence, DeadLetter
from cloudtag.contract.standing import REVERSIBLE
from cloudtag.detection.example import day, event
from cloudtag.eventfiles.decoded_lines import events_of
from cloudtag.policy.model import Policies
from cloudtag.replay.driver import judge
from tests.backtest.versions import (
    LATER,
    compare,
    examined,
    half_returned,
    lines,
    of,
    packs,
    packs_with,
    reopened,
    table,
    tagged,
)
from tests.histories.strategies import HOUR_MS, START_MS

UNTIL_MS = START_MS + 30 * 24 * HOUR_MS
FOUR_TRIES = packs_with(table("repeat_reopen", "reopenings = 4"))
FOUR_ARE_HIGH = packs_with(table("repeat_reopen", "high_reopenings = 4"))
TWO_SHOPS_LATER = packs_with("[version.tags]\nthreshold_shops = 2\n", LATER)
TAGS = [
    *examined("s1", "s2"),
    *(tagged(shop, "before", day(n)) for n, shop in enumerate(("s1", "s2"), 1)),
    *(tagged(shop, "across", day(n)) for n, shop in ((9, "s1"), (10, "s2"))),
    *(tagged(shop, "after", day(n)) for n, shop in ((11, "s1"), (12, "s2"))),
]


def test_one_try_more_withdraws_three_tries_and_counts_otherwise_in_five() -> None:
    alerts = of(compare([*reopened(1, 3), *reopened(2, 5)], FOUR_TRIES), "alerts")
    assert (alerts.stood, alerts.stands, alerts.opened) == (2, 1, ())
    assert [(gone.detector, gone.buyer_id) for gone in alerts.withdrawn] == [("repeat_reopen", "b1")]
    (change,) = alerts.changed
    assert (change.base.buyer_id, change.base.severity, change.new.severity) == ("b2", "low", "low")
    fields = ["decided_at", "facts.reopenings", "explanation", "explanation_zh"]
    assert [field.name for field in change.fields] == fields
    assert ("facts.reopenings", "5/3", "5/4") in change.fields
    assert alerts.fields == {"decided_at": 1, "explanation": 1, "explanation_zh": 1, "facts.reopenings": 1}


def test_beside_another_alert_five_tries_stay_high_and_four_rise_when_four_are_high() -> None:
    events = [*half_returned(2, 5), *half_returned(3, 4)]
    severities = {
        name: {c.new.buyer_id: (c.base.severity, c.new.severity) for c in of(compare(events, new), "alerts").changed}
        for name, new in (("tries", FOUR_TRIES), ("high", FOUR_ARE_HIGH))
    }
    assert severities["tries"] == {"b2": ("high", "high"), "b3": ("medium", "medium")}
    assert severities["high"] == {"b2": ("high", "high"), "b3": ("medium", "high")}
    tries = of(compare(events, FOUR_TRIES), "alerts").changed
    assert {(each.new.detector, each.new.scenario) for each in tries} == {("repeat_reopen", "short_return")}


def test_what_differs_is_counted_by_detector_shop_and_buyer() -> None:
    counts = compare([*reopened(1, 3), *reopened(2, 5)], FOUR_TRIES).counts
    assert counts.detector == (RecordCount(stream="alerts", name="repeat_reopen", withdrawn=1, changed=1),)
    assert counts.shop == (RecordCount(stream="alerts", name="s1", withdrawn=1, changed=1),)
    assert counts.buyer == (
        RecordCount(stream="alerts", name="b1", withdrawn=1),
        RecordCount(stream="alerts", name="b2", changed=1),
    )


def test_the_money_is_that_of_the_refunds() -> None:
    found = compare([*reopened(1, 3), *reopened(2, 5), *reopened(3, 3, amount_minor=None)], FOUR_TRIES)
    (sums,) = found.withdrawn.sums
    assert (sums.currency, sums.refunds, sums.refunds_minor) == ("CNY", 1, 1500)
    assert (sums.orders, sums.orders_minor, sums.total_minor) == (1, 2 * 19900, 1500 + 2 * 19900)
    assert found.withdrawn.refunds_without_amount == 1
    assert found.opened.sums == ()


def test_a_dated_version_touches_only_what_happens_from_its_date_on() -> None:
    found = compare(TAGS, TWO_SHOPS_LATER)
    statuses = of(found, "tag-statuses")
    assert (statuses.stood, statuses.stands, statuses.opened, statuses.withdrawn) == (6, 6, (), ())
    assert Counter(change.new.buyer_id for change in statuses.changed) == {"across": 2, "after": 2}
    assert {(change.base.status, change.new.status) for change in statuses.changed} == {("pending", "confirmed")}
    thresholds = {change.new.tag_id: change.new.threshold for change in statuses.changed}
    assert thresholds == {"s1-across/s1-across": 3, "s2-across/s2-across": 2} | {
        f"{shop}-after/{shop}-after": 2 for shop in ("s1", "s2")
    }
    confirmed = of(found, "tag-confirmations").opened
    assert {each.buyer_id for each in confirmed} == {"across", "after"}


def test_a_confirmation_counts_for_each_of_its_shops() -> None:
    counts = compare(TAGS, TWO_SHOPS_LATER).counts
    assert [count for count in counts.shop if count.stream == "tag-confirmations"] == [
        RecordCount(stream="tag-confirmations", name=shop, opened=2) for shop in ("s1", "s2")
    ]
    assert RecordCount(stream="tag-confirmations", name="worn_return", opened=2) in counts.detector


def test_a_version_after_the_last_event_changes_nothing() -> None:
    found = compare(TAGS, packs_with("[version.tags]\nthreshold_shops = 2\n", day(13)))
    assert found.is_same
    assert [each.name for each in found.parameters] == ["tags.threshold_shops"]


def test_a_detector_that_is_off_withdraws_all_its_alerts() -> None:
    found = compare(reopened(1, 3), packs_with(table("repeat_reopen", "is_on = false")))
    assert {each.detector for each in of(found, "alerts").withdrawn} >= {"repeat_reopen"}


def test_a_verdict_that_finds_no_alert_is_no_difference_but_its_label_is() -> None:
    off = packs_with(table("repeat_reopen", "is_on = false"))
    (alert,) = of(compare(reopened(1, 3), off), "alerts").withdrawn
    verdict = event(
        "verdicts", day(12), alert_id=alert.alert_id, buyer_id="b1", shop_id="s1", account_id="main", verdict="abnormal"
    )
    facts = [*reopened(1, 3), verdict]
    heard, unheard = (list(judge(events_of(lines(facts)), UNTIL_MS, Policies(p.policies))) for p in (packs(), off))
    reasons = [[r.reason for _, r in told if isinstance(r, DeadLetter)] for told in (heard, unheard)]
    assert reasons == [[], ["unknown_alert"]]
    found = compare(facts, off, until_ms=UNTIL_MS)
    assert {each.stream: len(each.withdrawn) for each in found.differences if each.withdrawn} == {
        "alerts": 1, "labels": 1,
    }  # fmt: skip
    assert not any(each.opened or each.changed for each in found.differences)


def consequence(revision: int = 0, status: str = "active", **fields: Any) -> Consequence:
    return Consequence(
        consequence_id="c1", revision=revision, status=status, kind="shield", starts_at=1, platform="jd",  # type: ignore[arg-type]
        policy_version="1", **{"subject_kind": "buyer", "subject_id": "b1", **fields},
    )  # fmt: skip


def test_what_was_taken_back_does_not_stand() -> None:
    told = [("consequences", consequence(n, status)) for n, status in enumerate(("active", "reversed", "active"))]
    assert standing_by_stream(told[:2]) == {stream: {} for stream in REVERSIBLE}
    assert [r.revision for r in standing_by_stream(told)["consequences"].values()] == [2]


def test_revision_and_policy_version_alone_are_no_difference() -> None:
    base = standing_by_stream([("consequences", consequence(details={"days": "7", "shop": "s1"}))])
    same = standing_by_stream([("consequences", consequence(3, details={"days": "7", "shop": "s1"}))])
    key = ("consequences", "", "", "c1")
    same = {**same, "consequences": {key: replace(same["consequences"][key], policy_version="2")}}
    assert not any(each.changed for each in differences(base, same))
    other = standing_by_stream([("consequences", consequence(ends_at=5, details={"days": "9", "rule": "A1"}))])
    (change,) = next(each.changed for each in differences(base, other) if each.changed)
    assert change.fields == (
        ("details.days", "7", "9"),
        ("details.rule", None, "A1"),
        ("details.shop", "s1", None),
        ("ends_at", None, 5),
    )


def test_whom_any_kind_of_record_is_about() -> None:
    assert (saying(consequence()), buyers_of(consequence()), shops_of(consequence())) == (
        frozenset({"shield"}), frozenset({"b1"}), frozenset(),
    )  # fmt: skip
    assert shops_of(consequence(subject_kind="shop", subject_id="s9")) == {"s9"}
    assert buyers_of(consequence(subject_kind="order", subject_id="o1")) == set()


def test_every_output_that_can_be_taken_back_is_compared() -> None:
    assert {"alerts", "tag-statuses", "tag-confirmations", "consequences"} <= set(REVERSIBLE)
    assert "dead-letters" not in REVERSIBLE
    assert Alert.__struct_fields__[0] == "alert_id"


def test_a_difference_is_told_in_one_line() -> None:
    (change,) = (
        each
        for each in of(compare(reopened(2, 5), FOUR_TRIES), "alerts").changed
        if each.new.detector == "repeat_reopen"
    )
    assert words_of_change(change) == (
        "decided_at 2026-03-10T00:00:00Z → 2026-03-11T00:00:00Z; facts.reopenings 5/3 → 5/4"
    )
    longer = replace(change.new, explanation="a " * 40, explanation_zh="b")
    texts = [Change(change.new, longer, (Field("explanation", change.new.explanation, longer.explanation),))]
    assert words_of_change(texts[0]) == "explanation differs"
    assert words_of(longer) == " ".join("a" * 40)
    assert words_of(consequence(because=("a1", "a2"), details={"days": "7"})) == (
        "status active, subject_kind buyer, subject_id b1, because a1 a2, details days=7, "
        "starts_at 1970-01-01T00:00:00.001Z"
    )
