"""From a version's tables to typed rules, with every fault on the line of its key."""

from __future__ import annotations

import re
from difflib import get_close_matches
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec

from cloudtag.detection.wellformed import SWITCH
from cloudtag.detectors.registry import all_detectors
from cloudtag.policy.consequence_rules import (
    ConsequenceRules,
    DeadlineRules,
    DecisionRules,
    DeskRules,
    ReportRules,
    SanctionRules,
    SellerRules,
)
from cloudtag.policy.content import added_hash, added_suffix, content_hash
from cloudtag.policy.faults import Fault
from cloudtag.policy.key_lines import Path
from cloudtag.policy.model import LinkRules, Policy, RouteNames, TagRules
from cloudtag.policy.raw_pack import RawPack

SECTIONS: dict[str, type[Any]] = {
    "tags": TagRules,
    "links": LinkRules,
    "routes": RouteNames,
    "consequences": ConsequenceRules,
    "sanctions": SanctionRules,
    "reports": ReportRules,
    "decisions": DecisionRules,
    "deadlines": DeadlineRules,
    "sellers": SellerRules,
    "desk": DeskRules,
}
"""The tables of a version beside `detectors`, each with the struct of its keys."""
_KEYS = ("id", "from", "detectors", *SECTIONS)
_UNKNOWN = re.compile(r"unknown field `(.*?)`")
_FIELD = re.compile(r"at `\$\.([A-Za-z0-9_]+)")


def policy_of(version: RawPack, table: dict[str, Any], faults: list[Fault]) -> Policy | None:
    """The policy a version amounts to with all it inherits; none after a fault."""
    before = len(faults)
    unknown = [key for key in version.table if key not in _KEYS]
    faults += [version.fault((key,), f"unknown key {key!r}{_meant(key, _KEYS)}") for key in unknown]
    rules = {name: _section(version, (name,), table.get(name, {}), kind, faults) for name, kind in SECTIONS.items()}
    detectors = _detectors(version, table.get("detectors", {}), faults)
    faults += _misfits(version, rules["tags"], rules["deadlines"])
    if len(faults) > before:
        return None
    own = {name: found for name, found in detectors.items() if all_detectors()[name].is_own}
    added = {name: added_hash(found) for name, found in detectors.items() if name not in own}
    return Policy(
        id=version.id,
        content=content_hash({**_told(rules), "detectors": own}, version.from_ms),
        added=added,
        suffix=added_suffix(added),
        platform=version.platform,
        from_ms=version.from_ms,
        detectors=detectors,
        **rules,
    )


def _told(rules: dict[str, Any]) -> dict[str, Any]:
    """The sections that count in a version's hash: the desk's once it says something.

    It judges nothing and came after versions were published; one that says nothing of it is what it was.
    """
    return {name: found for name, found in rules.items() if name != "desk" or found != DeskRules()}


def _misfits(version: RawPack, tags: TagRules | None, deadlines: DeadlineRules | None) -> list[Fault]:
    """What is well formed and yet means nothing."""
    faults = []
    if tags is not None:
        strays = sorted(set(tags.contact_first) - tags.scenarios.keys())
        path = ("tags", "contact_first")
        faults += [version.fault(path, f"tags.contact_first: no scenario {stray!r}") for stray in strays]
    if deadlines is not None and not _is_zone(deadlines.time_zone):
        text = f"deadlines.time_zone: no time zone is called {deadlines.time_zone!r}"
        faults.append(version.fault(("deadlines", "time_zone"), text))
    return faults


def _is_zone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True


def _detectors(version: RawPack, tables: Any, faults: list[Fault]) -> dict[str, Any]:
    if not isinstance(tables, dict):
        faults.append(version.fault(("detectors",), "detectors: expected a table for each detector"))
        return {}
    known = all_detectors()
    for name in tables:
        if name not in known:
            text = f"no detector is called {name!r}{_meant(name, known)}"
            faults.append(version.fault(("detectors", name), text))
    parameters = {}
    for detector in known.values():
        path, table = ("detectors", detector.name), tables.get(detector.name, {})
        is_on = table.get(SWITCH, True) if isinstance(table, dict) else True
        if not isinstance(is_on, bool):
            faults.append(
                version.fault((*path, "is_on"), f"{'.'.join(path)}.is_on: is {is_on!r}, expected true or false")
            )
        rest = {k: v for k, v in table.items() if k != SWITCH} if isinstance(table, dict) else table
        found = _section(version, path, rest, detector.parameters, faults)
        if is_on and found is not None:
            parameters[detector.name] = found
    return parameters


def _section(version: RawPack, path: Path, table: Any, kind: type[Any], faults: list[Fault]) -> Any:
    """The struct of one table. Each wrong key is named by itself: the table is read again without it."""
    left = table
    while True:
        try:
            found = msgspec.convert(left, kind)
        except msgspec.ValidationError as error:
            key = _key_of(str(error))
            if key is None or key not in left:
                if left is not table:  # What is missing now was there, and wrong.
                    return None
                faults.append(version.fault(path, f"{'.'.join(path)}: {_lower(error)}"))
                return None
            faults.append(version.fault((*path, key), _wrong((*path, key), left[key], error, kind)))
            left = {k: v for k, v in left.items() if k != key}
        else:
            return found if left is table else None


def _key_of(text: str) -> str | None:
    found = _FIELD.search(text) or _UNKNOWN.search(text)
    return found[1] if found else None


def _wrong(path: Path, value: Any, error: Exception, kind: type[Any]) -> str:
    name = ".".join(path)
    if _UNKNOWN.search(str(error)) and not _FIELD.search(str(error)):
        fields = kind.__struct_fields__
        known = f"; known are {', '.join(fields)}" if fields else "; it has none"
        return f"{name}: unknown parameter{_meant(path[-1], fields) or known}"
    return f"{name}: is {value!r}, {_lower(error)}"


def _lower(error: Exception) -> str:
    text = str(error).partition(" - at `$")[0].replace("`", "")
    return text[:1].lower() + text[1:]


def _meant(name: str, known: Any) -> str:
    close = get_close_matches(name, list(known), n=1)
    return f"; did you mean {close[0]!r}?" if close else ""
