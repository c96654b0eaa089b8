"""Which tests concern which part of the source: a detector's by its name, all others' by what they run."""

from __future__ import annotations

import inspect
import re
import sys
from collections.abc import Callable, Iterable, Sequence
from types import FrameType
from typing import Any

import pytest

from cloudtag.detectors.registry import all_detectors

DETECTORS = "cloudtag.detectors."
EXAMPLES = "tests/detectors/test_examples.py"
REGISTRY = "tests/detectors/test_registry.py"
OF_DETECTORS = ("tests/detectors/", "tests/processors/test_withdrawals.py")
NOT_OF_DETECTORS = (REGISTRY, "tests/detectors/test_own_detector.py")
BY_CALL = (
    "tests/decisions",
    "tests/policy/test_only_order.py",
    "tests/policy/test_routes.py",
    "tests/processors/shops/rows/test_violation.py",
    "tests/processors/test_withdrawals.py",
    REGISTRY,
)


def is_detector(module: str) -> bool:
    """Whether a module is a detector that comes along."""
    return module.startswith(DETECTORS) and module.removeprefix(DETECTORS) in all_detectors()


def of_detector(module: str, items: Iterable[pytest.Item]) -> list[pytest.Item]:
    """The detector's examples and near misses, then what takes its alerts back; not the laws, which hold all alike."""
    name = re.compile(rf"(?<![a-z_]){module.removeprefix(DETECTORS)}(?![a-z_])")
    found = [item for item in items if _is_asked(item.nodeid) and name.search(_said_of(item))]
    return sorted(found, key=lambda item: not item.nodeid.startswith(EXAMPLES))


def of_others(prefixes: tuple[str, ...], items: Iterable[pytest.Item]) -> list[pytest.Item]:
    """The tests that may concern what is no detector; not those of random histories, whose edges are chance."""
    asked = [item for item in items if item.nodeid.startswith(prefixes)]
    return [item for item in asked if not getattr(getattr(item, "obj", None), "is_hypothesis_test", False)]


def _is_asked(node: str) -> bool:
    if node.startswith(EXAMPLES):
        return node.startswith(f"{EXAMPLES}::test_example[")
    return node.startswith(OF_DETECTORS) and not node.startswith(NOT_OF_DETECTORS)


def _said_of(item: pytest.Item) -> str:
    """A test's id, its text, and what the tables of its module hold under its parameters."""
    if not isinstance(item, pytest.Function):
        return item.nodeid
    if item.nodeid.startswith(EXAMPLES):
        return item.nodeid.partition("[")[2].partition(":")[0]
    words = [item.nodeid, inspect.getsource(item.function)]
    parameters = item.callspec.params.values() if hasattr(item, "callspec") else ()
    tables = [held for held in vars(item.module).values() if isinstance(held, dict)]
    for value in parameters:
        if isinstance(value, str):
            words += [repr(table[value]) for table in tables if value in table]
    return " ".join(words)


def calls(do: Callable[[], object], files: Sequence[str]) -> tuple[set[tuple[str, str]], int]:
    """Which functions of some files are called meanwhile, as file and name, and how many calls there are in all."""
    found: set[tuple[str, str]] = set()
    wanted, count = frozenset(files), 0

    def note(frame: FrameType, event: str, argument: Any) -> None:
        nonlocal count
        if event == "call":
            count += 1
            if frame.f_code.co_filename in wanted:
                found.add((frame.f_code.co_filename, frame.f_code.co_qualname.partition(".<locals>")[0]))

    sys.setprofile(note)
    try:
        do()
    finally:
        sys.setprofile(None)
    return found, count
