"""Whom the warehouse has to forget: no row about them is stored again, whatever the log still holds.

Several sinks may write to one warehouse, and one of them is told of a request. It writes the buyer's key into the table
`erasures` and erases the buyer's rows then; every sink looks into that table after each batch that it has stored. So a
row that another sink stored meanwhile was there before the erasure, which took it along, or that sink finds the key and
erases the row itself.
"""

from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import replace
from typing import Any

import msgspec
from clickhouse_connect.driver.client import Client

from cloudtag.contract.events import TagSubmitted
from cloudtag.contract.named import linked_to, named_in, without_buyers
from cloudtag.contract.records import Alert, Consequence, DeadLetter
from cloudtag.contract.scope import NETWORKS
from cloudtag.warehouse.blocks import InsertBatch, LogRow
from cloudtag.warehouse.erasure import ABOUT_FORGOTTEN, erase_buyer
from cloudtag.warehouse.named import mentions
from cloudtag.warehouse.pseudonymizer import BUYER, Pseudonymizer

STREAM = "erasures"
ForgottenBuyer = tuple[str, str]
"""Whom to forget: the network, and the id that means something in it."""


class ErasureDebt:
    """What the connections of one process still owe: whichever of them tries a batch again pays for all."""

    def __init__(self) -> None:
        self.people = set[ForgottenBuyer]()
        """Who is to be erased still."""
        self.unsure: list[InsertBatch] = []
        """Batches that are stored, or may be, and after which nobody could ask who is to be forgotten by then."""


class Forgotten:
    """The keys of the buyers to forget, as the table `erasures` holds them."""

    def __init__(
        self, client: Client, database: str, pseudonymizer: Pseudonymizer, debt: ErasureDebt | None = None
    ) -> None:
        """Reads the table. `debt`: of the process; added are those whose original is there, from a process that was
        killed in between. Raises clickhouse-connect's errors."""
        self._client = client
        self._database = database
        self._pseudonymizer = pseudonymizer
        self._debt = debt or ErasureDebt()
        self._keys = set[str]()
        self._networks = frozenset[str]()
        """Of those to forget: bytes that nobody could read do not say of which network the ids in them are."""
        self._read: tuple[Any, ...] = ()
        """What tells the content of the table when it was read last."""
        self.look()
        self._debt.people |= self._left_over()

    def look(self) -> bool:
        """Read the table if it holds something else than before; whether it names anybody new. Raises
        clickhouse-connect's errors."""
        table = f"(SELECT DISTINCT buyer_key, platform FROM {self._database}.{STREAM})"  # noqa: S608 - names of our own
        # Many may be forgotten, and this is asked with every batch: one row comes back.
        sql = f"SELECT count(), sum(cityHash64(buyer_key, platform)) FROM {table}"  # noqa: S608 - the same
        found = tuple(self._client.query(sql).result_rows[0])
        is_new = found != self._read and self._read_keys(table)
        self._read = found
        # Another connection may have left them, and what they ask may have been known here before.
        with suppress(IndexError):
            while True:
                self._debt.people |= self._to_forget(self._debt.unsure.pop())
        return is_new

    def _read_keys(self, table: str) -> bool:
        """Whether there are keys that were not known."""
        rows = self._client.query(f"SELECT * FROM {table}").result_rows  # noqa: S608 - the same
        keys, known = {str(key) for key, _ in rows}, len(self._keys)
        for key in keys - self._keys:
            # Of an insert that failed in between: the original is not to be stored with the next one.
            self._pseudonymizer.fresh.pop((BUYER, key), None)
        self._keys |= keys
        self._networks |= {NETWORKS[str(platform)] for _, platform in rows}
        return len(self._keys) > known

    def _left_over(self) -> set[ForgottenBuyer]:
        """Of those to forget: whoever can be named still, as a row about them was stored and not erased."""
        asked = f"SELECT buyer_key FROM {self._database}.{STREAM}"  # noqa: S608 - names of our own
        sql = f"SELECT key, any(value) FROM {self._database}.identities WHERE kind = '{BUYER}' AND key IN ({asked}) GROUP BY key"  # noqa: S608,E501 - the same
        rows = self._client.query(sql).result_rows
        return {
            (network, str(buyer_id))
            for key, buyer_id in rows
            for network in self._networks
            if self._pseudonymizer.mask_buyer(network, str(buyer_id)) == key
        }

    def without(self, batch: InsertBatch) -> InsertBatch:
        """The batch without rows about them, and without their ids in rows about others. It may be empty."""
        if not self._keys or batch.stream == STREAM:
            return batch
        rows = [(row, self._redacted(row.record)) for row in batch.rows]
        if all(record is row.record for row, record in rows):
            return batch
        kept = tuple(_with(row, record) for row, record in rows if record is not None)
        return replace(batch, rows=kept)

    def owes(self, batch: InsertBatch) -> bool:
        """Whether somebody whom the batch names is to be erased still: it may have been stored before."""
        owed = self._debt.people
        return bool(owed) and not owed.isdisjoint(self._people(batch))

    def may_be_stored(self, batch: InsertBatch) -> None:
        """An insert has failed, and some of it may be there: whom it names is looked for once it can be asked again."""
        self._debt.unsure.append(batch)

    def take(self, batch: InsertBatch) -> None:
        """Of a batch that is stored: erase whom it asks to forget, and whom it names and another sink was asked to
        forget meanwhile. Raises clickhouse-connect's errors; it may be repeated."""
        if batch.stream == STREAM:
            asked = {(NETWORKS[row.record.platform], row.record.buyer_id) for row in batch.rows}  # type: ignore[attr-defined]
        else:
            asked = self._asked_meanwhile(batch)
        if asked:
            self._debt.people |= asked
            self.erase_owed()

    def _asked_meanwhile(self, batch: InsertBatch) -> set[ForgottenBuyer]:
        try:
            return self._to_forget(batch) if self.look() else set()
        except Exception:
            self.may_be_stored(batch)
            raise

    def _to_forget(self, batch: InsertBatch) -> set[ForgottenBuyer]:
        return {who for who in self._people(batch) if self._is_known(*who)}

    def erase_owed(self) -> None:
        """Erase who is to be erased still. Raises clickhouse-connect's errors; who is left then is owed on."""
        for network, buyer_id in sorted(self._debt.people):
            self._networks |= {network}
            self._keys.add(erase_buyer(self._client, self._database, self._pseudonymizer, network, buyer_id))
            self._debt.people.discard((network, buyer_id))

    def _people(self, batch: InsertBatch) -> Iterator[ForgottenBuyer]:
        return (who for row in batch.rows for who in people(row.record, self._networks))

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


def people(record: Any, networks: Iterable[str]) -> Iterator[ForgottenBuyer]:
    """Everybody a record names. Of bytes that nobody could read: every string in them that may be an id, in each of the
    networks."""
    if isinstance(record, DeadLetter):
        words = set[str]()

        def note(word: str) -> bool:
            words.add(word)
            return False

        for data in (record.key, record.value, record.error.encode()):
            mentions(data, note)
        yield from ((network, word) for word in words for network in networks)
    elif isinstance(record, Alert):
        yield from ((named.network, named.buyer_id) for named in named_in(record))
    else:
        orders = record.orders if isinstance(record, TagSubmitted) else ()
        about = record.subject_id if _is_about_buyer(record) else getattr(record, "buyer_id", None)
        for buyer_id in (about, *(order.buyer_id for order in orders)):
            if buyer_id:
                yield NETWORKS[record.platform], buyer_id


def _is_about_buyer(record: Any) -> bool:
    return isinstance(record, Consequence) and record.subject_kind == "buyer"


def _set(record: Any, **fields: Any) -> Any:
    return msgspec.structs.replace(record, **fields)


def _with(row: LogRow, record: Any) -> LogRow:
    # Its bytes would become a dead letter if the row could not be stored: they name whom to forget.
    return row if record is row.record else LogRow(row.offset, row.at_ms, record, None, None)
