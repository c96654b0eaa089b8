"""Questions to the warehouse, without blocking the pages of others. Nothing is ever changed."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from clickhouse_connect.driver.client import Client
from clickhouse_connect.driver.exceptions import ClickHouseError
from clickhouse_connect.driver.query import QueryResult

from cloudtag.desk.joined import joined, parted
from cloudtag.explain.sql import AT_ONCE, NAMES
from cloudtag.warehouse.reading import reading

DeskRow = Mapping[str, Any]
"""A row of an answer: its values by column."""


class NoAnswerError(Exception):
    """The warehouse did not answer a question; the text says why."""


class Asking:
    """Asks over a connection of each thread's own."""

    def __init__(self, connect: Callable[[], Client]) -> None:
        """`connect` makes a client that is bound to the database."""
        self._connect = connect
        self._local = threading.local()

    async def rows(self, sql: str, values: Mapping[str, Any] | None = None) -> list[DeskRow]:
        """The rows of an answer; times know their zone. Raises `NoAnswerError`."""
        return await asyncio.to_thread(self._rows, sql, values)

    async def one(self, sql: str, values: Mapping[str, Any] | None = None) -> DeskRow | None:
        """The first row of an answer, if there is one. Raises `NoAnswerError`."""
        return next(iter(await self.rows(sql, values)), None)

    async def each(self, *questions: tuple[str, Mapping[str, Any]]) -> list[list[DeskRow]]:
        """The answers to questions that are asked as one. Raises `NoAnswerError`."""
        if len(questions) == 1:
            return [await self.rows(*questions[0])]
        return parted(await self.rows(*joined(questions)), len(questions)) if questions else []

    async def names(self, keys: Sequence[str]) -> dict[tuple[str, str], str]:
        """The originals of keyed hashes, as far as they are kept. Raises `NoAnswerError` where they may not be read."""
        found: dict[tuple[str, str], str] = {}
        for first in range(0, len(keys), AT_ONCE):
            rows = await self.rows(NAMES, {"values": list(keys[first : first + AT_ONCE])})
            found |= {(row["kind"], row["key"]): row["value"] for row in rows}
        return found

    def _rows(self, sql: str, values: Mapping[str, Any] | None) -> list[DeskRow]:
        try:
            answer = self._answer(sql, values)
        except (ClickHouseError, OSError) as error:
            raise NoAnswerError(str(error).splitlines()[0][:300]) from error
        return [{name: _zoned(value) for name, value in row.items()} for row in answer.named_results()]

    def _answer(self, sql: str, values: Mapping[str, Any] | None) -> QueryResult:
        client = self._client()
        return client.query(sql, parameters=dict(values or {}), settings=reading(client))

    async def file(self, sql: str, values: Mapping[str, Any], form: str) -> bytes:
        """An answer as a file in one of the warehouse's forms. Raises `NoAnswerError`."""
        return await asyncio.to_thread(self._file, sql, values, form)

    def _file(self, sql: str, values: Mapping[str, Any], form: str) -> bytes:
        try:
            client = self._client()
            return client.raw_query(sql, parameters=dict(values), settings=reading(client), fmt=form)
        except (ClickHouseError, OSError) as error:
            raise NoAnswerError(str(error).splitlines()[0][:300]) from error

    def _client(self) -> Client:
        client: Client | None = getattr(self._local, "client", None)
        if client is None:
            client = self._local.client = self._connect()
        return client


def _zoned(value: Any) -> Any:
    """Clients give times of a UTC column without their zone."""
    return value.replace(tzinfo=UTC) if isinstance(value, datetime) and value.tzinfo is None else value
