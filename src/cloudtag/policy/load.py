"""Read policy packs: TOML files, one per platform, versions dated, checked to the last key.

A version states only what differs from the version before it; the first version of a platform starts from the
default pack, and the default pack from the defaults of the detectors.
"""

from __future__ import annotations

import tomllib
from datetime import datetime
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import msgspec

from cloudtag.detection.registry import all_detectors
from cloudtag.policy.model import LinkRules, Policies, Policy, TagRules


class PolicyError(ValueError):
    """A pack that cannot be used; the text names the file, the place and the fault."""


@cache
def shipped() -> Policies:
    """The packs that come with cloudtag."""
    folder = files("cloudtag") / "policies"
    texts = {path.name: path.read_text(encoding="utf-8") for path in folder.iterdir() if path.name.endswith(".toml")}
    return from_texts(texts)


def from_folder(folder: Path) -> Policies:
    """The packs in a folder; it must hold a `default.toml`."""
    return from_texts({path.name: path.read_text(encoding="utf-8") for path in folder.glob("*.toml")})


def from_texts(texts: dict[str, str]) -> Policies:
    """Packs from the texts of their files. Raises PolicyError."""
    if "default.toml" not in texts:
        raise PolicyError("no default.toml among the policy packs")
    first = _parse("default.toml", texts["default.toml"])
    base = first[0]
    packs = {"default": _versions("default.toml", "default", first, {})}
    for name, text in sorted(texts.items()):
        if name != "default.toml":
            platform = name.removesuffix(".toml")
            packs[platform] = _versions(name, platform, _parse(name, text), base)
    return Policies(packs)


def _parse(name: str, text: str) -> list[dict[str, Any]]:
    try:
        pack = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise PolicyError(f"{name}: {error}") from error
    versions = pack.pop("version", None)
    if pack or not isinstance(versions, list) or not versions:
        raise PolicyError(f"{name}: expected [[version]] tables only, found {sorted(pack) or 'none'}")
    return versions


def _versions(name: str, platform: str, tables: list[dict[str, Any]], base: dict[str, Any]) -> list[Policy]:
    policies = []
    for table in tables:
        base = _merge(base, table)
        policies.append(_policy(name, platform, base))
    return policies


def _merge(base: dict[str, Any], over: dict[str, Any]) -> dict[str, Any]:
    merged = dict(base)
    for key, value in over.items():
        both = isinstance(value, dict) and isinstance(merged.get(key), dict) and key != "scenarios"
        merged[key] = _merge(merged[key], value) if both else value
    return merged


def _policy(name: str, platform: str, table: dict[str, Any]) -> Policy:
    unknown = table.keys() - {"id", "from", "detectors", "tags", "links"}
    if unknown:
        raise PolicyError(f"{name}: unknown key {sorted(unknown)[0]!r}")
    starts = table.get("from")
    if not isinstance(starts, datetime) or starts.tzinfo is None:
        raise PolicyError(f"{name}: 'from' must be a time with its zone, as in 2026-01-01T00:00:00Z")
    return Policy(
        version=f"{platform}@{table.get('id', '')}",
        platform=platform,
        from_ms=int(starts.timestamp() * 1000),
        detectors=_detectors(name, table.get("detectors", {})),
        tags=_convert(f"{name}: tags", table.get("tags", {}), TagRules),
        links=_convert(f"{name}: links", table.get("links", {}), LinkRules),
    )


def _detectors(name: str, tables: dict[str, Any]) -> dict[str, Any]:
    unknown = tables.keys() - all_detectors().keys()
    if unknown:
        raise PolicyError(f"{name}: no detector is called {sorted(unknown)[0]!r}")
    parameters = {}
    for detector in all_detectors().values():
        table = dict(tables.get(detector.name, {}))
        if table.pop("is_on", True):
            parameters[detector.name] = _convert(f"{name}: detectors.{detector.name}", table, detector.parameters)
    return parameters


def _convert(place: str, table: dict[str, Any], struct: Any) -> Any:
    try:
        return msgspec.convert(table, struct)
    except msgspec.ValidationError as error:
        raise PolicyError(f"{place}: {error}") from error
