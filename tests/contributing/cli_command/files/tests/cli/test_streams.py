"""Streams are listed with their keys."""

import pytest

from cloudtag.cli import main


def test_every_input_is_listed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["streams"]) == 0
    assert "logistics waybill_no" in capsys.readouterr().out.splitlines()


def test_it_takes_no_name(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["streams", "orders"]) == 2
