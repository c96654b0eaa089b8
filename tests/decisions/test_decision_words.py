"""The sentences of a decision, in both languages, word by word where a condition chooses them."""

import pytest
from msgspec.structs import replace

from cloudtag.contract.records import Consequence, TagConfirmation
from cloudtag.decisions import decision_words as words
from cloudtag.detectors.registry import all_detectors
from tests.decisions.test_decide import alert, confirmation, follows

T0 = 1_772_409_600_000


def confirmed(basis: str, shops: int | None) -> TagConfirmation:
    return replace(confirmation(), basis=basis, independent_shops=shops, scenario="short_return")


@pytest.mark.parametrize(
    ("found", "en", "zh"),
    [
        (
            confirmed("shops", 3),
            "The buyer is confirmed under short_return, by 3 independent shops.",
            "该买家已被 3 家独立店铺确认（short_return）。",
        ),
        (
            confirmed("shops", 0),
            "The buyer is confirmed under short_return, by shops.",
            "该买家已由店铺确认（short_return）。",
        ),
        (
            confirmed("platform_evidence", 1),
            "The buyer is confirmed under short_return, by evidence.",
            "该买家已由平台证据确认（short_return）。",
        ),
    ],
    ids=["so many shops", "shops nobody counted", "the platform's evidence"],
)
def test_who_confirmed_the_buyer(found: TagConfirmation, en: str, zh: str) -> None:
    assert words.of_confirmation(found) == (en, zh)


@pytest.mark.parametrize(
    ("told", "en", "zh"),
    [
        (follows("insurance_decision", decision="hold"), "The order's insurance claim is decided: hold.", None),
        (follows("order_hold", basis="shop_limit"), "The order is held: the shop's own limit on this buyer.", None),
        (
            follows("order_warning", basis="confirmation, real_name_check"),
            "There is a warning about the order: a standing confirmation of the buyer, "
            "a standing sanction of the account.",
            "该订单有预警：买家的有效确认、账号的有效处罚。",
        ),
    ],
)
def test_what_follows_for_the_order(told: Consequence, en: str, zh: str | None) -> None:
    said = words.of_consequence(told)
    assert said.en == en
    assert zh is None or said.zh == zh


def test_what_is_known_too_long_ago_lets_pass_or_asks_a_person() -> None:
    passes, asks = words.behind(T0, is_open=True), words.behind(T0, is_open=False)
    at = "2026-03-02T00:00:00Z"
    assert passes.en == f"What stands was last known at {at}; the policy lets it pass meanwhile."
    assert asks.en == f"What stands was last known at {at}; the policy asks a person meanwhile."
    assert ("放行" in passes.zh, "人工复核" in asks.zh) == (True, True)


def test_what_would_clear_an_alert_is_said_in_its_detectors_own_words() -> None:
    rule = all_detectors()["short_return"].rule
    known = replace(alert("high"), facts={"clears": rule.clears})
    gone = replace(alert("high"), detector="a_plugin_gone", facts={"clears": "the plugin is content"})
    said = [rule.clears, "the plugin is content", "the confirmation is reversed"]
    assert list(words.changes_zh(said, [known, gone])) == [rule.clears_zh, "the plugin is content", "该确认被撤销"]
