"""The content encodings clients of ClickHouse use, both ways."""

import zlib
from collections.abc import Callable, Iterable, Iterator
from typing import Protocol

import lz4.frame

from cloudtag.local.gateway.errors import BAD_ARGUMENTS, LIMIT_EXCEEDED, refusal

try:
    from backports import zstd
except ImportError:  # pragma: no cover - part of the standard library from Python 3.14 on
    from compression import zstd  # type: ignore[import-not-found, no-redef]

_GZIP_WINDOW = 16 + zlib.MAX_WBITS
# Clients pack each block into a frame of its own. Of tiny frames a body could hold millions, each a copy of the rest.
_MOST_FRAMES = 1_000


def decode(data: bytes, encoding: str, limit: int) -> bytes:
    """Undo a request's Content-Encoding; raises ``EngineError`` for unknown or broken encodings, and above ``limit``.

    What would unpack to more than ``limit`` bytes is given up there, however small it arrived.
    """
    if encoding in ("", "identity"):
        return data
    undo = _DECODERS.get(encoding)
    if undo is None:
        raise refusal(BAD_ARGUMENTS, f"Unknown compression method {encoding}", "BAD_ARGUMENTS")
    try:
        return undo(data, limit)
    except (zlib.error, RuntimeError, EOFError, zstd.ZstdError) as error:
        raise refusal(BAD_ARGUMENTS, f"Cannot decompress the {encoding} body: {error}", "BAD_ARGUMENTS") from error


def accepted(header: str) -> str:
    """The first encoding of an Accept-Encoding header that can be served; empty for none."""
    names = (part.partition(";")[0].strip().lower() for part in header.split(","))
    return next((name for name in names if name in _ENCODERS), "")


def encode(parts: Iterable[bytes], encoding: str) -> Iterator[bytes]:
    """Apply ``encoding`` to a stream of parts."""
    return _ENCODERS[encoding](parts) if encoding else iter(parts)


def too_large(limit: int) -> Exception:
    """The refusal of a body of more than ``limit`` bytes."""
    return refusal(LIMIT_EXCEEDED, f"The body is larger than {limit} bytes", "LIMIT_EXCEEDED")


class _Decompressor(Protocol):
    """What the decompressors have in common."""

    @property
    def eof(self) -> bool: ...
    @property
    def unused_data(self) -> bytes | None: ...
    def decompress(self, data: bytes, max_length: int = ...) -> bytes: ...


def _frames(make: Callable[[], _Decompressor]) -> Callable[[bytes, int], bytes]:
    """Undo one frame after the other: a body may hold several."""

    def undo(data: bytes, limit: int) -> bytes:
        parts: list[bytes] = []
        left = limit
        while data or not parts:
            if len(parts) == _MOST_FRAMES:
                raise refusal(LIMIT_EXCEEDED, f"The body has more than {_MOST_FRAMES} packed parts", "LIMIT_EXCEEDED")
            engine = make()
            parts.append(engine.decompress(data, left + 1))
            left -= len(parts[-1])
            if left < 0:
                raise too_large(limit)
            if not engine.eof:
                raise EOFError("it ends too early")
            data = engine.unused_data or b""
        return b"".join(parts)

    return undo


def _deflate(window: int) -> Callable[[Iterable[bytes]], Iterator[bytes]]:
    def apply(parts: Iterable[bytes]) -> Iterator[bytes]:
        # Level 1: on one machine the time costs more than the bytes.
        engine = zlib.compressobj(1, zlib.DEFLATED, window)
        for part in parts:
            yield engine.compress(part)
        yield engine.flush()

    return apply


def _lz4(parts: Iterable[bytes]) -> Iterator[bytes]:
    with lz4.frame.LZ4FrameCompressor() as engine:
        yield engine.begin()
        for part in parts:
            yield engine.compress(part)
        yield engine.flush()


def _zstd(parts: Iterable[bytes]) -> Iterator[bytes]:
    engine = zstd.ZstdCompressor(level=1)
    for part in parts:
        yield engine.compress(part)
    yield engine.flush()


_DECODERS: dict[str, Callable[[bytes, int], bytes]] = {
    "gzip": _frames(lambda: zlib.decompressobj(_GZIP_WINDOW)),
    "deflate": _frames(lambda: zlib.decompressobj(zlib.MAX_WBITS)),
    "lz4": _frames(lz4.frame.LZ4FrameDecompressor),
    "zstd": _frames(zstd.ZstdDecompressor),
}
_ENCODERS: dict[str, Callable[[Iterable[bytes]], Iterator[bytes]]] = {
    "lz4": _lz4,
    "zstd": _zstd,
    "gzip": _deflate(_GZIP_WINDOW),
    "deflate": _deflate(zlib.MAX_WBITS),
}
