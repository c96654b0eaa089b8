"""A parameter of the policy packs in one line: what it is by default, and where it is something else."""

from __future__ import annotations

from functools import cache
from typing import Any

from cloudtag.policy.listing import toml_value, values
from cloudtag.policy.load import shipped

NAMES = {"taobao": "Taobao", "tmall": "Tmall", "jd": "JD", "aliexpress": "AliExpress"}
"""The platforms as they are written."""
_DEFAULT = "default"


@cache
def known_parameters() -> dict[str, Any]:
    """Every parameter's value in the default pack, by its key."""
    (policy,) = (policy for policy in shipped().versions() if policy.platform == _DEFAULT)
    return {".".join(path): value for path, value in values(policy)}


def parameter(key: str) -> str:
    """The key, its default, and in brackets the packs, or versions of one, that say otherwise (Markdown).

    Raises KeyError for a key the default pack does not have.
    """
    usual = known_parameters()[key]
    others = [f"{platform}: {_shown(value)}" for platform, value in _others(key) if value != usual]
    return f"`{key}` {_shown(usual)}" + (f" ({'; '.join(others)})" if others else "")


def _others(key: str) -> list[tuple[str, Any]]:
    """The value of each pack; of each version where a pack's versions differ."""
    packs: dict[str, list[tuple[str, Any]]] = {}
    for policy in shipped().versions():
        if policy.platform != _DEFAULT:
            held = {".".join(path): value for path, value in values(policy)}
            packs.setdefault(policy.platform, []).append((policy.id, held.get(key)))
    told: list[tuple[str, Any]] = []
    for platform, versions in packs.items():
        name = NAMES.get(platform, platform)
        if all(value == versions[0][1] for _, value in versions):
            told.append((name, versions[0][1]))
        else:
            told += [(f"{name} {version}", value) for version, value in versions]
    return told


def _shown(value: Any) -> str:
    if value is None:
        return "off"
    if isinstance(value, list | tuple):
        return ", ".join(str(item) for item in value) or "none"
    return toml_value(value).strip('"')
