"""One suite for both stores, and what only a disk can get wrong."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from cloudtag.engine.rows import row_key
from cloudtag.engine.task_result import SCOPED
from cloudtag.engine.task_row import TASK_KEY
from streams.state.memory_store import MemoryStore
from streams.state.rocksdb_store import TRUSTED_DAYS, RocksStore, StoreLockedError
from streams.state.store import Store


def key(file: str, row: str = "") -> bytes:
    return row_key(file, row)


@pytest.fixture(params=["memory", "rocksdb"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    made: Store = MemoryStore() if request.param == "memory" else RocksStore(tmp_path, "here")
    yield made
    made.close()


def test_rows_are_put_replaced_and_removed(store: Store) -> None:
    store_part = store.store_part("buyers", 0)
    store_part.apply({key("b1", "o1"): b"x", key("b1", "o2"): b"", key("b2", "o1"): b"z"}, 3, 1)
    store_part.apply({key("b1", "o1"): b"y", key("b2", "o1"): None, key("b3"): None}, 5, 2)
    assert dict(store_part.all_rows()) == {key("b1", "o1"): b"y", key("b1", "o2"): b""}
    assert (store_part.next_offset, store_part.checkpoint) == (5, 2)
    assert store_part.get(key("b1", "o2")) == b""
    assert store_part.get(key("b2", "o1")) is None


def test_rows_are_found_by_file_and_by_any_prefix(store: Store) -> None:
    store_part = store.store_part("buyers", 0)
    rows = {
        key("b1", "o1"): b"1",
        key("b1", "o2"): b"2",
        key("b10", "o1"): b"3",
        key("b1x"): b"4",
        TASK_KEY: b"5",
    }
    store_part.apply(dict(rows), 5, 0)
    assert dict(store_part.rows_of(key("b1"))) == {key("b1", "o1"): b"1", key("b1", "o2"): b"2"}
    assert dict(store_part.rows_of(key("b1", "o2"))) == {key("b1", "o2"): b"2"}
    assert dict(store_part.rows_of(key("nobody"))) == {}
    assert dict(store_part.rows_of(TASK_KEY)) == {TASK_KEY: b"5"}
    assert dict(store_part.rows_of(SCOPED)) == rows
    assert dict(store_part.rows_of(b"")) == rows


def test_store_partitions_do_not_see_each_other(store: Store) -> None:
    for processor, partition in (("buyers", 0), ("buyers", 1), ("links", 0)):
        store.store_part(processor, partition).apply({key("f"): f"{processor}{partition}".encode()}, 1, 0)
    store.store_part("buyers", 1).wipe()
    assert dict(store.store_part("buyers", 0).all_rows()) == {key("f"): b"buyers0"}
    assert dict(store.store_part("buyers", 1).all_rows()) == {}
    assert store.store_part("buyers", 1).next_offset == 0
    assert dict(store.store_part("links", 0).all_rows()) == {key("f"): b"links0"}


def test_a_disk_is_found_again_with_its_offset_and_must_prove_itself(tmp_path: Path) -> None:
    first = RocksStore(tmp_path, "here")
    first.store_part("buyers", 0).apply({key("f"): b"x"}, 7, 99)
    first.close()
    second = RocksStore(tmp_path, "here")
    store_part = second.store_part("buyers", 0)
    assert (dict(store_part.all_rows()), store_part.next_offset, store_part.checkpoint) == ({key("f"): b"x"}, 7, 99)
    assert not store_part.is_trusted
    assert second.store_part("buyers", 1).is_trusted
    second.close()


def test_a_disk_of_another_installation_is_wiped(tmp_path: Path) -> None:
    first = RocksStore(tmp_path, "here")
    first.store_part("buyers", 0).apply({key("f"): b"x"}, 7, 99)
    first.close()
    second = RocksStore(tmp_path, "elsewhere")
    assert second.store_part("buyers", 0).next_offset == 0
    assert not dict(second.store_part("buyers", 0).all_rows())
    second.close()


def test_a_damaged_disk_is_wiped(tmp_path: Path) -> None:
    first = RocksStore(tmp_path, "here")
    first.store_part("buyers", 0).apply({key("f"): b"x"}, 7, 99)
    first.close()
    for name in ("CURRENT", *[path.name for path in (tmp_path / "rows").glob("MANIFEST*")]):
        (tmp_path / "rows" / name).write_bytes(b"not a database")
    second = RocksStore(tmp_path, "here")
    assert second.store_part("buyers", 0).next_offset == 0
    second.close()


def test_a_disk_older_than_the_brokers_memory_of_deletions_is_wiped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = RocksStore(tmp_path, "here")
    first.store_part("buyers", 0).apply({key("f"): b"x"}, 7, 99)
    first.close()
    now = time.time()
    monkeypatch.setattr(time, "time", lambda: now + (TRUSTED_DAYS + 1) * 86_400)
    second = RocksStore(tmp_path, "here")
    assert second.store_part("buyers", 0).next_offset == 0
    second.close()


def test_two_workers_cannot_share_a_directory(tmp_path: Path) -> None:
    first = RocksStore(tmp_path, "here")
    with pytest.raises(StoreLockedError, match="directory of its own"):
        RocksStore(tmp_path, "here")
    first.close()


def test_kill_9_leaves_a_true_prefix(tmp_path: Path) -> None:
    code = (
        "import os,sys; from pathlib import Path; from streams.state.rocksdb_store import RocksStore\n"
        "rows = RocksStore(Path(sys.argv[1]), 'here').store_part('buyers', 0)\n"
        "for n in range(1, 2001): rows.apply({b'\\xf1\\x00\\x02b%d' % (n % 10): b'%d' % n}, n, n)\n"
        "os.kill(os.getpid(), 9)\n"
    )
    done = subprocess.run([sys.executable, "-c", code, str(tmp_path)], cwd=Path(__file__).parents[3], env=os.environ)
    assert done.returncode == -9
    store = RocksStore(tmp_path, "here")
    store_part = store.store_part("buyers", 0)
    reached = store_part.next_offset
    expected = {b"\xf1\x00\x02b%d" % (n % 10): b"%d" % n for n in range(1, reached + 1)}
    assert dict(store_part.all_rows()) == expected
    store.close()
