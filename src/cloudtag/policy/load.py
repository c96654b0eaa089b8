"""Read policy packs: TOML files, one per platform, versions dated, checked to the last key."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any, NamedTuple

from cloudtag.policy.convert import policy_of
from cloudtag.policy.faults import Fault, PolicyError
from cloudtag.policy.inherit import PackSource, line_of_descent, merged, sources
from cloudtag.policy.key_lines import Path as Keys
from cloudtag.policy.model import Policies, Policy
from cloudtag.policy.raw_pack import RawPack, read

__all__ = ["Packs", "PolicyError", "from_folder", "from_texts", "read_packs", "shipped", "shipped_texts"]
BASE = "default.toml"
PUBLISHED = "published.toml"
"""The list of what was published: no pack, though it lies among them."""
NO_BASE = "there is no such file among the policy packs, and all others build on it"


class Packs(NamedTuple):
    """Packs with the files they come from: versions by platform, as written and as they are in force."""

    written: dict[str, list[RawPack]]
    policies: dict[str, list[Policy]]

    def number_at(self, platform: str, at_ms: int | None) -> tuple[str, int]:
        """The pack that judges a platform, and which of its versions is in force then (none: the last)."""
        name = platform if platform in self.policies else "default"
        starts = [policy.from_ms for policy in self.policies[name]]
        begun = len(starts) if at_ms is None else sum(start <= at_ms for start in starts)
        return name, max(begun - 1, 0)

    def sources(self, platform: str, number: int) -> dict[Keys, PackSource]:
        """Where each value of a version stands; those that stand nowhere are defaults."""
        return sources(line_of_descent(self.written, platform, number))


@cache
def shipped() -> Policies:
    """The packs that come with cloudtag."""
    return from_texts(shipped_texts())


def shipped_texts() -> dict[str, str]:
    """The files of the packs that come with cloudtag, by name."""
    folder = files("cloudtag.policy") / "packs"
    return {path.name: path.read_text(encoding="utf-8") for path in folder.iterdir() if _is_pack(path.name)}


def from_folder(folder: Path) -> Policies:
    """The packs in a folder; it must hold a `default.toml`. Raises PolicyError, and OSError for no folder."""
    return Policies(read_packs(folder_texts(folder)).policies)


def folder_texts(folder: Path) -> dict[str, str]:
    """The files of the packs in a folder, by path. Raises PolicyError for one that is not text, and OSError."""
    if not (folder / BASE).exists() and folder.is_dir():
        raise PolicyError([Fault(str(folder / BASE), 1, NO_BASE)])
    return {str(path): _text(path) for path in sorted(folder.iterdir()) if _is_pack(path.name)}


def _is_pack(name: str) -> bool:
    return name.endswith(".toml") and name != PUBLISHED


def _text(path: Path) -> str:
    bytes_ = path.read_bytes()
    try:
        return bytes_.decode("utf-8")
    except UnicodeDecodeError as error:
        line = bytes_.count(b"\n", 0, error.start) + 1
        raise PolicyError([Fault(str(path), line, "not UTF-8 text")]) from None


def from_texts(texts: dict[str, str]) -> Policies:
    """Packs from the texts of their files. Raises PolicyError."""
    return Policies(read_packs(texts).policies)


def read_packs(texts: dict[str, str]) -> Packs:
    """Packs from the texts of their files, by name or path. Raises PolicyError with every fault of all files."""
    faults: list[Fault] = []
    names = {Path(name).name: name for name in texts}
    if BASE not in names:
        raise PolicyError([Fault(BASE, 1, NO_BASE)])
    order = [BASE, *sorted(names.keys() - {BASE})]
    written = {
        name.removesuffix(".toml"): read(names[name], name.removesuffix(".toml"), texts[names[name]], faults)
        for name in order
    }
    policies = {"default": _in_force(written["default"], {}, faults)}
    # On a broken default pack every other one would be blamed for what it inherits.
    if not faults:
        base = written["default"][0].table
        rest = {platform: versions for platform, versions in written.items() if platform != "default"}
        policies |= {platform: _in_force(versions, base, faults) for platform, versions in rest.items()}
    if faults:
        raise PolicyError(sorted(set(faults)))
    return Packs(written, policies)


def _in_force(versions: list[RawPack], base: dict[str, Any], faults: list[Fault]) -> list[Policy]:
    policies = []
    for version in versions:
        table = merged(base, version.table)
        policy = policy_of(version, table, faults)
        if policy is not None:
            policies.append(policy)
            base = table
    return policies
