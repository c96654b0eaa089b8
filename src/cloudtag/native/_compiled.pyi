"""What the native part has: see the `.pxi` files."""

from collections.abc import Callable
from typing import Any

from msgspec import Struct

SOURCES: str

class Reader:
    def __init__(self, plan: Any, otherwise: Callable[[bytes, int], Struct]) -> None: ...
    def read(self, data: bytes, start: int) -> Struct: ...
