"""Bytes changed as accidents and adversaries change them: the same ones for the same seed."""

from collections.abc import Sequence
from random import Random

ODD = (
    *(b"\x00", b"\xff", b"\x80", b"\x7f", b"\xc1", b"\xff\xff\xff\xff\x0f"),
    *(b"\x80\x80\x80\x80\x80\x80\x80\x80\x80\x01", b"\xfe\xff\xff\xff\xff\xff\xff\xff\xff\x01"),
    *(b"\xde\xff\xff", b"\xdf\xff\xff\xff\xff", b"\xdb\xff\xff\xff\xff", b"\xdc\xff\xff"),
    *(b"\xed\xa0\x80", b"\xe2\x80\xae", b"\xf0\x9f\x92\xa9", b"\\u0000", b"\\ud800", b"\xef\xbb\xbf"),
    *(b'"', b"'", b"\\", b"`", b"\r\n", b"\n", b"=", b"&", b"%00", b"%", b"%u1234", b";", b","),
    *(b"nan", b"inf", b"-1", b"1e999", b"9" * 40, b"null", b"[" * 200, b"{" * 200, b'{"a":' * 100),
    *(b"/*", b"--", b"$1", b"{x:Int}", b"9999-12-31T23:59:59Z", b"1970-01-01"),
)
"""What readers stumble over: lengths without end, halves of characters, quotes, numbers that are none, nesting."""
LONGEST = 1 << 16


def mutated(random: Random, seeds: Sequence[bytes]) -> bytes:
    """One seed, changed in one to six places."""
    data = bytearray(random.choice(seeds))
    for _ in range(random.randint(1, 6)):
        _change(random, data, seeds)
    return bytes(data[:LONGEST])


def _change(random: Random, data: bytearray, seeds: Sequence[bytes]) -> None:
    at = random.randint(0, len(data))
    length = random.choice((1, 1, 2, 4, 8, random.randint(0, len(data) + 1)))
    match random.randrange(8):
        case 0 if data:
            data[at % len(data)] ^= 1 << random.randrange(8)
        case 1 if data:
            data[at % len(data)] = random.randrange(256)
        case 2:
            del data[at : at + length]
        case 3:
            data[at:at] = random.choice(ODD)
        case 4:
            data[at : at + length] = random.choice(ODD)
        case 5:
            data[at:at] = data[at : at + length] * random.choice((1, 2, 50))
        case 6:
            other = random.choice(seeds)
            begin = random.randint(0, len(other))
            data[at : at + length] = other[begin : begin + length]
        case _:
            del data[at:]
