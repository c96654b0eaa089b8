"""The default pack states every parameter of every detector, with the value the detector's file has."""

import msgspec
import pytest

from cloudtag.detectors.registry import all_detectors
from cloudtag.policy.listing import as_toml, parameters
from cloudtag.policy.load import from_texts, read_packs, shipped_texts

DELIBERATELY_OTHER: dict[str, object] = {}
"""`detector.parameter` → the value the default pack has in place of the default in the detector's file."""
PASTE = "paste its section from `cloudtag policy show --as-toml` into default.toml"


AT_THE_BOUND = {"reused_evidence.picture_bits": 5}
"""Parameters whose default is the largest value there is, and another one."""


@pytest.fixture(scope="module")
def packs():
    return read_packs(shipped_texts())


@pytest.mark.parametrize("detector", all_detectors().values(), ids=lambda d: d.name)
def test_the_default_pack_states_every_parameter(detector, packs):
    stated = packs.written["default"][0].table["detectors"].get(detector.name, {})
    defaults = msgspec.to_builtins(detector.parameters())
    assert stated.keys() - {"is_on"} == defaults.keys(), PASTE
    for name, value in defaults.items():
        expected = DELIBERATELY_OTHER.get(f"{detector.name}.{name}", value)
        assert stated[name] == (list(expected) if isinstance(expected, tuple) else expected), f"{name}: {PASTE}"


def test_nothing_of_the_default_pack_is_left_to_the_code(packs):
    silent = [parameter.name for parameter in parameters(packs, "default", 0) if parameter.source is None]
    assert silent == []


def test_every_parameter_may_be_set_for_one_platform_alone():
    for detector in all_detectors().values():
        for name, value in msgspec.to_builtins(detector.parameters()).items():
            changed = value + 1 if isinstance(value, int) and not isinstance(value, bool) else value
            changed = AT_THE_BOUND.get(f"{detector.name}.{name}", changed)
            pack = '[[version]]\nid = "x"\nfrom = 2000-01-01T00:00:00Z\n[version.detectors.' + detector.name + "]\n"
            text = f"{pack}{name} = {_toml(changed)}\n"
            policies = from_texts({**shipped_texts(), "jd.toml": text})
            assert msgspec.to_builtins(policies.at("jd", 0).detectors[detector.name])[name] == changed
            assert msgspec.to_builtins(policies.at("taobao", 0).detectors[detector.name])[name] == value


def test_a_pack_written_out_is_the_same_pack(packs):
    for platform, versions in packs.policies.items():
        texts = {**shipped_texts(), f"{platform}.toml": "".join(as_toml(policy) + "\n" for policy in versions)}
        again = read_packs(texts).policies[platform]
        assert again == versions


def _toml(value):
    from cloudtag.policy.listing import toml_value

    return toml_value(value)
