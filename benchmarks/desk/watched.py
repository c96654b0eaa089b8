"""A way to the warehouse that writes down how long each question took, by what it asks."""

import re
import time
from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from cloudtag.desk.asking import Asking, DeskRow

_FROM = re.compile(r"\b(?:FROM|JOIN)\s+(?:\(\s*SELECT \* FROM\s+)?([a-z]\w+)")


class WatchedAsking(Asking):
    """`taken`: milliseconds of each question, by the tables it names in their order, as the desk waited for them."""

    taken: defaultdict[str, list[float]]
    asked: dict[str, tuple[str, Mapping[str, Any] | None]]

    def begin(self) -> None:
        """Forget what was measured."""
        self.taken, self.asked = defaultdict(list), {}

    def _rows(self, sql: str, values: Mapping[str, Any] | None) -> list[DeskRow]:
        begun = time.perf_counter()
        rows = super()._rows(sql, values)
        name = " ".join(dict.fromkeys(_FROM.findall(sql)))[:90]
        self.taken[name].append((time.perf_counter() - begun) * 1000)
        self.asked[name] = (sql, values)
        return rows
