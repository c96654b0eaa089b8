"""Bytes that a reader may meet: those of records, and those of records that something happened to."""

from typing import Any

from hypothesis import strategies as st

from cloudtag.contract.events import OrderChanged
from cloudtag.contract.streams import CONTRACTS
from cloudtag.wire import Codec, schemas
from tests.wire.drawn import records_of

_PURE = Codec()
NOON = 1_772_413_200_000


def order(**fields: Any) -> bytes:
    """An order that says as little as may be, but for these fields."""
    usual: dict[str, Any] = {
        "event_id": "e",
        "occurred_at": NOON,
        "platform": "jd",
        "order_id": "o",
        "buyer_id": "b",
        "shop_id": "s",
    }
    return _PURE.write("orders", OrderChanged(**usual | fields))


@st.composite
def avro_bytes(draw: st.DrawFn, streams: st.SearchStrategy[str]) -> tuple[str, bytes]:
    """A stream, and bytes that are a record of it, nearly one, or noise behind its header."""
    stream = draw(streams)
    header = b"\xc3\x01" + schemas.current(stream).fingerprint
    if draw(st.integers(0, 9)) == 0:
        return stream, header + draw(st.binary(max_size=200))
    record: Any = draw(records_of(CONTRACTS[stream].struct))
    data = bytearray(_PURE.write(stream, record))
    for _ in range(draw(st.integers(0, 3))):
        place = draw(st.integers(len(header), len(data)))
        match draw(st.integers(0, 3)):
            case 0:
                data[place : place + 1] = draw(st.binary(min_size=1, max_size=1))
            case 1:
                data[place:place] = draw(st.binary(min_size=1, max_size=12))
            case 2:
                del data[place : place + draw(st.integers(1, 12))]
            case _:
                del data[place:]
    return stream, bytes(data)
