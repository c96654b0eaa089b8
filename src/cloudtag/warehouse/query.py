"""What a question to the warehouse is made of."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from textwrap import dedent


@dataclass(frozen=True, slots=True)
class Query:
    """A named question. `parameters` are ClickHouse query parameters with a value to start from."""

    name: str
    question: str
    sql: str
    parameters: Mapping[str, str] = field(default_factory=dict)
    note: str = ""


def query(name: str, question: str, sql: str, note: str = "", **parameters: str) -> Query:
    """A question whose SQL is written indented."""
    return Query(name, question, dedent(sql).strip(), parameters, note)
