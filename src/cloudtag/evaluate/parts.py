"""Parts of a crowd that were judged at different times: each a line of JSON, which add up to the tally of all."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

import msgspec
from msgspec import Struct

import cloudtag
from cloudtag.evaluate.tally import CrowdTally, FalseAlert
from cloudtag.simulate.mess import CrowdProfile


class PartOfCrowd(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What was found in one shard of a crowd, by which code."""

    code: str
    """See `code_id`: parts of different code say nothing together."""
    profile: CrowdProfile
    events: int
    accused: dict[str, int]
    touched: dict[str, int]
    accused_by_kind: dict[str, int]
    pairs: list[tuple[str, str, int]]
    alerts: list[FalseAlert]

    @property
    def tally(self) -> CrowdTally:
        """The shard's tally, without examples."""
        return CrowdTally(
            buyers=self.profile.buyers,
            events=self.events,
            accused=Counter(self.accused),
            touched=Counter(self.touched),
            accused_by_kind=Counter(self.accused_by_kind),
            pairs=Counter({(detector, kind): count for detector, kind, count in self.pairs}),
            alerts=tuple(self.alerts),
        )


def part_of(profile: CrowdProfile, tally: CrowdTally) -> PartOfCrowd:
    """What is kept of a shard that was judged now."""
    return PartOfCrowd(
        code=code_id(),
        profile=profile,
        events=tally.events,
        accused=dict(tally.accused),
        touched=dict(tally.touched),
        accused_by_kind=dict(tally.accused_by_kind),
        pairs=sorted((detector, kind, count) for (detector, kind), count in tally.pairs.items()),
        alerts=list(tally.alerts),
    )


@cache
def code_id() -> str:
    """Names the content of the package, whatever was committed: every file of code, rule and data."""
    root = Path(cloudtag.__file__).parent
    digest = hashlib.sha256()
    for path in sorted(root.rglob("*")):
        if path.is_file() and "__pycache__" not in path.parts:
            digest.update(f"{path.relative_to(root).as_posix()}\0".encode())
            digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()[:12]


def write_line(part: PartOfCrowd) -> bytes:
    """A part as a line."""
    return msgspec.json.encode(part) + b"\n"


def read_lines(lines: Iterable[bytes]) -> Iterator[PartOfCrowd]:
    """The parts in some lines. Raises `ValueError` for a line that is none."""
    for number, line in enumerate(lines, 1):
        try:
            yield msgspec.json.decode(line, type=PartOfCrowd)
        except msgspec.MsgspecError as error:
            raise ValueError(f"line {number}: {error}") from error


def together(parts: Iterable[PartOfCrowd]) -> CrowdTally:
    """The tally of all parts. Raises `ValueError` for buyers told of twice, and for parts of different code."""
    tally, seen = CrowdTally(), list[PartOfCrowd]()
    for part in parts:
        if seen and part.code != seen[0].code:
            raise ValueError(f"parts judged by different code: {seen[0].code} and {part.code}")
        if any(_overlap(part.profile, other.profile) for other in seen):
            raise ValueError(f"buyers told of twice: seed {part.profile.seed}, from number {part.profile.first} on")
        seen.append(part)
        tally += part.tally
    return tally


def _overlap(one: CrowdProfile, other: CrowdProfile) -> bool:
    is_apart = one.first >= other.first + other.buyers or other.first >= one.first + one.buyers
    return one.seed == other.seed and not is_apart
