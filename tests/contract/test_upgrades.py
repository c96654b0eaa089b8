"""An alert is upgraded when it has become more severe, and stays so until it is milder again."""

import pytest
from msgspec.structs import replace

from cloudtag.contract.records import SEVERITIES
from cloudtag.contract.upgrades import upgraded
from tests.warehouse.samples import alert

ALERT = replace(alert(1), status="open")


@pytest.mark.parametrize("before", SEVERITIES)
@pytest.mark.parametrize("after", SEVERITIES)
@pytest.mark.parametrize("was", ["open", "upgraded", "resolved"])
def test_a_rise_is_an_upgrade_and_a_fall_ends_it(before, after, was):
    rank = SEVERITIES.index
    is_more, is_same = rank(after) > rank(before), after == before
    told = upgraded(replace(ALERT, severity=after, revision=1), replace(ALERT, severity=before, status=was))
    assert told.status == ("upgraded" if is_more or (is_same and was == "upgraded") else "open")
    assert told == replace(ALERT, severity=after, revision=1, status=told.status)


def test_a_resolved_alert_is_none_however_severe():
    after = replace(ALERT, severity="critical", status="resolved")
    assert upgraded(after, replace(ALERT, severity="low")) is after
