"""What the native part has: see the `.pxi` files."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from msgspec import Struct

SOURCES: str

class Reader:
    def __init__(self, plan: Any, otherwise: Callable[[bytes, int], Struct]) -> None: ...
    def read(self, data: bytes, start: int) -> Struct: ...

class Writer:
    def __init__(self, plan: Any, otherwise: Callable[[bytes, Struct], bytes]) -> None: ...
    def write(self, head: bytes, record: Struct) -> bytes: ...

class LoggedRecord:
    key: bytes | None
    value: bytes | None
    headers: tuple[tuple[str, bytes], ...]
    offset: int

class LoggedBatch:
    def __len__(self) -> int: ...
    def __getitem__(self, number: int) -> LoggedRecord: ...
    def __iter__(self) -> Iterator[LoggedRecord]: ...
    def plain_rows(self, start: int, head: bytes, rows: dict[bytes, bytes | None]) -> int: ...

class ColumnWriter:
    def __init__(self, plan: Any) -> None: ...
    def write(self, values: Iterable[Any]) -> bytes | None: ...

def write_fields(writers: Iterable[ColumnWriter], records: Iterable[Struct]) -> list[bytes | None]: ...
def murmur2(data: bytes) -> int: ...
def read_records(
    data: bytes,
    start: int,
    end: int,
    count: int,
    head: tuple[int, int, int | None],
    kind: Callable[..., Any],
    where: tuple[str, int, int],
) -> list[Any] | None: ...
def crc32c(data: bytes, start: int, end: int) -> int: ...
def logged_batch(data: bytes, start: int, end: int, base: int, count: int, first: int) -> LoggedBatch | None: ...
def put_rows(files: dict[bytes, dict[bytes, bytes]], rows: Mapping[bytes, bytes | None]) -> None: ...

class PlainIntake:
    def __init__(
        self,
        foldings: Mapping[type[Any], tuple[Any, ...]],
        most_facts: int,
        few_rows: int,
        types: tuple[type[Any], ...],
        with_kind: Callable[..., frozenset[type[Any]]],
    ) -> None: ...
    def take(self, state: Any, facts: list[Any], numbers: list[int], start: int, ids: set[str], news: Any) -> int: ...

def sort_facts(
    sorting: Mapping[type[Any], Any],
    facts: list[Any],
    times: tuple[int, int, int],
    keys: dict[str, list[int]],
    too_late: list[int],
) -> tuple[int, int]: ...
def pack_records(records: Iterable[Any], start: int, most_bytes: int) -> tuple[bytes, int] | None: ...
