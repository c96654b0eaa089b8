"""A release that the history does not have is noticed: a thorough run does not pass its tests over."""

from pathlib import Path

import pytest

from tests.integration import older_release

NO_COMMIT = "0" * 40


@pytest.mark.parametrize(
    ("is_thorough", "ci", "comes"),
    [(True, "", "Failed"), (False, "true", "Failed"), (True, "true", "Failed"), (False, "", "Skipped")],
)
def test_a_commit_that_is_not_there(
    is_thorough: bool, ci: str, comes: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(older_release, "is_thorough", lambda: is_thorough)
    monkeypatch.setenv("CI", ci)
    with pytest.raises(BaseException, match=f"the history has no {NO_COMMIT}") as raised:
        older_release.unpack(NO_COMMIT, tmp_path / "older")
    assert type(raised.value).__name__ == comes
    assert not (tmp_path / "older").exists()


@pytest.mark.parametrize("commit", [older_release.COMMIT, older_release.OTHER_PROTOCOL_COMMIT])
def test_the_commits_of_the_rolling_upgrade_are_unpacked(commit: str, tmp_path: Path) -> None:
    older_release.unpack(commit, tmp_path / "older")
    assert (tmp_path / "older" / "pyproject.toml").is_file()
