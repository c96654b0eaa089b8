"""Policy packs: dated, inherited, and checked to the last key."""

import pytest

from cloudtag.policy.load import PolicyError, from_texts, shipped

DEFAULT = """
[[version]]
id = "1"
from = 2020-01-01T00:00:00Z
[version.tags]
network = "default"
[version.tags.scenarios]
worn_return = "Worn"
"""


def test_every_platform_of_the_contract_has_a_pack() -> None:
    platforms = {policy.platform for policy in shipped().versions()}
    assert platforms == {"default", "taobao", "tmall", "jd", "aliexpress"}


def test_an_unknown_platform_is_judged_by_the_default_pack() -> None:
    assert shipped().at("somewhere", 1_772_409_600_000).platform == "default"


def test_a_version_is_in_force_from_its_date_on() -> None:
    later = DEFAULT + '[[version]]\nid = "2"\nfrom = 2021-01-01T00:00:00Z\n[version.tags]\nthreshold_shops = 5\n'
    policies = from_texts({"default.toml": later})
    change = 1_609_459_200_000
    assert policies.at("default", change - 1).tags.threshold_shops == 3
    assert policies.at("default", change).tags.threshold_shops == 5
    assert policies.at("default", change).tags.network == "default"
    assert policies.at("default", change).name == "default-2"


def test_a_pack_inherits_from_the_default() -> None:
    version = '[[version]]\nid = "1"\nfrom = 2020-01-01T00:00:00Z\n'
    pack = version + "[version.detectors.no_circulation]\nwithout_scan_hours = 24\n"
    policy = from_texts({"default.toml": DEFAULT, "shop.toml": pack}).at("shop", 1_772_409_600_000)
    assert policy.detectors["no_circulation"].without_scan_hours == 24
    assert policy.tags.network == "default"


def test_a_detector_can_be_switched_off() -> None:
    off = DEFAULT + "[version.detectors.no_circulation]\nis_on = false\n"
    assert "no_circulation" not in from_texts({"default.toml": off}).at("default", 0).detectors


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[version.detectors.no_such]\n", "no detector is called 'no_such'"),
        ("[version.detectors.no_circulation]\nhours = 3\n", "hours"),
        ("[version.detectors.no_circulation]\nwithout_scan_hours = 0\n", "without_scan_hours"),
        ("[version.links]\nfan_out = 'x'\n", "fan_out"),
        ("[version.else]\n", "'else'"),
        ("[version.tags\n", "default.toml"),
    ],
)
def test_a_wrong_key_or_value_is_named(text: str, words: str) -> None:
    with pytest.raises(PolicyError, match=r"default\.toml") as caught:
        from_texts({"default.toml": DEFAULT + text})
    assert words in str(caught.value)
