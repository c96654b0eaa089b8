"""`cloudtag policy`: what is in force, what is wrong, what differs."""

import re
from pathlib import Path

import pytest

from cloudtag.policy.load import read_packs, shipped_texts
from tests.cli.conftest import Run

LATER = '\n[[version]]\nid = "2026"\nfrom = 2026-01-01T00:00:00Z\n[version.tags]\nwindow_days = 90\n'

OTHER_HOURS = "\n[version.detectors.no_circulation]\nwithout_scan_hours = 48\n"


@pytest.fixture
def packs(tmp_path: Path) -> Path:
    for name, text in shipped_texts().items():
        (tmp_path / name).write_text(text)
    (tmp_path / "jd.toml").write_text(shipped_texts()["jd.toml"] + LATER)
    return tmp_path


def test_show_tells_each_parameter_and_where_it_stands(run: Run) -> None:
    shown = run("policy", "show", "jd")
    assert shown.code == 0
    assert re.search(r"jd-2016@[0-9a-f]{8}, in force from 2000-01-01T00:00:00Z", shown.out)
    (own,) = (line for line in shown.lines if "tags.pending_shown_as" in line)
    assert "mark failed" in own
    assert "jd.toml:" in own
    assert "inherited" not in own
    (label,) = (line for line in shown.lines if "tags.scenarios.worn_return" in line)
    assert "jd.toml:" in label
    assert not any("tags.scenarios.mass_unpaid" in line for line in shown.lines), "JD takes no tags about orders"
    (base,) = (line for line in run("policy", "show", "taobao").lines if "tags.scenarios.worn_return" in line)
    assert "default.toml:" in base
    assert "inherited" in base
    (silent,) = (line for line in shown.lines if "no_circulation.without_scan_hours" in line)
    assert "72" in silent
    assert "default of the code" in silent


def test_show_tells_what_was_in_force_at_a_time(run: Run, packs: Path) -> None:
    before = run("policy", "show", "jd", "--at", "2025-12-31", "--policies", packs)
    assert re.search(r"jd-2016@\w{8}, in force from 2000-01-01T00:00:00Z until 2026-01-01T00:00:00Z", before.out)
    after = run("policy", "show", "jd", "--policies", packs)
    assert "jd-2026@" in after.out


def test_an_unknown_platform_is_shown_the_default(run: Run) -> None:
    shown = run("policy", "show", "somewhere")
    assert shown.code == 0
    assert "default-2016@" in shown.out
    assert "judged by 'default'" in shown.err


def test_what_show_prints_as_toml_is_a_pack(run: Run) -> None:
    shown = run("policy", "show", "default", "--as-toml")
    assert "# Return number without a parcel (T3.4, F1, F7, F8, F10)." in shown.out
    assert (
        read_packs({"default.toml": shown.out}).policies["default"] == read_packs(shipped_texts()).policies["default"]
    )


def test_check_accepts_what_came_along(run: Run) -> None:
    checked = run("policy", "check")
    assert (checked.code, checked.err) == (0, "5 packs are sound\n")
    assert any(re.fullmatch(r"jd-2016@[0-9a-f]{8}: 17 keys stated", line) for line in checked.lines)


def test_check_names_file_and_line_and_ends_with_2(run: Run, packs: Path) -> None:
    file = packs / "tmall.toml"
    file.write_text(
        file.read_text() + "[version.detectors.no_circulation]\nwithout_scan_hour = 24\nwithout_scan_hours = 0\n"
    )
    lines = file.read_text().count("\n")
    checked = run("policy", "check", packs)
    assert (checked.code, checked.out) == (2, "")
    first, second = checked.err.splitlines()
    assert first.startswith(f"{file}:{lines - 1}: detectors.no_circulation.without_scan_hour: unknown parameter")
    assert second == f"{file}:{lines}: detectors.no_circulation.without_scan_hours: is 0, expected int >= 1"


def test_check_needs_a_folder(run: Run, tmp_path: Path) -> None:
    checked = run("policy", "check", tmp_path / "none")
    assert checked.code == 2
    assert checked.err.count("\n") == 1


def test_a_published_version_is_held_to_its_content(run: Run, packs: Path) -> None:
    first = run("policy", "check", packs)
    assert first.code == 0
    assert (
        "not published yet: aliexpress-v1, aliexpress-v2, aliexpress-v3, default-2016, jd-2016, jd-2026," in first.err
    )
    published = run("policy", "publish", packs)
    assert (published.code, len(published.lines)) == (0, 8)
    assert run("policy", "publish", packs).out == ""
    assert "not published yet" not in run("policy", "check", packs).err
    file = packs / "jd.toml"
    file.write_text(file.read_text().replace("window_days = 90", "window_days = 91"))
    for command in ("check", "publish"):
        refused = run("policy", command, packs)
        assert (refused.code, refused.out) == (2, "")
        line = file.read_text().splitlines().index('id = "2026"') + 1
        assert refused.err.startswith(f"{file}:{line}: version '2026' was published as ")
        assert refused.err.count("\n") == 1
    assert len(run("policy", "publish", packs, "--replace").lines) == 1
    assert run("policy", "check", packs).code == 0


def test_what_is_inherited_is_content_too(run: Run, packs: Path) -> None:
    run("policy", "publish", packs)
    file = packs / "default.toml"
    file.write_text(file.read_text() + OTHER_HOURS)
    refused = run("policy", "check", packs)
    assert refused.code == 2
    assert len(refused.err.splitlines()) == 8


def test_a_list_that_is_none_is_named(run: Run, packs: Path) -> None:
    for text in ("[jd\n", 'jd = "x"\n', "[jd]\n2016 = 5\n"):
        (packs / "published.toml").write_text(text)
        told = run("policy", "check", packs)
        assert told.code != 0
        assert "published.toml" in told.err


def test_diff_of_two_platforms(run: Run) -> None:
    told = run("policy", "diff", "taobao", "jd")
    assert told.code == 0
    (line,) = (line for line in told.lines if "tags.pending_shown_as" in line)
    assert "mark failed" in line
    assert "default of the code → " in line
    assert "jd.toml" in told.out, "below it, where the column is narrow"
    assert "detectors." not in told.out


def test_diff_of_two_versions(run: Run, packs: Path) -> None:
    told = run("policy", "diff", f"{packs}/jd@2016", f"{packs}/jd@2026")
    (line,) = (line for line in told.lines if "tags." in line)
    assert "tags.window_days" in line
    assert "180" in line


def test_diff_of_two_folders(run: Run, packs: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    other = tmp_path_factory.mktemp("other")
    for name, text in shipped_texts().items():
        (other / name).write_text(text + (OTHER_HOURS if name == "default.toml" else ""))
    told = run("policy", "diff", packs, other)
    assert "taobao@2016" in told.out
    assert "jd@2026 is in" in told.err
    assert run("policy", "diff", other, other).out == "no parameter differs\n"


@pytest.mark.parametrize("names", [("nosuch", "jd"), ("jd", "jd@1999"), ("jd", "/")])
def test_what_cannot_be_compared_is_wrong_usage(run: Run, names: tuple[str, ...]) -> None:
    told = run("policy", "diff", *names)
    assert (told.code, told.out) == (2, "")
    assert told.err.count("\n") == 1
