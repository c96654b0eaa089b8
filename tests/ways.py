"""Both ways of doing the same: in pure Python, and with the native part where it is built."""

from collections.abc import Iterator

import pytest
from msgspec import Struct

from cloudtag.native.choice import Way, only, why_not
from cloudtag.wire import Codec, codec

WAYS: tuple[Way, ...] = ("pure", "native")


def param(way: Way) -> object:
    """A way as a parameter of tests; the native one is passed over where it is not built."""
    return pytest.param(way, marks=pytest.mark.skipif(way == "native" and bool(why_not()), reason=why_not()))


@pytest.fixture(scope="module", params=list(map(param, WAYS)))
def both_ways(request: pytest.FixtureRequest) -> Iterator[Way]:
    """For `pytestmark`: all of a file, in one way and then in the other."""
    way: Way = request.param
    before = codec._DEFAULT
    with only(way):
        codec._DEFAULT = Codec()
        try:
            yield way
        finally:
            codec._DEFAULT = before


def write(stream: str, record: Struct) -> bytes:
    """As a foreign producer may: what `encode` refuses can be written, and is read."""
    return codec._DEFAULT.write(stream, record)
