"""The measurement of the desk shows every kind of page over rows made by SQL alone, and asks its questions again."""

import re

import pytest

from benchmarks.desk.__main__ import main, quantile

PAGES = ("case, platform", "case, shop", "queue, shop", "queue, platform", "shop", "platform")


def test_every_kind_of_page_is_shown_and_measured(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--alerts", "8100", "--pages", "2"]) == 0
    told = capsys.readouterr().out
    for page in PAGES:
        assert re.search(rf"^\| {page} \| [1-9]", told, re.MULTILINE), page
    assert "alert_revisions: 15 times" in told
    assert "'alerts': 8100, 'orders': 8100, 'refunds': 16200, 'logistics': 24300" in told


@pytest.mark.parametrize(("share", "value"), [(0.0, 1), (0.5, 3), (0.95, 4), (1.0, 4)])
def test_a_quantile_is_one_of_the_values(share: float, value: int) -> None:
    assert quantile([4, 1, 3, 2], share) == value
