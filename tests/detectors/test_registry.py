"""Detectors are found in order of name; one that cannot be used is told at the start, with its package."""

import importlib
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import get_args

import pytest

from cloudtag.detection.rule import Scope
from cloudtag.detection.wellformed import RESERVED, DetectorError
from cloudtag.detectors import registry, worn_return
from cloudtag.policy.convert import SECTIONS

SOUND = '''
from msgspec import Struct
from cloudtag.detection.rule import Rule
RULE = Rule(
    title="t", family="order", scenario="s", scope="order", needs=("orders",), rules=("x",), clears="c", clears_zh="c"
)
class Parameters(Struct, frozen=True, forbid_unknown_fields=True):
    """None."""
EXAMPLES = ()
def detect(case, parameters):
    return ()
'''


Install = Callable[..., None]
"""Installs a package of that name with entry points, and the text of their module."""


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Install:
    """Puts packages with entry points where Python looks for installed ones."""

    def installed(package: str, entries: dict[str, str], text: str = SOUND, *, is_named: bool = True) -> None:
        module = package.replace("-", "_")
        info = tmp_path / f"{module}-1.0.dist-info"
        info.mkdir()
        named = f"Name: {package}\n" if is_named else ""
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\n{named}Version: 1.0\n")
        lines = "".join(f"{name} = {target}\n" for name, target in entries.items())
        (info / "entry_points.txt").write_text(f"[{registry.GROUP}]\n{lines}")
        (tmp_path / f"{module}_found.py").write_text(text)
        # Another test has had one of that name.
        monkeypatch.delitem(sys.modules, f"{module}_found", raising=False)

    monkeypatch.syspath_prepend(tmp_path)
    importlib.invalidate_caches()
    return installed


def found() -> Mapping[str, registry.Detector]:
    """Found anew: not what was found before this test."""
    return registry.all_detectors.__wrapped__()


def fault() -> str:
    with pytest.raises(DetectorError) as caught:
        found()
    return str(caught.value)


def test_those_of_other_packages_stand_among_cloudtags_own_by_name(install: Install) -> None:
    install("shop-rules", {"aaa": "shop_rules_found", "zzz": "shop_rules_found"})
    names = list(found())
    assert names == sorted(names)
    assert {"aaa", "zzz", "worn_return"} <= set(names)
    assert (found()["aaa"].package, found()["aaa"].is_own) == ("shop-rules", False)
    assert found()["worn_return"].is_own


def test_a_detectors_page_is_what_its_module_says_of_itself(install: Install) -> None:
    install("shop-rules", {"aaa": "shop_rules_found"})
    assert found()["aaa"].doc == ""
    assert found()["worn_return"].doc == worn_return.__doc__


def test_each_detector_is_asked_about_the_things_of_its_scope_alone() -> None:
    asked = {scope: registry.of_scope.__wrapped__(scope) for scope in get_args(Scope)}
    told = [(detector.name, scope) for scope, detectors in asked.items() for detector in detectors]
    assert sorted(told) == [(name, detector.rule.scope) for name, detector in registry.all_detectors().items()]


def test_a_package_that_does_not_say_its_name_is_told_as_such(install: Install) -> None:
    install("one-shop", {"aaa": "one_shop_found", "bad": "no.such.module"}, is_named=False)
    assert fault().startswith("detector 'bad' of an unnamed package: no.such.module cannot be imported")


def test_two_of_one_name_are_told_with_both_packages(install: Install) -> None:
    install("one-shop", {"twice": "one_shop_found"})
    install("two-shop", {"twice": "two_shop_found"})
    assert fault() == (
        "two detectors are called 'twice': one_shop_found of one-shop and two_shop_found of two-shop: "
        "rename or uninstall one of them"
    )


def test_none_may_be_called_like_one_of_cloudtags_own(install: Install) -> None:
    install("one-shop", {"worn_return": "one_shop_found"})
    assert "cloudtag.detectors.worn_return of cloudtag and one_shop_found of one-shop" in fault()


@pytest.mark.parametrize(
    ("entries", "text", "told"),
    [
        (
            {"bad": "no.such.module"},
            SOUND,
            "detector 'bad' of one-shop: no.such.module cannot be imported: ModuleNotFou",
        ),
        ({"bad": "one_shop_found"}, "1 / 0", "detector 'bad' of one-shop: one_shop_found cannot be imported: ZeroDiv"),
        ({"bad": "one_shop_found"}, "def broken(:", "one_shop_found cannot be imported: SyntaxError"),
        ({"bad": "one_shop_found:detect"}, SOUND, "'one_shop_found:detect' names more than a module"),
        ({"bad": "one_shop_found [more]"}, SOUND, "'one_shop_found [more]' names more than a module"),
        ({"bad": "one_shop_found"}, "RULE = 1", "has no Parameters; it has no EXAMPLES; it has no detect"),
        ({"tags": "one_shop_found"}, SOUND, "'tags' is taken"),
        ({"confirmations": "one_shop_found"}, SOUND, "'confirmations' is taken"),
        ({"Bad-Name": "one_shop_found"}, SOUND, "lower-case letters"),
        ({"bad": "one_shop_found"}, SOUND.replace('"""None."""', "is_on: bool = True"), "cannot be called 'is_on'"),
        ({"bad": "one_shop_found"}, SOUND.replace('"""None."""', "hours: int"), "every parameter needs a default"),
        ({"bad": "one_shop_found"}, SOUND.replace(", forbid_unknown_fields=True", ""), "forbid_unknown_fields=True"),
        ({"bad": "one_shop_found"}, SOUND.replace('needs=("orders",)', 'needs=("order",)'), "no stream that is read"),
        ({"bad": "one_shop_found"}, SOUND.replace("RULE = Rule(", "RULE = dict("), "RULE is dict, not a Rule"),
        ({"bad": "one_shop_found"}, SOUND.replace("EXAMPLES = ()", "EXAMPLES = (1,)"), "not an Example"),
    ],
)
def test_one_that_cannot_be_used_is_told_with_its_package(
    install: Install, entries: dict[str, str], text: str, told: str
) -> None:
    install("one-shop", entries, text)
    said = fault()
    assert told in said
    assert "one-shop" in said
    assert "\n" not in said


def test_signals_of_another_scope_would_never_be_looked_at(install: Install) -> None:
    text = SOUND.replace('rules=("x",)', 'rules=("x",), signals=(UNDONE,)')
    install("one-shop", {"bad": "one_shop_found"}, f"from cloudtag.detection.signals import UNDONE\n{text}")
    assert "scopes 'buyer' and 'alerted' alone" in fault()


def test_no_detector_can_be_called_like_a_section_of_the_packs() -> None:
    assert {"id", "from", "detectors", *SECTIONS} <= RESERVED
