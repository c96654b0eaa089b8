"""A default stands in the code alone: no pack states a value that is in force without it."""

from collections.abc import Iterator
from typing import Any

import msgspec
import pytest

from cloudtag.detectors.registry import all_detectors
from cloudtag.policy.convert import SECTIONS
from cloudtag.policy.inherit import merged
from cloudtag.policy.listing import as_toml, parameters, toml_value
from cloudtag.policy.load import Packs, from_texts, read_packs, shipped_texts
from cloudtag.policy.raw_pack import RawPack

AT_THE_BOUND = {"reused_evidence.picture_bits": 5, "review_bombing.bad_rating": 1}
"""Parameters whose default is the largest value there is, and another one."""


@pytest.fixture(scope="module")
def packs() -> Packs:
    return read_packs(shipped_texts())


def leaves(table: dict[str, Any], path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    for name, value in table.items():
        if isinstance(value, dict) and name != "scenarios":
            yield from leaves(value, (*path, name))
        else:
            yield (*path, name), value


def value_at(table: Any, path: tuple[str, ...]) -> Any:
    for name in path:
        table = table.get(name, {}) if isinstance(table, dict) else {}
    return table


def defaults() -> dict[str, Any]:
    """Every default that the code has, in the shape of a version."""
    sections = {
        name: {field.name: field.default for field in msgspec.structs.fields(kind)} for name, kind in SECTIONS.items()
    }
    detectors = {name: msgspec.to_builtins(found.parameters()) for name, found in all_detectors().items()}
    found: dict[str, Any] = msgspec.to_builtins(
        {**sections, "detectors": detectors},
        enc_hook=lambda value: None,  # No default.
    )
    return found


def idle(written: dict[str, list[RawPack]]) -> list[tuple[str, str, tuple[str, ...]]]:
    """What the versions of packs state though it is in force without them: platform, id and path."""
    found = []
    for platform, versions in written.items():
        base = defaults()
        if platform != "default":
            base = merged(base, written["default"][0].table)
        for version in versions:
            stated = {key: value for key, value in version.table.items() if key not in ("id", "from")}
            found += [(platform, version.id, path) for path, value in leaves(stated) if value_at(base, path) == value]
            base = merged(base, version.table)
    return found


def test_no_pack_states_what_is_in_force_without_it(packs: Packs) -> None:
    assert idle(packs.written) == []


def test_what_is_stated_for_nothing_would_be_found() -> None:
    more = "\n[version.detectors.no_circulation]\nwithout_scan_hours = 72\ncounts_holidays = true\n"
    more += "[version.links]\nfan_out = 20\narea_fan_out = 501\n"
    found = idle(read_packs({**shipped_texts(), "jd.toml": shipped_texts()["jd.toml"] + more}).written)
    assert found == [
        ("jd", "2016", ("detectors", "no_circulation", "without_scan_hours")),
        ("jd", "2016", ("links", "fan_out")),
    ]


def test_every_parameter_is_shown_whether_stated_or_not(packs: Packs) -> None:
    shown = {parameter.path for parameter in parameters(packs, "default", 0)}
    for name, detector in all_detectors().items():
        assert {("detectors", name, field) for field in detector.parameters.__struct_fields__} <= shown
    for name, kind in SECTIONS.items():
        assert {path[1] for path in shown if path[0] == name} == set(kind.__struct_fields__)


def test_every_parameter_may_be_set_for_one_platform_alone() -> None:
    for detector in all_detectors().values():
        for name, value in msgspec.to_builtins(detector.parameters()).items():
            changed = value + 1 if isinstance(value, int) and not isinstance(value, bool) else value
            changed = AT_THE_BOUND.get(f"{detector.name}.{name}", changed)
            pack = '[[version]]\nid = "x"\nfrom = 2000-01-01T00:00:00Z\n[version.detectors.' + detector.name + "]\n"
            text = f"{pack}{name} = {toml_value(changed)}\n"
            policies = from_texts({**shipped_texts(), "jd.toml": text})
            assert msgspec.to_builtins(policies.at("jd", 0).detectors[detector.name])[name] == changed
            assert msgspec.to_builtins(policies.at("taobao", 0).detectors[detector.name])[name] == value


def test_a_pack_written_out_is_the_same_pack(packs: Packs) -> None:
    for platform, versions in packs.policies.items():
        texts = {**shipped_texts(), f"{platform}.toml": "".join(as_toml(policy) + "\n" for policy in versions)}
        again = read_packs(texts).policies[platform]
        assert again == versions
