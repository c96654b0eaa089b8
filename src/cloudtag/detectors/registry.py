"""Detectors are found by being there, in order of name; nothing lists them.

cloudtag's own are the files of `cloudtag/detectors`, each under the name of its file. Those of any other installed
package are found by its entry points of the group `cloudtag.detectors`: each gives a name and the module that holds the
same five things. A detector that cannot be used stops whatever asks for detectors: judging without it would take its
alerts back.
"""

from __future__ import annotations

import pkgutil
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from importlib import import_module, metadata
from types import ModuleType
from typing import Any

from cloudtag import detectors
from cloudtag.detection.finding import Finding, Timer
from cloudtag.detection.rule import Example, Rule, Scope
from cloudtag.detection.wellformed import DetectorError, faults_of

GROUP = "cloudtag.detectors"
"""The group of entry points under which other packages tell of their detectors."""
OWN = "cloudtag"
"""The package of the detectors that come along."""


@dataclass(frozen=True, slots=True)
class Detector:
    """One detector: its name, its rule, its parameters' type, its examples, its function, and whose it is."""

    name: str
    rule: Rule
    parameters: type[Any]
    examples: tuple[Example, ...]
    detect: Callable[[Any, Any], Iterable[Finding | Timer]]
    doc: str
    package: str = OWN
    module: str = ""

    @property
    def is_own(self) -> bool:
        """Whether it comes along with cloudtag."""
        return self.package == OWN


@cache
def all_detectors() -> dict[str, Detector]:
    """Every detector by name, in order of name. Raises DetectorError, which names the package at fault."""
    found: dict[str, Detector] = {}
    for name, package, module in sorted((*_own(), *_foreign())):
        if name in found:
            other = found[name]
            raise DetectorError(
                f"two detectors are called {name!r}: {other.module} of {other.package} and {module} of {package}: "
                "rename or uninstall one of them"
            )
        found[name] = _load(name, package, module)
    return found


@cache
def of_scope(scope: Scope) -> tuple[Detector, ...]:
    """The detectors that look at one kind of thing."""
    return tuple(d for d in all_detectors().values() if d.rule.scope == scope)


def load(module: ModuleType, name: str, package: str) -> Detector:
    """The detector that a module holds. Raises DetectorError for one that holds none, or none that can be used."""
    faults = faults_of(module, name)
    if faults:
        raise DetectorError(f"detector {name!r} of {package} ({module.__name__}): {'; '.join(faults)}")
    return Detector(
        name=name,
        rule=module.RULE,
        parameters=module.Parameters,
        examples=tuple(module.EXAMPLES),
        detect=module.detect,
        doc=module.__doc__ or "",
        package=package,
        module=module.__name__,
    )


def _load(name: str, package: str, module: str) -> Detector:
    if ":" in module or "[" in module:
        raise DetectorError(f"detector {name!r} of {package}: {module!r} names more than a module")
    try:
        loaded = import_module(module)
    except Exception as error:
        reason = " ".join(f"{type(error).__name__}: {error}".split())
        raise DetectorError(f"detector {name!r} of {package}: {module} cannot be imported: {reason}") from error
    return load(loaded, name, package)


def _own() -> Iterator[tuple[str, str, str]]:
    """Name, package and module of each detector that comes along."""
    for found in pkgutil.iter_modules(detectors.__path__):
        if found.name != "registry":
            yield found.name, OWN, f"{detectors.__name__}.{found.name}"


def _foreign() -> Iterator[tuple[str, str, str]]:
    """The same of each detector that another installed package tells of."""
    for entry in metadata.entry_points(group=GROUP):
        yield entry.name, getattr(entry.dist, "name", None) or "an unnamed package", entry.value
