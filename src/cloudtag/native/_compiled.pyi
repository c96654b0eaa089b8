"""What the native part has: see the `.pxi` files."""

from collections.abc import Callable
from typing import Any

from msgspec import Struct

SOURCES: str

class Reader:
    def __init__(self, plan: Any, otherwise: Callable[[bytes, int], Struct]) -> None: ...
    def read(self, data: bytes, start: int) -> Struct: ...

class Writer:
    def __init__(self, plan: Any, otherwise: Callable[[bytes, Struct], bytes]) -> None: ...
    def write(self, head: bytes, record: Struct) -> bytes: ...

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
