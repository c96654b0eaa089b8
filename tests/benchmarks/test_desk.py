"""The measurement of the desk shows every kind of page over rows made by SQL alone, and asks its questions again."""

import re

import pytest

from benchmarks.desk.__main__ import main, quantile

PAGES = ("case, platform", "case, shop", "queue, shop", "queue, platform", "shop", "platform")


ALERTS = 16_400
OF_A_CASE = {
    "platform": {"case_records": 10_000, "case_facts": 6_000, "logistics": 9_000},
    "shop": {"case_records": 10_000, "case_facts": 6_000, "logistics": 9_000, "permissions_current": 9_000},
}
"""So many rows a statement of a case page may read at most, by the table it asks first: some granules of 256 rows of
each look-up table, and of acts and scans one of 8192. Any other table read whole has more."""


def test_every_kind_of_page_is_shown_and_measured(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--alerts", str(ALERTS), "--pages", "2", "--alone", "2"]) == 0
    told = capsys.readouterr().out
    for page in PAGES:
        assert re.search(rf"^\| {page} \| [1-9]", told, re.MULTILINE), page
    assert f"'alerts': {ALERTS}, 'orders': {ALERTS}, 'refunds': {2 * ALERTS}, 'logistics': {3 * ALERTS}" in told
    assert told.count(": 2 times, ") > 2
    for kind in ("platform", "shop"):
        asked = re.search(rf"^\| case, {kind} .*\n((?:    .*\n)+)", told, re.MULTILINE)
        assert asked is not None
        read = re.findall(r"^    (\w+).*: .*, at most (\d+) rows read$", asked[1], re.MULTILINE)
        assert {table for table, _ in read} == OF_A_CASE[kind].keys()
        assert [(table, rows) for table, rows in read if int(rows) > OF_A_CASE[kind][table]] == []


@pytest.mark.parametrize(("share", "value"), [(0.0, 1), (0.5, 3), (0.95, 4), (1.0, 4)])
def test_a_quantile_is_one_of_the_values(share: float, value: int) -> None:
    assert quantile([4, 1, 3, 2], share) == value
