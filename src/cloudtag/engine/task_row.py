"""A task's own row: how far event time has come, and up to which batch its outputs are known to be out."""

from __future__ import annotations

from msgspec import Struct

from cloudtag.engine.task_result import SCOPED

TASK_KEY = SCOPED + b"\x00\x00lane"
"""Where it is stored."""


class TaskRow(Struct, array_like=True):
    """Watermark and newest event in event time, last batch, last batch known to be published."""

    watermark_ms: int = 0
    newest_ms: int = 0
    batch: int = 0
    sent: int = 0

    def become(self, other: TaskRow) -> None:
        """Stand where another one stands: whoever has this one at hand sees it."""
        self.watermark_ms, self.newest_ms, self.batch, self.sent = (
            other.watermark_ms, other.newest_ms, other.batch, other.sent
        )  # fmt: skip
