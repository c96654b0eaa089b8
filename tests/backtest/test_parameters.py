"""Which parameters differ, where, and from when until when."""

from pathlib import Path
from typing import Any

import pytest

from cloudtag.backtest.packs import packs_at
from cloudtag.backtest.parameters import partings
from cloudtag.policy.load import Packs, PolicyError, shipped_texts
from tests.backtest.versions import LATER, packs, table, version

LATER_MS = 1_772_409_600_000 + 10 * 86_400_000
TWO_SHOPS = "[version.tags]\nthreshold_shops = 2\n"
THREE_SHOPS = "[version.tags]\nthreshold_shops = 3\n"
APRIL, APRIL_MS = "2026-04-01T00:00:00Z", 1_775_001_600_000


def told(base: Packs, new: Packs) -> list[tuple[Any, ...]]:
    return [(p.name, p.base, p.new, p.platforms, p.from_ms, p.until_ms) for p in partings(base, new)]


def test_against_itself_nothing_differs() -> None:
    assert told(packs(jd=version(TWO_SHOPS)), packs(jd=version(TWO_SHOPS))) == []
    assert told(packs(), packs(jd=version(THREE_SHOPS))) == []


def test_what_is_inherited_differs_wherever_it_is() -> None:
    hours = "detectors.no_circulation.without_scan_hours"
    base, new = (packs(f"{table('no_circulation', f'without_scan_hours = {n}')}") for n in (72, 48))
    assert told(base, new) == [(hours, 72, 48, ("default", "jd"), None, None)]


def test_a_dated_version_differs_from_its_date_on() -> None:
    new = packs(jd=version(TWO_SHOPS, LATER))
    assert told(packs(), new) == [("tags.threshold_shops", 3, 2, ("jd",), LATER_MS, None)]
    assert told(new, packs()) == [("tags.threshold_shops", 2, 3, ("jd",), LATER_MS, None)]


def test_a_parameter_that_is_put_back_differs_between_two_dates() -> None:
    new = packs(jd=version(TWO_SHOPS, LATER) + version(THREE_SHOPS, APRIL, "back"))
    assert told(packs(), new) == [("tags.threshold_shops", 3, 2, ("jd",), LATER_MS, APRIL_MS)]


def test_spans_with_the_same_values_are_one() -> None:
    window = version("[version.tags]\nwindow_days = 90\n", LATER, "window")
    twice = version("[version.tags]\nwindow_days = 30\n", APRIL, "twice")
    base, new = packs(jd=window + twice), packs(jd="threshold_shops = 2\n" + window + twice)
    assert told(base, new) == [("tags.threshold_shops", 3, 2, ("jd",), None, None)]


def test_a_detector_that_is_off_lacks_its_parameters() -> None:
    found = told(packs(), packs(version(table("invalid_address", "is_on = false"), LATER)))
    assert ("detectors.invalid_address.orders", 3, None, ("default",), LATER_MS, None) in found
    assert ("detectors.invalid_address.is_on", None, False, ("default",), LATER_MS, None) in found


def test_a_new_pack_is_compared_with_the_default_one(tmp_path: Path) -> None:
    pack = tmp_path / "pdd.toml"
    pack.write_text(version(TWO_SHOPS))
    assert ("tags.threshold_shops", 3, 2, ("pdd",), None, None) in told(packs_at(None), packs_at(pack))


def test_a_single_file_replaces_the_shipped_pack_of_its_name(tmp_path: Path) -> None:
    pack = tmp_path / "jd.toml"
    pack.write_text(shipped_texts()["jd.toml"].replace("mark failed", "failed"))
    new = packs_at(pack)
    assert told(packs_at(None), new) == [("tags.pending_shown_as", "mark failed", "failed", ("jd",), None, None)]
    assert new.written["jd"][0].file == str(pack)


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("jd.toml", b"[[version]]\n\xff = 1\n", ":2: not UTF-8 text"),
        ("jd.txt", b"", ":1: a pack is named after its platform"),
        ("jd.toml", b'[[version]]\nid = "1"\n', ":1: from: must be a time"),
    ],
)
def test_a_file_that_is_no_pack_is_told_with_its_line(tmp_path: Path, name: str, content: bytes, words: str) -> None:
    pack = tmp_path / name
    pack.write_bytes(content)
    with pytest.raises(PolicyError) as caught:
        packs_at(pack)
    assert str(caught.value).startswith(f"{pack}{words}")
