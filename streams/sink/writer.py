"""The blocking side of the sink: a connection that is made when it is first needed, and batches stored over it."""

import logging
from collections.abc import Callable

from clickhouse_connect.driver.client import Client

from cloudtag.warehouse.bisecting_insert import Rejected, bisecting_insert
from cloudtag.warehouse.blocks import InsertBatch
from cloudtag.warehouse.errors import OutageError, meaning_of, outage_of
from cloudtag.warehouse.forgotten import ErasureDebt, Forgotten
from cloudtag.warehouse.insert import Inserter
from cloudtag.warehouse.pseudonymizer import Pseudonymizer
from streams.sink import sink_metrics as metrics

log = logging.getLogger(__name__)


class Writer:
    """Stores batches, one at a time."""

    def __init__(
        self,
        connect: Callable[[], Client],
        database: str,
        pseudonymizer: Pseudonymizer,
        debt: ErasureDebt | None = None,
    ) -> None:
        """`connect` makes a ClickHouse client; it is called again after the warehouse stopped answering. `debt`: of all
        writers of the process."""
        self._connect = connect
        self._database = database
        self._pseudonymizer = pseudonymizer
        self._client: Client | None = None
        self._inserter: Inserter | None = None
        self._forgotten: Forgotten | None = None
        self._debt = debt or ErasureDebt()

    def store(self, batch: InsertBatch) -> list[Rejected]:
        """Store a batch; returns its unstorable rows. Raises `OutageError`."""
        try:
            inserter, forgotten = self._ready()
            _learn(forgotten, batch)
            kept = forgotten.without(batch)
            if not kept.rows:
                return []
            with metrics.INSERT_SECONDS.labels(batch.stream).time():
                rejected = _inserted(inserter, forgotten, kept)
                _take(forgotten, kept)
        except OutageError as outage:
            if not outage.is_answered:
                self.close()
            raise
        if rejected and batch.stream == "dead-letters":
            # A dead letter about a dead letter would go round for ever: people have to look.
            raise OutageError(f"a dead letter cannot be stored: {rejected[0].error}", is_answered=True)
        return rejected

    def ask(self) -> None:
        """Return when the warehouse answers and takes this sink's secret. Raises `OutageError`."""
        try:
            self._ready()
            assert self._client is not None
            self._client.query("SELECT 1")
        except Exception as error:
            self.close()
            raise (
                error if isinstance(error, OutageError) else OutageError(str(meaning_of(error)), is_answered=False)
            ) from error

    def close(self) -> None:
        """Let go of the connection."""
        if self._client is not None:
            self._client.close()
        self._client = self._inserter = self._forgotten = None

    def _ready(self) -> tuple[Inserter, Forgotten]:
        if self._inserter is None or self._forgotten is None:
            # A connection that was made and then found no tables, say, is not kept beside the next one.
            self.close()
            try:
                self._client = self._connect()
            except Exception as error:
                raise OutageError(str(meaning_of(error)), is_answered=False) from error
            inserter = Inserter(self._client, self._database, self._pseudonymizer)
            inserter.claim()
            self._forgotten = self._read_forgotten(self._client)
            self._inserter = inserter
        return self._inserter, self._forgotten

    def _read_forgotten(self, client: Client) -> Forgotten:
        try:
            forgotten = Forgotten(client, self._database, self._pseudonymizer, self._debt)
        except Exception as error:
            raise outage_of(error) from error
        try:
            forgotten.erase_owed()
        except Exception as error:
            # What names nobody of them may be stored all the same. An error's text may hold the id that was asked for.
            log.error("buyers who are to be forgotten could not be erased yet: %s", type(error).__name__)
        return forgotten


def _learn(forgotten: Forgotten, batch: InsertBatch) -> None:
    """Whom other sinks were asked to forget is not stored. Of a batch that is tried again: whoever could not be erased
    after it was stored is erased first."""
    try:
        forgotten.look()
        if forgotten.owes(batch):
            forgotten.erase_owed()
    except Exception as error:
        raise outage_of(error) from error


def _inserted(inserter: Inserter, forgotten: Forgotten, batch: InsertBatch) -> list[Rejected]:
    try:
        return bisecting_insert(batch, inserter.insert)
    except OutageError:
        forgotten.may_be_stored(batch)
        raise


def _take(forgotten: Forgotten, batch: InsertBatch) -> None:
    """Nothing is committed before whom the batch names is forgotten: a failure is an outage, tried again."""
    try:
        forgotten.take(batch)
    except Exception as error:
        raise outage_of(error) from error
