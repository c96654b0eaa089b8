"""The page of parameters tells every one, and what each platform has instead."""

import msgspec

from cloudtag.detectors.registry import all_detectors
from cloudtag.docs.parameter_page import parameters_page
from cloudtag.policy.convert import SECTIONS


def part(heading):
    return parameters_page().split(f"\n## {heading}\n")[1].split("\n## ")[0]


def test_every_parameter_has_a_row_with_its_default():
    for name, detector in all_detectors().items():
        if detector.parameters.__struct_fields__:
            rows = [line.split(" | ") for line in part(f"detectors.{name}").splitlines() if line.startswith("| `")]
            told = {row[0].strip("| `"): row[3] for row in rows}
            for field, value in msgspec.to_builtins(detector.parameters()).items():
                expected = ", ".join(value) if isinstance(value, tuple | list) else str(value).lower()
                assert told[field].lower() == expected.lower()
    for section, kind in SECTIONS.items():
        assert all(f"| `{field}" in part(section) for field in kind.__struct_fields__)


def test_what_a_platform_has_instead_stands_beside_the_default():
    (row,) = (line for line in part("tags").splitlines() if line.startswith("| `pending_shown_as`"))
    assert row == "| `pending_shown_as` |  |  | pending | jd-2016: mark failed |"
    (row,) = (line for line in part("tags").splitlines() if line.startswith("| `window_days`"))
    assert row == "| `window_days` | days | 1 to 3650 | 180 |  |"
