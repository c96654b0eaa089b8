"""What stands in the place of a batch of records that was not unpacked, because it would have filled the memory."""

from typing import Self


class OversizedBatch(bytes):
    """The value of the one record that stands for the whole batch. No producer can send one: it has no bytes.

    `told` says in one line what it is. `beginning`, `size_bytes` and `sha256` are of the batch as it lies there.
    """

    told: str
    beginning: bytes
    size_bytes: int
    sha256: str

    def __new__(cls, told: str, *, beginning: bytes, size_bytes: int, sha256: str) -> Self:
        """Stand for a batch."""
        made = super().__new__(cls)
        made.told, made.beginning, made.size_bytes, made.sha256 = told, beginning, size_bytes, sha256
        return made
