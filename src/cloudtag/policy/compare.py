"""What differs between two policies."""

from __future__ import annotations

from typing import Any, NamedTuple

from cloudtag.policy.listing import Parameter
from cloudtag.policy.load import Packs


class PolicyDifference(NamedTuple):
    """One parameter that differs; none on the side that does not have it (a detector switched off, a label)."""

    name: str
    first: Parameter | None
    second: Parameter | None


def differences(first: list[Parameter], second: list[Parameter]) -> list[PolicyDifference]:
    """The parameters of two versions that differ in value, in the order of a pack."""
    one, other = ({parameter.path: parameter for parameter in side} for side in (first, second))
    found = []
    for path in dict.fromkeys([*one, *other]):
        a, b = one.get(path), other.get(path)
        if _value(a) != _value(b):
            found.append(PolicyDifference(".".join(path), a, b))
    return found


def versions_in_both(first: Packs, second: Packs) -> tuple[list[tuple[str, int, int]], list[str], list[str]]:
    """Of two sets of packs: the versions both have (platform, number here, number there), and those only one has."""
    one, other = _numbers(first), _numbers(second)
    shared = [(platform, one[platform, id_], other[platform, id_]) for platform, id_ in one if (platform, id_) in other]
    return (
        shared,
        [f"{p}@{i}" for p, i in one.keys() - other.keys()],
        [f"{p}@{i}" for p, i in other.keys() - one.keys()],
    )


def _numbers(packs: Packs) -> dict[tuple[str, str], int]:
    return {(v.platform, v.id): n for versions in packs.written.values() for n, v in enumerate(versions)}


def _value(parameter: Parameter | None) -> Any:
    return None if parameter is None else (parameter.value,)
