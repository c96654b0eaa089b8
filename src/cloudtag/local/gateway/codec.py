"""The content encodings clients of ClickHouse use, both ways."""

import zlib
from collections.abc import Callable, Iterable, Iterator

import lz4.frame  # type: ignore[import-untyped]

from cloudtag.local.gateway.errors import BAD_ARGUMENTS, refusal

try:
    from backports import zstd
except ImportError:  # pragma: no cover - part of the standard library from Python 3.14 on
    from compression import zstd  # type: ignore[import-not-found, no-redef]

_GZIP_WINDOW = 16 + zlib.MAX_WBITS


def decode(data: bytes, encoding: str) -> bytes:
    """Undo a request's Content-Encoding; raises ``EngineError`` for unknown or broken encodings."""
    if encoding in ("", "identity"):
        return data
    undo = _DECODERS.get(encoding)
    if undo is None:
        raise refusal(BAD_ARGUMENTS, f"Unknown compression method {encoding}", "BAD_ARGUMENTS")
    try:
        return undo(data)
    except (zlib.error, RuntimeError, EOFError, zstd.ZstdError) as error:
        raise refusal(BAD_ARGUMENTS, f"Cannot decompress the {encoding} body: {error}", "BAD_ARGUMENTS") from error


def accepted(header: str) -> str:
    """The first encoding of an Accept-Encoding header that can be served; empty for none."""
    names = (part.partition(";")[0].strip().lower() for part in header.split(","))
    return next((name for name in names if name in _ENCODERS), "")


def encode(parts: Iterable[bytes], encoding: str) -> Iterator[bytes]:
    """Apply ``encoding`` to a stream of parts."""
    return _ENCODERS[encoding](parts) if encoding else iter(parts)


def _inflate(window: int) -> Callable[[bytes], bytes]:
    def undo(data: bytes) -> bytes:
        engine = zlib.decompressobj(window)
        plain = engine.decompress(data) + engine.flush()
        if not engine.eof:
            raise EOFError("it ends too early")
        return plain

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


_DECODERS: dict[str, Callable[[bytes], bytes]] = {
    "gzip": _inflate(_GZIP_WINDOW),
    "deflate": _inflate(zlib.MAX_WBITS),
    "lz4": lz4.frame.decompress,
    "zstd": zstd.decompress,
}
_ENCODERS: dict[str, Callable[[Iterable[bytes]], Iterator[bytes]]] = {
    "lz4": _lz4,
    "zstd": _zstd,
    "gzip": _deflate(_GZIP_WINDOW),
    "deflate": _deflate(zlib.MAX_WBITS),
}
