"""The name under which records cite a policy: it changes with the content, and with nothing else."""

from typing import Any

from cloudtag.policy.load import from_texts, read_packs, shipped, shipped_texts
from cloudtag.policy.published import read_published, standings
from cloudtag.resources import _PACKAGE


def versions(**texts: Any) -> dict[str, str]:
    changed = {f"{name}.toml": text for name, text in texts.items()}
    return {policy.name: policy.content for policy in from_texts({**shipped_texts(), **changed}).versions()}


def test_a_version_names_platform_id_and_content() -> None:
    (jd,) = (policy for policy in shipped().versions() if policy.platform == "jd")
    assert jd.version == f"jd-2016@{jd.content}"
    assert len(jd.content) == 8


def test_comments_and_the_order_of_keys_change_nothing() -> None:
    text = shipped_texts()["jd.toml"]
    assert versions(jd=f"# another comment\n{text}") == versions()


def test_a_parameter_changes_its_own_version_alone() -> None:
    text = shipped_texts()["jd.toml"] + "\n[version.detectors.no_circulation]\nwithout_scan_hours = 71\n"
    before, after = versions(), versions(jd=text)
    assert {name for name in before if before[name] != after[name]} == {"jd-2016"}


def test_what_is_said_again_as_it_is_inherited_changes_nothing() -> None:
    text = shipped_texts()["jd.toml"] + "\n[version.detectors.no_circulation]\nwithout_scan_hours = 72\n"
    assert versions(jd=text) == versions()


def test_a_detector_that_is_switched_off_and_a_moved_date_are_other_content() -> None:
    text = shipped_texts()["jd.toml"]
    off = text + "\n[version.detectors.no_circulation]\nis_on = false\n"
    later = text.replace("from = 2000-01-01T00:00:00Z", "from = 2001-01-01T00:00:00Z")
    assert len({versions()["jd-2016"], versions(jd=off)["jd-2016"], versions(jd=later)["jd-2016"]}) == 3


def test_the_packs_that_come_along_are_as_they_were_published() -> None:
    """Where this fails after a change of a parameter or a default: give the version an id, or publish it."""
    found = list(standings(read_packs(shipped_texts()), read_published(_PACKAGE / "policy" / "packs")))
    assert [str(standing.fault()) for standing in found if standing.published != standing.policy.content] == []
