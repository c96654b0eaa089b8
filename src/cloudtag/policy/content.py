"""What a version of a policy says in all, as one short hash: the name under which records cite it."""

from __future__ import annotations

import hashlib
from typing import Any

import msgspec

SHOWN = 8
"""So many hex digits of the hash are shown."""


def content_hash(parts: dict[str, Any], from_ms: int) -> str:
    """The hash of everything that is in force: each section and detector with every parameter, and since when.

    What is inherited and what is a default of the code counts like what is stated, and the order of keys does not.
    """
    told = msgspec.json.encode({"from_ms": from_ms, **parts}, order="sorted")
    return hashlib.sha256(told).hexdigest()[:SHOWN]
