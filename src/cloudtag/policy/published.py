"""Which versions of the packs were published, and with what content: a published one never changes under its id."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from cloudtag.policy.faults import Fault, PolicyError
from cloudtag.policy.load import PUBLISHED, Packs
from cloudtag.policy.model import Policy
from cloudtag.policy.raw_pack import RawPack

HEAD = "# The versions that were published, with the hash of their content. `cloudtag policy publish` adds new ones.\n"
Known = Mapping[str, Mapping[str, str]]
"""The hash of each published version, by platform and id."""


class PublishedVersion(NamedTuple):
    """A version of a pack beside what was published under its id, if anything was."""

    written: RawPack
    policy: Policy
    published: str | None

    @property
    def is_changed(self) -> bool:
        """Whether it says something else than what was published."""
        return self.published is not None and self.published != self.policy.content

    def fault(self) -> Fault:
        """What is wrong with a version that changed."""
        text = (
            f"version {self.written.id!r} was published as {self.published} and now says something else "
            f"({self.policy.content}): give what is new an id and a date of its own"
        )
        return self.written.fault(("id",), text)


def read_published(folder: Path) -> Known:
    """The list in a folder of packs, empty where there is none. Raises PolicyError for what is no list, and OSError."""
    path = folder / PUBLISHED
    if not path.exists():
        return {}
    try:
        told = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise PolicyError([Fault(str(path), 1, str(error))]) from None
    for platform, versions in told.items():
        if not isinstance(versions, dict) or not all(isinstance(value, str) for value in versions.values()):
            raise PolicyError([Fault(str(path), 1, f"{platform}: expected a hash for each version")])
    return told


def standings(packs: Packs, known: Known) -> Iterator[PublishedVersion]:
    """Every version of the packs with what was published under its id."""
    for platform, versions in sorted(packs.policies.items()):
        for written, policy in zip(packs.written[platform], versions, strict=True):
            yield PublishedVersion(written, policy, known.get(platform, {}).get(written.id))


def write_published(folder: Path, packs: Packs, known: Known) -> None:
    """Put every version of the packs on the list; what only the list has stays on it."""
    told = {platform: dict(versions) for platform, versions in known.items()}
    for standing in standings(packs, known):
        told.setdefault(standing.policy.platform, {})[standing.written.id] = standing.policy.content
    lines = [HEAD]
    for platform, versions in sorted(told.items()):
        lines += [f"\n[{platform}]\n", *(f'"{id_}" = "{hash_}"\n' for id_, hash_ in sorted(versions.items()))]
    (folder / PUBLISHED).write_text("".join(lines), encoding="utf-8")
