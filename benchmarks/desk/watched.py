"""A way to the warehouse that writes down how long each question took and what it read, by what it asks."""

import re
import time
from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from clickhouse_connect.driver.query import QueryResult

from cloudtag.desk.asking import Asking

_FROM = re.compile(r"\b(?:FROM|JOIN)\s+(?:\(\s*SELECT \* FROM\s+)?([a-z]\w+)")


class WatchedAsking(Asking):
    """`taken`: milliseconds of each question, by the tables it names in their order, as the desk waited for them;
    `read`: rows it read, as the warehouse counts them."""

    taken: defaultdict[str, list[float]]
    read: defaultdict[str, list[int]]
    asked: dict[str, tuple[str, Mapping[str, Any] | None]]

    def begin(self) -> None:
        """Forget what was measured."""
        self.taken, self.read, self.asked = defaultdict(list), defaultdict(list), {}

    def _answer(self, sql: str, values: Mapping[str, Any] | None) -> QueryResult:
        begun = time.perf_counter()
        answer = super()._answer(sql, values)
        name = " ".join(dict.fromkeys(_FROM.findall(sql)))[:90]
        self.taken[name].append((time.perf_counter() - begun) * 1000)
        self.read[name].append(int(answer.summary["read_rows"]))
        self.asked[name] = (sql, values)
        return answer
