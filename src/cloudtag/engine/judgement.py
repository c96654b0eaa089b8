"""What is concluded about one row, and when time alone could next change that."""

from __future__ import annotations

from msgspec import Struct

from cloudtag.engine.revise import Conclusion
from cloudtag.engine.rows import NEVER


class Judgement(Struct, gc=False):
    """What is concluded about one row, and when time alone could next change that (event time, NEVER if not)."""

    conclusions: dict[str, Conclusion] = {}
    timer_ms: int = NEVER


EMPTY = Judgement()
"""Nothing is concluded, now or later: so it is of most rows. Not to be added to."""
