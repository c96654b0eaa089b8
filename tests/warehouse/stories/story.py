"""What a story is made of."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from clickhouse_connect.driver.client import Client
from msgspec import Struct

from cloudtag.warehouse.pseudonymizer import Pseudonymizer
from cloudtag.warehouse.queries import BY_NAME
from tests.warehouse.batches import SECRET
from tests.warehouse.record_samples import at

Entry = tuple[str, Struct]
"""A stream and a record."""
PSEUDONYMIZER = Pseudonymizer(SECRET)


@dataclass(frozen=True, slots=True)
class Answer:
    """All rows a question must return. `skipped` columns at the front differ from run to run."""

    rows: list[tuple[Any, ...]]
    parameters: Mapping[str, str] = field(default_factory=dict)
    skipped: int = 0

    def asked(self, client: Client, name: str) -> list[tuple[Any, ...]]:
        """What the warehouse returns to the question of that name."""
        query = BY_NAME[name]
        rows = client.query(query.sql, parameters={**query.parameters, **self.parameters}).result_rows
        return [tuple(map(_plain, row))[self.skipped :] for row in rows]


@dataclass(frozen=True, slots=True)
class Story:
    """Records in the order they are published, and the answer to every question of a section."""

    section: str
    entries: list[Entry]
    answers: Mapping[str, Answer]


def key(buyer: str, platform: str = "jd") -> str:
    """The key of a buyer of a platform."""
    return PSEUDONYMIZER.buyer(platform, buyer)


def moment(day: float) -> datetime:
    """So many days after the start, in UTC."""
    return datetime.fromtimestamp(at(day) / 1000, UTC).replace(tzinfo=None)


def _plain(value: Any) -> Any:
    """Whether a time carries its zone, UTC, depends on the client."""
    return value.replace(tzinfo=None) if isinstance(value, datetime) else value
