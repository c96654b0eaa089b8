"""Collections of which most buyers have nothing: what is empty is one for all, until it is written to."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from functools import cache
from types import MappingProxyType
from typing import Any, TypeVar

_Name = TypeVar("_Name")
_Value = TypeVar("_Value")
NameSet = set[str] | frozenset[str]
"""NameSet of orders or numbers, to be written to or not."""
_FEW = 4
NOBODY: frozenset[str] = frozenset()
NO_GROUPS: Mapping[Any, Any] = MappingProxyType({})


def own(groups: Mapping[_Name, _Value]) -> dict[_Name, _Value]:
    """The same to be written to."""
    return groups if isinstance(groups, dict) else {}


def with_names(names: NameSet, more: Iterable[str]) -> set[str]:
    """The same with more names: of very many none is copied."""
    if isinstance(names, set):
        names.update(more)
        return names
    return {*names, *more}


def with_one(few: Collection[_Name], name: _Name) -> Collection[_Name]:
    """The same with another name: a few take less room than a set of them."""
    if isinstance(few, set):
        few.add(name)
        return few
    return few if name in few else (*few, name) if len(few) < _FEW else {*few, name}


@cache
def of_both(kinds: frozenset[type[Any]], more: frozenset[type[Any]]) -> frozenset[type[Any]]:
    """The kinds of facts in either: there are few combinations, and each is made once."""
    return kinds | more
