"""What `tail` says of an alert: its money once, the verdict that resolved it, and why it was taken back."""

from pathlib import Path

import pytest
from msgspec.structs import replace

from cloudtag.cli.words import describe
from cloudtag.contract.records import Alert
from cloudtag.contract.streams import CONTRACTS
from cloudtag.wire import decode_json
from tests.schemas.test_examples import GOOD, name_of

ALERT = Alert(
    alert_id="a1",
    revision=0,
    status="open",
    detector="reused_waybill",
    scenario="worn_return",
    family="refund",
    severity="high",
    platform="jd",
    buyer_id="b1",
    first_event_at=1_742_860_800_000,
    decided_at=1_742_860_800_000,
    explanation="One number, two refunds.",
    explanation_zh="一个单号，两笔退款。",
    policy_version="default@0",
)


def test_money_is_told_once() -> None:
    said = describe("alerts", replace(ALERT, amount_at_stake_minor=12_300, currency="CNY"))
    assert ", 123.00 CNY at stake. One number, two refunds." in said
    explained = replace(ALERT, explanation="Two refunds. At stake: 123.00 CNY.")
    assert describe("alerts", replace(explained, amount_at_stake_minor=12_300, currency="CNY")).count("CNY") == 1
    assert "at stake" not in describe("alerts", ALERT)


def test_the_verdict_is_told_of_what_it_resolved() -> None:
    resolved = replace(ALERT, status="resolved", verdict="abnormal")
    assert "resolved by the shop's verdict abnormal" in describe("alerts", resolved)
    assert "verdict" not in describe("alerts", ALERT)


def test_why_it_was_taken_back_is_told() -> None:
    gone = replace(ALERT, status="withdrawn", withdrawn_because="The courier's scan clears it.")
    assert describe("alerts", gone).endswith("Taken back: The courier's scan clears it.")
    assert "Taken back" not in describe("alerts", ALERT)


@pytest.mark.parametrize("path", GOOD, ids=name_of)
def test_every_record_that_others_may_read_has_words(path: Path) -> None:
    stream, record = decode_json(path.read_bytes())
    assert stream in CONTRACTS
    assert len(describe(stream, record).split()) > 3


def test_a_decision_says_what_was_answered_and_why() -> None:
    (held,) = [decode_json(path.read_bytes())[1] for path in GOOD if name_of(path) == "decisions/refund-held"]
    said = describe("decisions", held)
    assert "about the refund of order o-1001, shop s-5, buyer b-77: hold. A critical alert" in said
    (gone,) = [decode_json(path.read_bytes())[1] for path in GOOD if name_of(path) == "decision-changes/withdrawn"]
    assert "no longer hold but grant" in describe("decision-changes", gone)
