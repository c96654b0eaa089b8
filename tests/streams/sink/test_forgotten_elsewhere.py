"""Of several sinks one is told whom to forget. The others, which are running, store no row about them either."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from clickhouse_connect.driver.client import Client
from clickhouse_connect.driver.exceptions import OperationalError

from cloudtag.contract.events import ErasureRequested
from cloudtag.warehouse import forgotten
from cloudtag.warehouse.blocks import TABLES, InsertBatch, block_of
from cloudtag.warehouse.erasure import erase_buyer
from cloudtag.warehouse.errors import OutageError
from cloudtag.warehouse.forgotten import STREAM, ErasureDebt, people
from cloudtag.warehouse.pseudonymizer import BUYER, SHOWN, Pseudonymizer
from streams.sink.writer import Writer
from tests.servers.databases import migrated_database
from tests.warehouse.batches import SECRET, batch
from tests.warehouse.places import Warehouse
from tests.warehouse.samples import START_MS, alert, one_of_each, order
from tests.warehouse.test_erasure import NAMED, everything, letter

REQUEST = batch(STREAM, [ErasureRequested("era", START_MS, "taobao", "buyer-1")])
KEY = Pseudonymizer(SECRET).mask_buyer("taobao", "buyer-1")[:SHOWN].encode()
NAMING: list[tuple[str, Any]] = [
    ("orders", order(1)),
    ("alerts", alert(3, linked_buyer_ids=("buyer-1",), explanation="buyer-3 shares a phone with buyer-1.")),
    ("dead-letters", letter(1, None, b'{"buyer_id":"buyer-1"}')),
]


@pytest.fixture
def shared(in_process: Callable[[], Client]) -> Iterator[Warehouse]:
    with migrated_database(in_process) as database:
        yield Warehouse(in_process, database)


def running(warehouse: Warehouse) -> Writer:
    """The writer of a sink that has stored something."""
    writer = Writer(warehouse.connect, warehouse.database, Pseudonymizer(SECRET))
    assert writer.store(batch("orders", [order(2)])) == []
    return writer


def named_in(warehouse: Warehouse) -> set[str]:
    """The tables that name the buyer, by id or by key."""
    return {
        name for name, data in everything(warehouse) if name != STREAM and (NAMED.search(data) or KEY in data)
    }  # fmt: skip


def before_each_insert(monkeypatch: pytest.MonkeyPatch, writer: Writer, do: Callable[[], Any]) -> None:
    """What happens when a batch is about to be stored, and whom to forget has been asked for already."""
    assert writer._inserter is not None
    insert = writer._inserter.insert

    def inserting(rows: InsertBatch) -> None:
        do()
        insert(rows)

    monkeypatch.setattr(writer._inserter, "insert", inserting)


def test_who_another_sink_was_asked_to_forget_is_not_stored(shared: Warehouse) -> None:
    told, other = running(shared), running(shared)
    told.store(REQUEST)
    for place, (stream, record) in enumerate(NAMING):
        other.store(batch(stream, [record], 10 * place + 10))
    assert named_in(shared) == set()
    # Whose row was about others is there without them.
    assert shared.rows("SELECT alert_id, linked_buyer_keys FROM {db}.alerts") == [("a3", [])]


@pytest.mark.parametrize(("stream", "record"), NAMING, ids=[stream for stream, _ in NAMING])
def test_a_row_that_is_on_its_way_meanwhile_is_erased_by_whoever_stored_it(
    shared: Warehouse, stream: str, record: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    told, other = running(shared), running(shared)
    namesake = batch("orders", [order(1, platform="jd", event_id="of a namesake")], 70)
    other.store(namesake)
    requests = iter([REQUEST])
    before_each_insert(monkeypatch, other, lambda: [told.store(request) for request in requests])
    other.store(batch(stream, [record], 10))
    assert named_in(shared) == {"identities"}, "a namesake is somebody else"
    originals = shared.rows("SELECT key FROM {db}.identities FINAL WHERE value = 'buyer-1'")
    assert originals == [(Pseudonymizer(SECRET).mask_buyer("jd", "buyer-1"),)]
    assert shared.one("SELECT count() FROM {db}.orders WHERE event_id = 'of a namesake'") == 1


@pytest.mark.parametrize("is_answered", [True, False])
def test_what_could_not_be_erased_is_owed_until_it_is(
    shared: Warehouse, monkeypatch: pytest.MonkeyPatch, is_answered: bool
) -> None:
    told, other = running(shared), running(shared)
    requests = iter([REQUEST])
    before_each_insert(monkeypatch, other, lambda: [told.store(request) for request in requests])
    erase, tries = erase_buyer, list[Any]()

    def erasing(client: Client, *about: Any) -> str:
        tries.append(about)
        # The first is of whoever was told.
        if len(tries) == 2:
            refused = OperationalError("not now")
            refused.code = 497 if is_answered else None
            raise refused
        return erase(client, *about)

    monkeypatch.setattr(forgotten, "erase_buyer", erasing)
    rows = batch("orders", [order(1)], 10)
    with pytest.raises(OutageError):
        other.store(rows)
    assert "orders" in named_in(shared)
    # What names others is stored meanwhile: whatever is in the way of an erasure holds up nobody else.
    assert other.store(batch("alerts", [alert(2)], 30)) == []
    # A connection that breaks is made anew, and with it the attempt.
    assert len(tries) == (2 if is_answered else 3)
    other.store(rows)
    assert named_in(shared) == set()
    assert len(tries) == 3


def test_what_a_killed_sink_had_stored_meanwhile_is_erased_by_the_next(
    shared: Warehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    told, other = running(shared), running(shared)
    assert other._forgotten is not None
    told.store(batch(STREAM, [ErasureRequested("earlier", START_MS, "taobao", "buyer-3")], 3))
    requests = iter([REQUEST])
    before_each_insert(monkeypatch, other, lambda: [told.store(request) for request in requests])

    def killed(_: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(other._forgotten, "take", killed)
    with pytest.raises(KeyboardInterrupt):
        other.store(batch("orders", [order(1), order(1, platform="jd", event_id="of a namesake")], 10))
    assert {"orders", "identities"} <= named_in(shared)
    again = running(shared)
    assert named_in(shared) == {"identities"}, "a namesake is somebody else"
    assert shared.rows("SELECT event_id FROM {db}.orders WHERE order_id = 'o1'") == [("of a namesake",)]
    assert again._debt.people == set()


@pytest.mark.parametrize("looks_between", [True, False])
def test_an_insert_that_fails_before_its_originals_brings_none_of_them_with_the_next(
    shared: Warehouse, monkeypatch: pytest.MonkeyPatch, looks_between: bool
) -> None:
    told, other = running(shared), running(shared)
    assert other._forgotten is not None
    rows = batch("orders", [order(1)], 10)
    refused = OperationalError("not now")
    refused.code = 497
    insert = other._client.insert  # type: ignore[union-attr]

    def refusing(table: str, *about: Any, **more: Any) -> Any:
        if table == "identities":
            raise refused
        return insert(table, *about, **more)

    with monkeypatch.context() as patch:
        patch.setattr(other._client, "insert", refusing)
        with pytest.raises(OutageError):
            other.store(rows)
    assert "orders" in named_in(shared)
    if looks_between:
        # Another connection of the process has asked in between, when nobody was to be forgotten yet.
        other._forgotten.look()
    told.store(REQUEST)
    other.store(rows)
    other.store(batch("alerts", [alert(2)], 30))
    assert named_in(shared) == set()


@pytest.mark.parametrize("is_known", [True, False])
def test_whichever_connection_tries_the_batch_again_erases_what_the_other_stored(
    shared: Warehouse, monkeypatch: pytest.MonkeyPatch, is_known: bool
) -> None:
    """And where nobody could be asked, after it was stored, who is to be forgotten by then."""
    told, debt = running(shared), ErasureDebt()
    one, two = (Writer(shared.connect, shared.database, Pseudonymizer(SECRET), debt) for _ in range(2))
    for writer in (one, two):
        writer.store(batch("orders", [order(2)]))
    before_each_insert(monkeypatch, one, lambda: told.store(REQUEST))
    assert one._forgotten is not None
    refused = OperationalError("not now")
    refused.code = 497
    looks = iter([False])

    def look() -> bool:
        for answer in looks:
            return answer
        raise refused

    monkeypatch.setattr(one._forgotten, "look", look)
    rows = batch("orders", [order(1)], 10)
    with pytest.raises(OutageError):
        one.store(rows)
    assert "orders" in named_in(shared)
    if is_known:
        # It may have learnt of the request from a batch before.
        assert two._forgotten is not None
        debt.unsure, kept = [], debt.unsure
        assert two._forgotten.look()
        debt.unsure = kept
    assert two.store(rows) == []
    assert named_in(shared) == set()


@pytest.mark.parametrize("stream", sorted(TABLES.keys() - {"dead-letters", STREAM}))
def test_everybody_is_found_whose_original_a_row_brings_along(stream: str) -> None:
    records, pseudonymizer = [one_of_each()[stream]], Pseudonymizer(SECRET)
    records += [record for of, record in NAMING if of == stream]
    block_of(batch(stream, records), pseudonymizer)
    stored = {(key, original) for (kind, key), original in pseudonymizer.fresh.items() if kind == BUYER}
    found = {who for record in records for who in people(record, ())}
    assert {(pseudonymizer.mask_buyer(*who), who[1]) for who in found} == stored
