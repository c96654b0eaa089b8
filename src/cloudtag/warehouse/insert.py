"""Inserts that may be repeated: one block under one token, so that a repeat changes neither table nor roll-ups."""

from typing import Any

from clickhouse_connect.driver.client import Client
from clickhouse_connect.driver.insert import InsertContext

from cloudtag.warehouse.blocks import TABLES, InsertBatch, columns_of
from cloudtag.warehouse.columns import LOW, TIME
from cloudtag.warehouse.errors import OutageError, meaning_of, outage_of
from cloudtag.warehouse.pseudonymizer import Pseudonymizer
from cloudtag.warehouse.ready import ready_block_of, ready_types

SETTINGS: dict[str, Any] = {
    "async_insert": 0,
    "insert_deduplicate": 1,
    "deduplicate_blocks_in_dependent_materialized_views": 1,
    # Events of many months in one batch are rare but lawful; the default limit of 100 would stop the partition.
    "max_partitions_per_insert_block": 0,
    # A block is stored as it is. Else the warehouse replaces and sums up inside of it, in each table that a view feeds,
    # which takes as long as half of the rest; whoever asks must see past what is not merged yet anyway.
    "optimize_on_insert": 0,
}
NEWER_SETTINGS: dict[str, Any] = {"deduplicate_insert": "enable"}
"""Sent to servers that know them. Where this one exists, `insert_deduplicate` alone has no effect any more."""
_ONE_BLOCK = 1 << 20
"""More rows than any batch has: the client must not split a batch into several blocks under one token."""
_IDENTITY = {"kind": LOW, "key": "String", "value": "String", "recorded_at": TIME}


class Inserter:
    """Writes batches over one connection. Not to be used by two threads at once."""

    def __init__(self, client: Client, database: str, pseudonymizer: Pseudonymizer) -> None:
        self._client = client
        self._database = database
        self._pseudonymizer = pseudonymizer
        self._settings = {**SETTINGS, **{k: v for k, v in NEWER_SETTINGS.items() if k in client.server_settings}}
        self._contexts: dict[str, InsertContext] = {}

    def insert(self, batch: InsertBatch) -> None:
        """Store a batch. Raises `UnstorableError` or `OutageError`; after either, all or nothing is stored."""
        try:
            self._pseudonymizer.rotate(batch.rows[0].at_ms)
            context = self._context(batch.stream)
            context.settings = {**self._settings, "insert_deduplication_token": batch.token}
            context.data = ready_block_of(batch, self._pseudonymizer)
            self._client.data_insert(context)
        except Exception as error:
            self._contexts.pop(batch.stream, None)
            raise meaning_of(error) from error
        self._store_identities(batch.rows[-1].at_ms)

    def claim(self) -> None:
        """Leave this secret's mark, or raise `OutageError` when the warehouse was filled under another secret."""
        try:
            marks = self._client.query(f"SELECT DISTINCT mark FROM {self._database}.key_marks").result_rows  # noqa: S608 - names of our own, values as parameters
            if not marks:
                rows = [[self._pseudonymizer.mark]]
                self._client.insert("key_marks", rows, column_names=["mark"], database=self._database)
        except Exception as error:
            raise outage_of(error) from error
        if marks and (self._pseudonymizer.mark,) not in [tuple(row) for row in marks]:
            raise OutageError("the warehouse was filled under another secret for keyed hashes", is_answered=True)

    def _store_identities(self, at_ms: int) -> None:
        fresh = dict(self._pseudonymizer.fresh)
        if not fresh:
            return
        kinds, keys = [kind for kind, _ in fresh], [key for _, key in fresh]
        columns: list[list[Any]] = [kinds, keys, list(fresh.values()), [at_ms] * len(fresh)]
        try:
            self._client.insert(
                "identities",
                columns,
                column_names=list(_IDENTITY),
                column_type_names=list(_IDENTITY.values()),
                column_oriented=True,
                database=self._database,
                settings=self._settings,
            )
        except Exception as error:
            raise outage_of(error) from error
        for pair in fresh:
            # Over another connection they may have been stored as well meanwhile.
            self._pseudonymizer.fresh.pop(pair, None)

    def _context(self, stream: str) -> InsertContext:
        known = self._contexts.get(stream)
        if known is not None:
            return known
        columns = columns_of(stream)
        context = self._client.create_insert_context(
            TABLES[stream].name,
            column_names=[name for name, _ in columns],
            column_type_names=[kind for _, kind in columns],
            database=self._database,
            column_oriented=True,
            settings=dict(self._settings),
        )
        context.req_block_size = _ONE_BLOCK
        context.column_types = ready_types(context.column_types)
        return self._contexts.setdefault(stream, context)
