"""Whose ids stand in bytes that nobody could read.

Strings in bytes are found in three ways, so that Avro, JSON and plain text are all covered. What is compressed or
encrypted in there stays unseen.
"""

import re
from collections.abc import Callable, Iterator

_QUOTED = re.compile(rb'"((?:[^"\\]|\\.)*)"')
_WORD = re.compile(rb"[^\x00-\x20\x7f\"'`,:;|&=<>(){}\[\]\\/?#*+!%^~$]+")
_LONGEST_BYTES = 63
"""Of an Avro string whose length takes one byte; ids are shorter."""
_MOST_REMEMBERED = 100_000
"""Strings that are not asked about twice: a dead letter of many MiB has millions, and nearly all are different."""


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
