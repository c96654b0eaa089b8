"""Ids of what is published: made of what a record is about, never of time or arrival, and revealing no name.

A buyer's token must not reach those who read alerts in the warehouse, so what an id is made of is digested.
"""

from hashlib import blake2b

import msgspec

from cloudtag.contract.scope import scoped

_DIGEST_BYTES = 12


def digest_id(name: str, *about: str) -> str:
    """`name` and 24 hex digits that stand for what it is about; the same whenever and wherever it is made."""
    digest = blake2b(msgspec.msgpack.encode(about), digest_size=_DIGEST_BYTES).hexdigest()
    return f"{name}-{digest}"


def alert_id(detector: str, network: str, buyer_id: str, subject: str, anchor: str) -> str:
    """The id of an alert: of a buyer in a network, about what was judged, and the finding's anchor in that."""
    return digest_id(detector, scoped(network, buyer_id), subject, anchor)
