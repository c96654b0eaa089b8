"""Whether a module holds a detector that can be used: found out at the start, not at the first alert."""

from __future__ import annotations

import re
from collections.abc import Iterator
from types import ModuleType
from typing import Any

from msgspec import Struct

from cloudtag.contract.streams import STREAM_OF
from cloudtag.detection.rule import Example, Rule

RESERVED = frozenset(
    (
        *("id", "from", "detectors", "tags", "links", "routes", "consequences", "sanctions", "deadlines", "sellers"),
        *("confirmations", "reports", "decisions", "desk"),
    )
)
"""Keys of a version of a policy pack, and what is reckoned beside detectors: one called so could not be told apart."""
SWITCH = "is_on"
"""The key of a detector's section that switches it off; no parameter may be called so."""
_NAME = re.compile(r"[a-z][a-z0-9_]{0,63}")


class DetectorError(ValueError):
    """A detector that cannot be used; the text names it, its package and what is wrong."""


def faults_of(module: ModuleType, name: str) -> list[str]:
    """What keeps a module from being the detector of that name; empty for a sound one."""
    lacking = [part for part in ("RULE", "Parameters", "EXAMPLES", "detect") if not hasattr(module, part)]
    if lacking:
        return [f"it has no {part}" for part in lacking]
    return [*_name(name), *_rule(module.RULE), *_parameters(module.Parameters), *_rest(module)]


def _name(name: str) -> Iterator[str]:
    if not _NAME.fullmatch(name):
        yield "a name is up to 64 lower-case letters, digits and underscores, as in light_return"
    if name in RESERVED:
        yield f"{name!r} is taken: a section of the policy packs, or a line of the evaluation, is called so"


def _rule(rule: Any) -> Iterator[str]:
    if not isinstance(rule, Rule):
        yield f"RULE is {type(rule).__name__}, not a Rule"
        return
    for stream in rule.needs:
        if stream not in STREAM_OF.values():
            yield f"RULE.needs names {stream!r}, which is no stream that is read"
    if rule.signals and rule.scope not in ("buyer", "alerted"):
        yield f"RULE.signals are looked at for scopes 'buyer' and 'alerted' alone, and its scope is {rule.scope!r}"


def _parameters(kind: Any) -> Iterator[str]:
    if not (isinstance(kind, type) and issubclass(kind, Struct)):
        yield "Parameters is not a msgspec Struct"
        return
    config = kind.__struct_config__
    if not (config.frozen and config.forbid_unknown_fields):
        yield "Parameters must be declared frozen=True, forbid_unknown_fields=True"
    if SWITCH in kind.__struct_fields__:
        yield f"a parameter cannot be called {SWITCH!r}: that key switches the detector off"
    try:
        kind()
    except TypeError as error:
        yield f"every parameter needs a default: {error}"


def _rest(module: ModuleType) -> Iterator[str]:
    if not all(isinstance(example, Example) for example in module.EXAMPLES):
        yield "EXAMPLES holds something that is not an Example"
    if not callable(module.detect):
        yield "detect is not a function"
