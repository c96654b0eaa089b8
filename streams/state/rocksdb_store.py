"""Rows in RocksDB: one database per worker, a cache of the changelogs that survives a restart.

Rows and the offset up to which they contain the changelog are written in one atomic batch, so whatever a crash leaves
on disk is a true prefix. A database that is damaged, of another installation, or so old that deletions may have been
forgotten by the broker is wiped and read again.
"""

import logging
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct
from rocksdict import BlockBasedOptions, Cache, Options, Rdict, WriteBatch

from streams.state.store import StoredRows, StoreError

logger = logging.getLogger(__name__)

FORMAT = 2
MOST_OPEN_FILES = 256
"""RocksDB keeps so many of its tables open; what it must remember of each is in the block cache."""
TRUSTED_DAYS = 3
"""Half of what `streams.kafka.topics.TOMBSTONE_DAYS` grants, with room for clocks that disagree."""
ROW, NOTE, IDENTITY = b"r", b"n", b"\xffidentity"


class StoreLockedError(RuntimeError):
    """Another worker uses this data directory."""


@contextmanager
def _telling(what: str) -> Iterator[None]:
    """RocksDB's errors have no class of their own."""
    try:
        yield
    except Exception as error:
        raise StoreError(f"the store cannot be {what}: {error}") from error


class _Handle:
    """The open database, for all store partitions: it is opened anew when something has failed.

    After a failed write RocksDB refuses all further ones, also when there is room again.
    """

    def __init__(self, db: Any, reopen: Callable[[], Any]) -> None:
        self._db: Any = db
        self._reopen = reopen
        self.generation = 0

    @property
    def db(self) -> Any:
        """The database. Raises ``StoreError`` while it cannot be opened."""
        if self._db is None:
            with _telling("opened"):
                self._db = self._reopen()
            self.generation += 1
            logger.warning("the store is opened anew")
        return self._db

    def write(self, batch: WriteBatch) -> None:
        """Write all of a batch, or nothing. Raises ``StoreError``."""
        db = self.db
        try:
            with _telling("written"):
                db.write(batch)
        except StoreError:
            self.close()
            raise

    def close(self) -> None:
        """Close the database; what cannot be written out any more is in the changelog."""
        db, self._db = self._db, None
        if db is not None:
            with suppress(Exception):
                db.close()


class _Note(Struct, array_like=True):
    """What the disk knows of a store partition beside its rows."""

    next_offset: int = 0
    checkpoint: int = 0
    written_at: float = 0.0


class RocksPartition:
    """One processor and partition: the keys of the database that begin with its prefix."""

    def __init__(self, handle: _Handle, prefix: bytes) -> None:
        self._handle = handle
        self._rows = prefix + ROW
        self._note_key = prefix + NOTE
        with _telling("read"):
            noted = handle.db.get(self._note_key)
        self.generation = handle.generation
        note = msgspec.msgpack.decode(noted, type=_Note) if noted else _Note()
        self.next_offset = note.next_offset
        self.checkpoint = note.checkpoint
        self.is_trusted = note.next_offset == 0
        if note.next_offset and time.time() - note.written_at > TRUSTED_DAYS * 86_400:
            logger.warning("stored rows are older than %d days, wiped", TRUSTED_DAYS)
            self.wipe()

    def rows_of(self, prefix: bytes) -> Iterator[tuple[bytes, bytes]]:
        """All rows whose key starts with ``prefix``."""
        start, next_batch = self._rows + prefix, len(self._rows)
        with _telling("read"):
            for key, value in self._handle.db.items(from_key=start):
                if not key.startswith(start):
                    return
                yield key[next_batch:], value

    def all_rows(self) -> Iterator[tuple[bytes, bytes]]:
        """Every row."""
        return self.rows_of(b"")

    def get(self, key: bytes) -> bytes | None:
        """One row, or none."""
        with _telling("read"):
            value: bytes | None = self._handle.db.get(self._rows + key)
        return value

    def apply(self, rows: StoredRows, next_offset: int, checkpoint: int) -> None:
        """Put or remove rows and note how far the changelog is contained, in one atomic write."""
        batch = WriteBatch(raw_mode=True)
        prefix = self._rows
        for key, value in rows.items():
            if value is None:
                batch.delete(prefix + key)
            else:
                batch.put(prefix + key, value)
        batch.put(self._note_key, msgspec.msgpack.encode(_Note(next_offset, checkpoint, time.time())))
        self._handle.write(batch)
        self.next_offset, self.checkpoint = next_offset, checkpoint

    def wipe(self) -> None:
        """Forget everything, note included."""
        batch = WriteBatch(raw_mode=True)
        batch.delete_range(self._rows, self._rows[:-1] + bytes([ROW[0] + 1]))
        batch.delete(self._note_key)
        self._handle.write(batch)
        self.next_offset, self.checkpoint, self.is_trusted = 0, 0, True


class RocksStore:
    """The store partitions of one worker, under one directory that no other worker may use at the same time."""

    def __init__(self, directory: Path, identity: str, memory_bytes: int = 64 << 20) -> None:
        """``identity`` names the installation the rows belong to; ``memory_bytes`` is what the database may take for
        blocks that were read and rows that are not on the disk yet. Raises ``StoreLockedError``."""
        self._memory_bytes = memory_bytes
        self._directory = directory / "rows"
        self._identity = f"{FORMAT}:{identity}".encode()
        self._handle = _Handle(self._open(), self._try_open)
        self._partitions: dict[tuple[str, int], RocksPartition] = {}

    def store_part(self, processor: str, partition: int) -> RocksPartition:
        """Open or create; anew where the database was opened anew since, for what is in it is what counts."""
        store_part = self._partitions.get((processor, partition))
        if store_part is None or store_part.generation != self._handle.generation:
            prefix = processor.encode() + b"\x00" + partition.to_bytes(2)
            store_part = self._partitions[processor, partition] = RocksPartition(self._handle, prefix)
        return store_part

    def release(self, processor: str, partition: int) -> None:
        """The rows stay on disk: should the partition come back, only what is missing is read."""
        self._partitions.pop((processor, partition), None)

    @property
    def row_count(self) -> int:
        """As RocksDB estimates it."""
        with _telling("read"):
            return self._handle.db.property_int_value("rocksdb.estimate-num-keys") or 0

    def close(self) -> None:
        """Write out and unlock."""
        self._partitions.clear()
        self._handle.close()

    def _open(self) -> Any:
        try:
            db = self._try_open()
            found = db.get(IDENTITY)
        except Exception as error:
            if "lock" in str(error).lower():
                raise StoreLockedError(
                    f"{self._directory} is used by another worker: give each a data directory of its own"
                ) from None
            logger.warning("%s cannot be read, wiped: %s", self._directory, error)
            return self._start_over()
        if found == self._identity:
            return db
        if found is not None:
            logger.warning("%s belongs to another installation, wiped", self._directory)
            db.close()
            return self._start_over()
        db.put(IDENTITY, self._identity)
        return db

    def _start_over(self) -> Any:
        shutil.rmtree(self._directory, ignore_errors=True)
        db = self._try_open()
        db.put(IDENTITY, self._identity)
        return db

    def _try_open(self) -> Any:
        self._directory.mkdir(parents=True, exist_ok=True)
        return Rdict(str(self._directory), self._options())

    def _options(self) -> Options:
        options = Options(raw_mode=True)
        options.create_if_missing(True)
        options.set_max_background_jobs(2)
        options.set_max_open_files(MOST_OPEN_FILES)
        # Half for what is read, indexes and filters among it, half for what was written and is not on the disk yet.
        half = self._memory_bytes // 2
        blocks = BlockBasedOptions()
        blocks.set_block_cache(Cache(half))
        blocks.set_cache_index_and_filter_blocks(True)
        options.set_block_based_table_factory(blocks)
        options.set_db_write_buffer_size(half)
        options.set_write_buffer_size(half // 2)
        return options
