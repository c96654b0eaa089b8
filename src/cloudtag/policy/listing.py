"""A policy as a flat list of parameters, each with where it stands, and as TOML."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from textwrap import wrap
from typing import Any, NamedTuple

import msgspec

from cloudtag.detectors.registry import all_detectors
from cloudtag.policy.convert import SECTIONS
from cloudtag.policy.inherit import PackSource
from cloudtag.policy.key_lines import Path
from cloudtag.policy.load import Packs
from cloudtag.policy.model import Policy

WIDTH = 110
"""Longer lists are written one item a line."""


class Parameter(NamedTuple):
    """One parameter in force; `source` is none for a default that no file states."""

    path: Path
    value: Any
    source: PackSource | None

    @property
    def name(self) -> str:
        """The path with dots."""
        return ".".join(self.path)


def parameters(packs: Packs, platform: str, number: int) -> list[Parameter]:
    """Every parameter of a version, in the order of a pack."""
    stated = packs.sources(platform, number)
    return [Parameter(path, value, stated.get(path)) for path, value in values(packs.policies[platform][number])]


def values(policy: Policy) -> Iterator[tuple[Path, Any]]:
    """Every parameter's path and value; a detector that is switched off has `is_on` alone."""
    for section in SECTIONS:
        yield from _flat((section,), msgspec.to_builtins(getattr(policy, section)))
    for name in all_detectors():
        found = policy.detectors.get(name)
        if found is None:
            yield ("detectors", name, "is_on"), False
        else:
            yield from _flat(("detectors", name), msgspec.to_builtins(found))


def as_toml(policy: Policy) -> str:
    """The policy as a pack that states everything, ready to paste; each detector under its title and rules."""
    lines = ["[[version]]", f"id = {toml_value(policy.id)}", f"from = {_time(policy.from_ms)}"]
    table: Path = ()
    for path, value in values(policy):
        if path[:-1] != table:
            table = path[:-1]
            lines += ["", *_title(table), f"[version.{'.'.join(_key(part) for part in table)}]"]
        lines.append(f"{_key(path[-1])} = {toml_value(value)}")
    return "\n".join(lines) + "\n"


def toml_value(value: Any) -> str:
    """A value as TOML writes it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list | tuple):
        line = f"[{', '.join(toml_value(item) for item in value)}]"
        return line if len(line) <= WIDTH else "[\n" + "".join(f"  {toml_value(item)},\n" for item in value) + "]"
    return json.dumps(value, ensure_ascii=False)


def _flat(path: Path, table: Mapping[str, Any]) -> Iterator[tuple[Path, Any]]:
    # A table within a table comes last, as TOML wants it.
    for name, value in sorted(table.items(), key=lambda item: isinstance(item[1], dict) and bool(item[1])):
        if isinstance(value, dict) and value:
            yield from _flat((*path, name), value)
        else:
            yield (*path, name), value


def _title(table: Path) -> list[str]:
    if table[0] != "detectors":
        return []
    detector = all_detectors()[table[1]]
    words = " ".join((detector.parameters.__doc__ or "").split())
    told = f"{detector.rule.title} ({', '.join(detector.rule.rules)}). {words}"
    return wrap(told, WIDTH, initial_indent="# ", subsequent_indent="# ")


def _key(name: str) -> str:
    return name if name.isascii() and name.replace("_", "").replace("-", "").isalnum() else json.dumps(name)


def _time(at_ms: int) -> str:
    from cloudtag.contract.times import rfc3339

    return rfc3339(at_ms)
