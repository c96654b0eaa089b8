"""A limit of unpacking for a while: it holds for the whole process, and would be met by whatever test comes next."""

from collections.abc import Iterator
from contextlib import contextmanager

from cloudtag.config import Config
from streams.kafka import bounded_batches


@contextmanager
def limited(limit_bytes: int) -> Iterator[None]:
    """Inside it no batch is unpacked to more; after it the limit is what it was, or the usual one if there was none."""
    before = bounded_batches._unpacker
    usual = before.limit_bytes if before is not None else Config().unpacked_batch_bytes
    bounded_batches.bound(limit_bytes)
    try:
        yield
    finally:
        bounded_batches.bound(usual)
