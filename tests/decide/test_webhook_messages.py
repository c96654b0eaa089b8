"""What a subscription is sent: every revision that it wants once, and the end of what it was told of."""

import json
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from cloudtag.contract.records import ShopOrder
from cloudtag.contract.scope import NETWORKS
from cloudtag.decide.webhook_messages import ToldRecords
from tests.decide.hooks import CHANGE, SUBSCRIPTION, hooks
from tests.decisions.test_decide import alert

OF_ALERTS = SUBSCRIPTION + 'sends = ["alerts"]\n'
CRITICAL = alert("critical")
WITHDRAWN = replace(CRITICAL, revision=2, status="withdrawn")


def told(tmp_path: Path, lines: str = "", most: int = 100) -> ToldRecords:
    (hook,) = hooks(tmp_path, OF_ALERTS + lines)
    return ToldRecords(hook, NETWORKS, most)


def ids(records: ToldRecords, *given: Any) -> list[str]:
    return [message.id for each in given if (message := records.message_of(each)) is not None]


@pytest.mark.parametrize(
    ("lines", "is_wanted"),
    [
        ("", True),
        ('severities = ["critical"]', True),
        ('severities = ["low", "high"]', False),
        (f'detectors = ["{CRITICAL.detector}"]', True),
        ('detectors = ["worn_return"]', False),
        (f'scenarios = ["{CRITICAL.scenario}"]', True),
        ('scenarios = ["worn_return"]', False),
        ('statuses = ["open"]', True),
        ('statuses = ["upgraded"]', False),
        (f'statuses = ["open"]\nseverities = ["high"]\ndetectors = ["{CRITICAL.detector}"]', False),
        ('shops = [{platform = "taobao", shop_id = "s1"}]', True),
        ('shops = [{platform = "taobao", shop_id = "s9"}]', False),
        ('shops = [{platform = "jd", shop_id = "s1"}]', False),
    ],
)
def test_what_a_subscription_wants_of_alerts(tmp_path: Path, lines: str, *, is_wanted: bool) -> None:
    named = replace(CRITICAL, shop_id="s1", orders=(ShopOrder("s1", "o1"),))
    assert bool(ids(told(tmp_path, lines), named)) == is_wanted


def test_a_message_shows_the_alert(tmp_path: Path) -> None:
    message = told(tmp_path).message_of(CRITICAL)
    assert message is not None
    body = json.loads(message.body)
    assert (body["type"], body["data"]["alert_id"], body["data"]["revision"]) == ("alert.revised", CRITICAL.alert_id, 0)
    assert message.id == f"{CRITICAL.alert_id}.0"


def test_each_revision_is_told_once_and_none_after_a_later_one(tmp_path: Path) -> None:
    upgraded = replace(CRITICAL, revision=1, status="upgraded")
    found = ids(told(tmp_path), CRITICAL, CRITICAL, upgraded, CRITICAL, upgraded)
    assert found == [f"{CRITICAL.alert_id}.{number}" for number in (0, 1)]


def test_the_end_is_told_to_whom_the_beginning_was(tmp_path: Path) -> None:
    end = f"{CRITICAL.alert_id}.2"
    assert ids(told(tmp_path, 'statuses = ["open"]'), CRITICAL, WITHDRAWN)[1:] == [end]
    # It was high when it was told of, and ends as what is not wanted.
    assert ids(told(tmp_path, 'severities = ["critical"]'), CRITICAL, replace(WITHDRAWN, severity="low"))[1:] == [end]
    assert ids(told(tmp_path), WITHDRAWN) == []
    assert ids(told(tmp_path, 'severities = ["low"]'), CRITICAL, WITHDRAWN) == []
    assert ids(told(tmp_path, 'statuses = ["withdrawn"]'), CRITICAL, WITHDRAWN) == [end]


def test_a_shop_is_shown_its_part(tmp_path: Path) -> None:
    over = replace(CRITICAL, shop_id=None, orders=(ShopOrder("s1", "o1"), ShopOrder("s2", "o2")))
    message = told(tmp_path, 'shops = [{platform = "taobao", shop_id = "s1"}]').message_of(over)
    assert message is not None
    assert b"s2" not in message.body
    assert b'"o1"' in message.body


def test_what_was_before_the_installation_is_told_to_who_asks_for_it(tmp_path: Path) -> None:
    before = replace(CRITICAL, historical=True)
    assert ids(told(tmp_path), before) == []
    assert len(ids(told(tmp_path, "historical = true"), before)) == 1


def test_so_many_are_remembered_that_were_told_of_last(tmp_path: Path) -> None:
    records = told(tmp_path, most=2)
    others = [replace(CRITICAL, alert_id=f"a{number}") for number in range(3)]
    assert ids(records, *others, others[2], others[0]) == ["a0.0", "a1.0", "a2.0", "a0.0"]


def test_a_change_is_told_once_and_alerts_are_not_told_of_to_who_wants_changes(tmp_path: Path) -> None:
    (hook,) = hooks(tmp_path)
    records = ToldRecords(hook, NETWORKS)
    assert ids(records, CHANGE, CHANGE, replace(CHANGE, change_id="change-2", revision=1)) == ["change-1", "change-2"]
    assert ids(records, None) == []
