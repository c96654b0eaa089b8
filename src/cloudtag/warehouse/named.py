"""Whose ids stand where: in an alert, which says so, and in bytes that nobody could read, which do not.

Strings in bytes are found in three ways, so that Avro, JSON and plain text are all covered. What is compressed or
encrypted in there stays unseen.
"""

import re
from collections.abc import Callable, Iterator
from typing import NamedTuple

from cloudtag.contract.records import Alert
from cloudtag.contract.scope import NETWORKS, from_afar, told

_QUOTED = re.compile(rb'"((?:[^"\\]|\\.)*)"')
_WORD = re.compile(rb"[^\x00-\x20\x7f\"'`,:;|&=<>(){}\[\]\\/?#*+!%^~$]+")
_AFAR = re.compile(r"(?:^|, )(.+?) \(([^()]*)\)(?=, |$)")
_LONGEST_BYTES = 63
"""Of an Avro string whose length takes one byte; ids are shorter."""
_MOST_REMEMBERED = 100_000
"""Strings that are not asked about twice: a dead letter of many MiB has millions, and nearly all are different."""


class NamedBuyer(NamedTuple):
    """A buyer whom an alert names: of which network, and what its texts call them."""

    network: str
    buyer_id: str
    word: str


def linked_to(alert: Alert) -> list[NamedBuyer]:
    """The buyers an alert links its own to, one for each of `linked_buyer_ids`: which of them are of another network
    stands among its facts."""
    if not alert.linked_buyer_ids:
        return []
    home, far = NETWORKS[alert.platform], dict[str, list[str]]()
    for buyer_id, network in _AFAR.findall(alert.facts.get("linked_elsewhere", "")):
        far.setdefault(buyer_id, []).append(network)
    linked = []
    for buyer_id in alert.linked_buyer_ids:
        networks = far.get(buyer_id)
        if networks:
            network = networks.pop(0)
            linked.append(NamedBuyer(network, buyer_id, told(from_afar(network, buyer_id))))
        else:
            linked.append(NamedBuyer(home, buyer_id, buyer_id))
    return linked


def named_in(alert: Alert) -> list[NamedBuyer]:
    """Everybody an alert's texts may name, those of other networks first: a namesake's word is a part of theirs."""
    own = NamedBuyer(NETWORKS[alert.platform], alert.buyer_id, alert.buyer_id)
    linked = linked_to(alert)
    return sorted([own, *linked], key=lambda named: named.word == named.buyer_id) if linked else [own]


def mentions(data: bytes | None, is_wanted: Callable[[str], bool]) -> bool:
    """Whether the bytes hold a string that is wanted: quoted, as a word, or with its length before it."""
    seen: set[bytes] = set()
    for found in _strings(data or b""):
        if found not in seen:
            if len(seen) >= _MOST_REMEMBERED:
                seen.clear()
            seen.add(found)
            try:
                if is_wanted(found.decode()):
                    return True
            except UnicodeDecodeError:
                continue
    return False


def _strings(data: bytes) -> Iterator[bytes]:
    for quoted in _QUOTED.finditer(data):
        yield quoted.group(1)
    for word in _WORD.finditer(data):
        yield word.group()
    for at, head in enumerate(data):
        # The length of an Avro string is written doubled.
        length = head >> 1
        if not head & 1 and 0 < length <= _LONGEST_BYTES and at + length < len(data):
            yield data[at + 1 : at + 1 + length]
