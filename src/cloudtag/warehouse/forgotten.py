"""Whom the warehouse has to forget: no row about them is stored again, whatever the log still holds."""

from dataclasses import replace
from typing import Any

import msgspec
from clickhouse_connect.driver.client import Client

from cloudtag.contract.events import TagSubmitted
from cloudtag.contract.named import linked_to, without_buyers
from cloudtag.contract.records import Alert, Consequence, DeadLetter
from cloudtag.contract.scope import NETWORKS
from cloudtag.warehouse.blocks import InsertBatch, LogRow
from cloudtag.warehouse.erasure import ABOUT_FORGOTTEN, erase_buyer
from cloudtag.warehouse.named import mentions
from cloudtag.warehouse.pseudonymizer import Pseudonymizer

STREAM = "erasures"


class Forgotten:
    """The keys of the buyers to forget, as the table `erasures` holds them."""

    def __init__(self, client: Client, database: str, pseudonymizer: Pseudonymizer) -> None:
        """Reads the table. Raises clickhouse-connect's errors."""
        self._client = client
        self._database = database
        self._pseudonymizer = pseudonymizer
        rows = client.query(f"SELECT DISTINCT buyer_key, platform FROM {database}.{STREAM}").result_rows  # noqa: S608 - names of our own, values as parameters
        self._keys = {str(key) for key, _ in rows}
        self._networks = {NETWORKS[str(platform)] for _, platform in rows}
        """Of those to forget: bytes that nobody could read do not say of which network the ids in them are."""

    def without(self, batch: InsertBatch) -> InsertBatch:
        """The batch without rows about them, and without their ids in rows about others. It may be empty."""
        if not self._keys or batch.stream == STREAM:
            return batch
        rows = [(row, self._redacted(row.record)) for row in batch.rows]
        if all(record is row.record for row, record in rows):
            return batch
        kept = tuple(_with(row, record) for row, record in rows if record is not None)
        return replace(batch, rows=kept)

    def take(self, batch: InsertBatch) -> None:
        """Erase whom a stored batch of `erasures` names. Raises clickhouse-connect's errors; it may be repeated."""
        if batch.stream != STREAM:
            return
        named = {(NETWORKS[row.record.platform], row.record.buyer_id) for row in batch.rows}  # type: ignore[attr-defined]
        for network, buyer_id in sorted(named):
            self._networks.add(network)
            self._keys.add(erase_buyer(self._client, self._database, self._pseudonymizer, network, buyer_id))

    def _is_known(self, platform: str, buyer_id: str | None) -> bool:
        return buyer_id is not None and self._pseudonymizer.mask_buyer(platform, buyer_id) in self._keys

    def _is_anywhere(self, buyer_id: str) -> bool:
        """Whether somebody of that id is to be forgotten, of whatever network."""
        return any(self._is_known(network, buyer_id) for network in self._networks)

    def _redacted(self, record: Any) -> Any:
        """The record without ids of the forgotten; none when it is about one of them."""
        if isinstance(record, DeadLetter):
            named = any(mentions(d, self._is_anywhere) for d in (record.key, record.value, record.error.encode()))
            return _set(record, key=None, value=None, error=ABOUT_FORGOTTEN) if named else record
        about = record.subject_id if _is_about_buyer(record) else getattr(record, "buyer_id", None)
        # What people do at the desk is about nobody, and may say no platform.
        if about is not None and self._is_known(record.platform, about):
            return None
        if isinstance(record, Alert):
            return self._alert(record)
        if isinstance(record, TagSubmitted):
            orders = tuple(o for o in record.orders if not self._is_known(record.platform, o.buyer_id))
            return record if orders == record.orders else _set(record, orders=orders)
        return record

    def _alert(self, alert: Alert) -> Alert:
        """An alert about somebody else without the forgotten, whose ids stand in its texts as well."""
        return without_buyers(alert, (n for n in linked_to(alert) if self._is_known(n.network, n.buyer_id)))


def _is_about_buyer(record: Any) -> bool:
    return isinstance(record, Consequence) and record.subject_kind == "buyer"


def _set(record: Any, **fields: Any) -> Any:
    return msgspec.structs.replace(record, **fields)


def _with(row: LogRow, record: Any) -> LogRow:
    # Its bytes would become a dead letter if the row could not be stored: they name whom to forget.
    return row if record is row.record else LogRow(row.offset, row.at_ms, record, None, None)
