"""Detectors are found by being there: every file in `cloudtag/detectors` is one, under its own name."""

from __future__ import annotations

import pkgutil
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from typing import Any

from cloudtag import detectors
from cloudtag.detection.finding import Finding, Timer
from cloudtag.detection.rule import Example, Rule, Scope


@dataclass(frozen=True, slots=True)
class Detector:
    """One detector: its name (the file's), its rule, its parameters' type, its examples and its function."""

    name: str
    rule: Rule
    parameters: type[Any]
    examples: tuple[Example, ...]
    detect: Callable[[Any, Any], Iterable[Finding | Timer]]
    doc: str


@cache
def all_detectors() -> dict[str, Detector]:
    """Every detector by name, in order of name."""
    names = sorted(module.name for module in pkgutil.iter_modules(detectors.__path__) if module.name != "registry")
    return {name: _load(name) for name in names}


@cache
def of_scope(scope: Scope) -> tuple[Detector, ...]:
    """The detectors that look at one kind of thing."""
    return tuple(d for d in all_detectors().values() if d.rule.scope == scope)


def _load(name: str) -> Detector:
    module = import_module(f"{detectors.__name__}.{name}")
    return Detector(name, module.RULE, module.Parameters, module.EXAMPLES, module.detect, module.__doc__ or "")
