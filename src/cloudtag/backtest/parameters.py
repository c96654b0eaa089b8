"""Which parameters differ between two sets of packs, on which platforms, and from when until when."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from cloudtag.policy.compare import differences
from cloudtag.policy.listing import Parameter, parameters
from cloudtag.policy.load import Packs


class ParameterChange(Struct, frozen=True, kw_only=True):
    """One parameter that differs while both values are in force: from `from_ms` until before `until_ms`.

    Event time; none is an open end. A value of none is that of a parameter which one side does not have, as those of a
    detector that is switched off. Under `default` go all platforms without a pack of their own.
    """

    name: str
    base: Any
    new: Any
    platforms: tuple[str, ...]
    from_ms: int | None
    until_ms: int | None


def partings(base: Packs, new: Packs) -> tuple[ParameterChange, ...]:
    """All of them in the order of a pack, each once with all the platforms it holds for."""
    found: dict[bytes, ParameterChange] = {}
    for platform in sorted(base.policies.keys() | new.policies.keys(), key=lambda name: (name != "default", name)):
        for parting in _on(platform, base, new):
            key = msgspec.json.encode(replace(parting, platforms=()))
            known = found.get(key)
            found[key] = replace(known, platforms=(*known.platforms, platform)) if known else parting
    return tuple(found.values())


def _on(platform: str, base: Packs, new: Packs) -> Iterator[ParameterChange]:
    """Those of one platform; spans that follow each other with the same two values are one."""
    runs: dict[str, list[ParameterChange]] = {}
    for from_ms, until_ms in _spans(platform, base, new):
        both = (_in_force(packs, platform, from_ms) for packs in (base, new))
        for name, first, second in differences(*both):
            parting = ParameterChange(
                name=name,
                base=first.value if first else None,
                new=second.value if second else None,
                platforms=(platform,),
                from_ms=from_ms,
                until_ms=until_ms,
            )
            earlier = runs.setdefault(name, [])
            if earlier and _goes_on(earlier[-1], parting):
                parting = replace(parting, from_ms=earlier.pop().from_ms)
            earlier.append(parting)
    for run in runs.values():
        yield from run


def _goes_on(earlier: ParameterChange, later: ParameterChange) -> bool:
    return (earlier.base, earlier.new, earlier.until_ms) == (later.base, later.new, later.from_ms)


def _spans(platform: str, base: Packs, new: Packs) -> Iterator[tuple[int | None, int | None]]:
    """The times between which nothing changes on either side: before its first version a pack's first is in force."""
    names = [(packs, packs.number_at(platform, None)[0]) for packs in (base, new)]
    starts = {policy.from_ms for packs, name in names for policy in packs.policies[name][1:]}
    yield from pairwise([None, *sorted(starts), None])


def _in_force(packs: Packs, platform: str, at_ms: int | None) -> list[Parameter]:
    name, number = packs.number_at(platform, 0 if at_ms is None else at_ms)
    return parameters(packs, name, number)
