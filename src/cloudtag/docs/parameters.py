"""A detector's parameters with their units, bounds and values on each platform."""

from __future__ import annotations

from typing import Any

import msgspec

from cloudtag.detectors.registry import Detector
from cloudtag.policy.listing import toml_value
from cloudtag.policy.load import shipped

UNITS = ("months", "days", "hours", "minutes", "seconds", "grams", "percent", "bits", "minor", "rating")
"""Units that parameters carry at the end of their names."""


def parameter_lines(detector: Detector) -> list[str]:
    """The parameters as a Markdown table, under what their struct says of them."""
    words = " ".join((detector.parameters.__doc__ or "").split())
    fields = msgspec.structs.fields(detector.parameters)
    if not fields:
        return [f"**Parameters:** {words[:1].lower()}{words[1:]}"]
    values = _values(detector)
    platforms = list(values)
    is_same = all(values[name] == values[platforms[0]] for name in platforms)
    heads = ["all platforms"] if is_same else platforms
    lines = [
        f"**Parameters:** {words[:1].lower()}{words[1:]}",
        "",
        f"| parameter | unit | allowed | {' | '.join(heads)} |",
        f"|---|---|---|{'---|' * len(heads)}",
    ]
    for field in fields:
        shown = [_value(values[name], field.name) for name in (platforms[:1] if is_same else platforms)]
        row = [f"`{field.name}`", unit_of(field.name, field.default), allowed(field.type), *shown]
        lines.append(f"| {' | '.join(row)} |")
    return lines


def unit_of(name: str, default: Any) -> str:
    """What a value counts, by the parameter's name."""
    if name.endswith("_minor"):
        return "minor units of the currency"
    for unit in UNITS:
        if name == unit or name.endswith(f"_{unit}"):
            return "stars" if unit == "rating" else unit
    if isinstance(default, bool) or not isinstance(default, int | float):
        return "names" if isinstance(default, tuple) and not any(isinstance(each, int) for each in default) else ""
    return "number"


def _values(detector: Detector) -> dict[str, dict[str, Any] | None]:
    """By platform, as its latest version has it; none where the detector is off."""
    found: dict[str, dict[str, Any] | None] = {}
    for policy in shipped().versions():
        parameters = policy.detectors.get(detector.name)
        found[policy.platform] = None if parameters is None else msgspec.to_builtins(parameters)
    return {name: found[name] for name in sorted(found, key=lambda name: (name != "default", name))}


def _value(values: dict[str, Any] | None, name: str) -> str:
    return "off" if values is None else shown(values[name])


def shown(value: Any) -> str:
    """A value as a table tells it: without quotes, lists by commas."""
    return ", ".join(map(str, value)) if isinstance(value, tuple | list) else toml_value(value).strip('"')


def allowed(kind: Any) -> str:
    """The bounds of a number, as its type states them."""
    limits = msgspec.inspect.type_info(kind)
    least, most = getattr(limits, "ge", None), getattr(limits, "le", None)
    if least is not None and most is not None:
        return f"{least} to {most}"
    if least is not None:
        return f"from {least}"
    return f"up to {most}" if most is not None else ""
