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
"""The hash of each published version by platform and id, those of other packages' detectors beside them."""


class Standing(NamedTuple):
    """A version of a pack, or what a detector of another package (`added`) is told in it, beside what was published."""

    written: RawPack
    policy: Policy
    published: str | None
    added: str | None = None

    @property
    def content(self) -> str:
        """The hash of what it says now."""
        return self.policy.content if self.added is None else self.policy.added[self.added]

    @property
    def key(self) -> str:
        """What it is listed under: the version's id, `2016`, or that and the detector's name, `2016+light_return`."""
        return self.written.id if self.added is None else f"{self.written.id}+{self.added}"

    @property
    def is_changed(self) -> bool:
        """Whether it says something else than what was published."""
        return self.published is not None and self.published != self.content

    def fault(self) -> Fault:
        """What is wrong with a version that changed."""
        what = "" if self.added is None else f" of detector {self.added!r}"
        text = (
            f"version {self.written.id!r}{what} was published as {self.published} and now says something else "
            f"({self.content}): give what is new an id and a date of its own"
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


def standings(packs: Packs, known: Known) -> Iterator[Standing]:
    """Every version of the packs, and what it tells each detector of another package, with what was published of it.

    What was published of a detector that is not installed here is left alone: it judges nothing here.
    """
    for platform, versions in sorted(packs.policies.items()):
        told = known.get(platform, {})
        for written, policy in zip(packs.written[platform], versions, strict=True):
            for added in (None, *sorted(policy.added)):
                standing = Standing(written, policy, None, added)
                yield standing._replace(published=told.get(standing.key))


def write_published(folder: Path, packs: Packs, known: Known) -> None:
    """Put every version of the packs on the list; what only the list has stays on it."""
    told = {platform: dict(versions) for platform, versions in known.items()}
    for standing in standings(packs, known):
        told.setdefault(standing.policy.platform, {})[standing.key] = standing.content
    lines = [HEAD]
    for platform, versions in sorted(told.items()):
        lines += [f"\n[{platform}]\n", *(f'"{id_}" = "{hash_}"\n' for id_, hash_ in sorted(versions.items()))]
    (folder / PUBLISHED).write_text("".join(lines), encoding="utf-8")
