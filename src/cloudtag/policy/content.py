"""What a version of a policy says in all, as one short hash: the name under which records cite it."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

import msgspec

SHOWN = 8
"""So many hex digits of the hash are shown."""


def added_hash(parameters: Any) -> str:
    """The hash of what a detector of another package judges by."""
    return _hash(msgspec.to_builtins(parameters))


def added_suffix(added: Mapping[str, str]) -> str:
    """What the detectors of other packages add to a version, `+90be41d7`, made of their names and hashes; "" for none.

    What stands before it is the hash of cloudtag's own content: it stays as it was published, whatever is installed.
    """
    return f"+{_hash(dict(added))}" if added else ""


def content_hash(parts: dict[str, Any], from_ms: int) -> str:
    """The hash of all that is in force of cloudtag's own: each section and detector with every parameter, since when.

    What is inherited and what is a default of the code counts like what is stated, and the order of keys does not.
    """
    return _hash({"from_ms": from_ms, **parts})


def _hash(told: Any) -> str:
    return hashlib.sha256(msgspec.json.encode(told, order="sorted")).hexdigest()[:SHOWN]
