"""Whoever has a namesake in another network of platforms has a key of their own, and what was stored before gets it."""

from typing import Any

from msgspec.structs import replace

from cloudtag.contract.events import ErasureRequested
from cloudtag.contract.named import linked_to, named_in
from cloudtag.contract.streams import SURFACES
from cloudtag.warehouse.erasure import ABOUT_FORGOTTEN, CONSEQUENCES, OWN_TABLES, erase_buyer, holdings
from cloudtag.warehouse.forgotten import Forgotten
from cloudtag.warehouse.insert import Inserter
from cloudtag.warehouse.migrate import load, migrate
from cloudtag.warehouse.pseudonymizer import SHOWN, Pseudonymizer
from tests.warehouse.batches import SECRET, batch, inserter
from tests.warehouse.places import Warehouse
from tests.warehouse.record_samples import consequence
from tests.warehouse.samples import START_MS, alert, one_of_each, order

NEW = "019_buyers_by_network.sql"
BUYER = "buyer-1"


class _Before(Pseudonymizer):
    """As keys were made before: of the id alone."""

    def buyer(self, platform: str, buyer_id: str | None) -> str:
        del platform
        return self.key("buyer", buyer_id)

    def mask_buyer(self, platform: str, buyer_id: str) -> str:
        del platform
        return self._digest("buyer", buyer_id)


def of_jd(record: Any) -> Any:
    """The same of a namesake, under ids of its own."""
    ids = {name: f"{getattr(record, name)}-jd" for name in record.__struct_fields__ if name in _IDS}
    told = {name: value for name, value in ids.items() if value != "None-jd"}
    return replace(record, platform="jd", **told)


_IDS = frozenset(("event_id", "alert_id", "confirmation_id", "consequence_id", "label_id", "shop_id"))


def both() -> list[tuple[str, Any]]:
    """A record of each stream about the buyer on Taobao, and one about the namesake on JD."""
    told: list[tuple[str, Any]] = []
    for stream, record in one_of_each().items():
        if hasattr(record, "platform") and stream not in ("erasures", *SURFACES):
            told += [(stream, replace(record, platform="taobao")), (stream, of_jd(record))]
    for shop in ("shop-1", "shop-9"):
        told.append(("consequences", consequence("order_warning", "order", "o1", 1, anchor=shop, shop_id=shop)))
    of_taobao = replace(told[-2][1], platform="taobao", consequence_id="order_warning-taobao")
    sanction = consequence("sanction", "buyer", BUYER, 1, details={"sanction": "warn"})
    return [
        *told,
        ("orders", order(1)),
        ("consequences", of_taobao),
        ("consequences", sanction),
        ("consequences", replace(sanction, platform="tmall", consequence_id="sanction-tmall")),
    ]


def store(into: Inserter) -> None:
    for number, (stream, record) in enumerate(both()):
        into.insert(batch(stream, [record], number))


def content(warehouse: Warehouse, table: str) -> list[Any]:
    """All that a table says; of an original it does not matter when it was last stored."""
    left_out = {"stored_at", *(("recorded_at",) if table == "identities" else ())}
    described = [(str(row[0]), row[2]) for row in warehouse.rows(f"DESCRIBE {{db}}.{table}")]
    names = [name for name, kind in described if kind not in ("MATERIALIZED", "ALIAS") and name not in left_out]
    told = warehouse.rows(f"SELECT {', '.join(f'toString({name})' for name in names)} FROM {{db}}.{table} FINAL")
    return sorted(told)


def test_what_was_stored_before_gets_the_keys_that_the_sink_gives_now(empty: Warehouse, warehouse: Warehouse) -> None:
    client = empty.connect()
    migrate(client, empty.database, [migration for migration in load() if migration.name < NEW])
    store(Inserter(client, empty.database, _Before(SECRET)))
    erased = ErasureRequested("era", START_MS, "jd", "buyer-5")
    Inserter(client, empty.database, _Before(SECRET)).insert(batch("erasures", [erased]))
    (new,) = [migration for migration in load() if migration.name == NEW]
    # It breaks off at its end, and is run again.
    for statement in new.statements(empty.database):
        client.command(statement)
    assert migrate(client, empty.database)[0] == NEW
    into = inserter(warehouse)
    store(into)
    into.insert(batch("erasures", [erased]))
    for table in (*OWN_TABLES, *CONSEQUENCES, "tags", "identities", "erasures", "logistics"):
        if table != "buyer_profile_states":
            assert content(empty, table) == content(warehouse, table), table
    profiles = "SELECT * FROM {db}.buyer_profiles ORDER BY buyer_key, platform"
    assert empty.rows(profiles) == warehouse.rows(profiles)
    assert "taobao" in {row[1] for row in empty.rows(profiles)}
    # Of the past it is not known that they were two.
    days = "SELECT day, scenario, platform, alerts, withdrawn FROM {db}.daily_scenarios ORDER BY ALL"
    assert empty.rows(days) == warehouse.rows(days)


def test_who_is_forgotten_leaves_the_namesake_as_it_is(warehouse: Warehouse) -> None:
    store(inserter(warehouse))
    pseudonymizer, client = Pseudonymizer(SECRET), warehouse.connect()
    held = holdings(client, warehouse.database, pseudonymizer, "jd", BUYER)
    assert held.keys() >= {"orders", "refunds", "alerts", "consequences", "identities", "tags"}
    key = erase_buyer(client, warehouse.database, pseudonymizer, "tmall", BUYER)
    assert holdings(client, warehouse.database, pseudonymizer, "taobao", BUYER) == {}
    assert holdings(client, warehouse.database, pseudonymizer, "jd", BUYER) == held
    other = pseudonymizer.mask_buyer("jd", BUYER)
    assert key != other
    for table in OWN_TABLES:
        assert warehouse.rows(f"SELECT count() FROM {{db}}.{table} WHERE buyer_key = '{key}'") == [(0,)], table
    # Another shop may use the number of the buyer's order, on the same platform or another.
    orders = "SELECT platform, shop_id FROM {db}.consequences WHERE subject_kind = 'order' AND subject_id = 'o1'"
    assert {row[0] for row in warehouse.rows(orders)} == {"jd"}


def test_of_both_whoever_is_forgotten_is_not_stored_again(warehouse: Warehouse) -> None:
    inserter(warehouse).insert(batch("erasures", [ErasureRequested("era", START_MS, "taobao", BUYER)]))
    forgotten = Forgotten(warehouse.connect(), warehouse.database, Pseudonymizer(SECRET))
    for platform, is_kept in (("taobao", False), ("tmall", False), ("jd", True)):
        for stream in ("orders", "refunds", "alerts", "tag-statuses", "labels"):
            record = replace(one_of_each()[stream], platform=platform, buyer_id=BUYER)
            assert bool(forgotten.without(batch(stream, [record])).rows) is is_kept, (platform, stream)
        sanction = consequence("sanction", "buyer", BUYER, 1, platform=platform)
        assert bool(forgotten.without(batch("consequences", [sanction])).rows) is is_kept
    # Bytes that nobody could read do not say of which network the buyer is.
    letter = replace(one_of_each()["dead-letters"], value=b'{"platform": "jd", "buyer_id": "buyer-1"}')
    assert forgotten.without(batch("dead-letters", [letter])).rows[0].record.error == ABOUT_FORGOTTEN  # type: ignore[attr-defined]


def test_an_alert_that_links_namesakes_names_each_by_their_own_key() -> None:
    pseudonymizer = Pseudonymizer(SECRET)
    found = alert(
        1, linked_buyer_ids=("b1", "b1", "b2"), explanation="b1 and b1 (jd) share a phone with b2 (jd) and b2.",
        facts={"linked_elsewhere": "b1 (jd), b2 (jd)"}, buyer_id="b2",
    )  # fmt: skip
    assert {(named.network, named.buyer_id) for named in linked_to(found)} == {
        ("jd", "b1"), ("taobao", "b1"), ("jd", "b2"),
    }  # fmt: skip
    near, far, own, namesake = (
        pseudonymizer.mask_buyer(platform, buyer_id)[:SHOWN]
        for buyer_id in ("b1", "b2")
        for platform in ("taobao", "jd")
    )
    assert pseudonymizer.redact(found.explanation, named_in(found)) == (
        f"{near} and {far} share a phone with {namesake} and {own}."
    )


def test_of_two_linked_namesakes_one_is_forgotten(warehouse: Warehouse) -> None:
    inserter(warehouse).insert(batch("erasures", [ErasureRequested("era", START_MS, "jd", "b1")]))
    forgotten = Forgotten(warehouse.connect(), warehouse.database, Pseudonymizer(SECRET))
    found = alert(
        1, linked_buyer_ids=("b1", "b1"), explanation="b1 and b1 (jd) share a phone.",
        facts={"linked_elsewhere": "b1 (jd)"},
    )  # fmt: skip
    kept: Any = forgotten.without(batch("alerts", [found])).rows[0].record
    assert (kept.linked_buyer_ids, kept.explanation) == (("b1",), "b1 and [erased] share a phone.")
    assert kept.facts == {"linked_elsewhere": "[erased]"}
