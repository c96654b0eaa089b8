"""Forgetting a person: every row that is about them goes, from tables and roll-ups, and so does the original.

What Kafka still holds is not touched: erase there first, or wait for its retention, else a sink that reads the log
again would store the rows anew. What remains are counts in `daily_scenarios`, which name nobody.
"""

from collections.abc import Iterator
from typing import Any

from clickhouse_connect.driver.client import Client

from cloudtag.contract.named import ERASED, TEXTS
from cloudtag.contract.scope import NETWORKS
from cloudtag.warehouse.blocks import TABLES
from cloudtag.warehouse.named import mentions
from cloudtag.warehouse.pseudonymizer import SHOWN, Pseudonymizer

_BESIDE = ("evidence", "buyer_profile_states", "case_facts", "case_records", "open_cases", "refund_answers")
"""What views fill from tables about one buyer."""
BY_HASH = {
    "open_cases": ("case_key", "alert_id", ("alerts", "alert_revisions")),
    "label_marks": ("label_key", "label_id", ("labels", "label_revisions")),
}
"""What views fill and names no buyer, or not always: a key that is the hash of an id, and the tables in which that id
is one buyer's."""


def _tables_with_a_buyer() -> Iterator[str]:
    """`erasures` itself is none of them: it remembers whom to forget."""
    for stream, table in TABLES.items():
        if stream != "erasures" and any(column.name == "buyer_key" for column in table.columns):
            yield table.name
            if table.revisions:
                yield table.revisions


OWN_TABLES = (*_tables_with_a_buyer(), *_BESIDE)
"""Tables in which a row is about one buyer, `buyer_key`."""
ABOUT_FORGOTTEN = "about a buyer who is forgotten"
"""The error of a dead letter whose bytes are gone."""
_MENTIONED = f"position(concat({', '.join(TEXTS)}, toString(facts)), {{mark:String}}) > 0"
"""Texts name a buyer by the start of the key."""
_TOLD = "kind = 'revisions' AND position(told, {mark:String}) > 0"
"""JSON of an alert names a buyer in its texts and, by the whole key, among those it links."""
_AT_ONCE = 500
_PLATFORM = "lowerUTF8(toString(platform))"
_NETWORK = f"transform({_PLATFORM}, {list(NETWORKS)}, {list(NETWORKS.values())}, {_PLATFORM})"
"""The network of a row's platform, by the networks of the shipped policies."""
ALERTS = ("alerts", "alert_revisions")
"""Tables of alerts, which name others than their buyer."""
CONSEQUENCES = ("consequences", "consequence_revisions", "case_consequences", "consequence_reasons")
"""Tables in which a row is about a subject: a buyer, or an order of theirs."""


def erase_buyer(client: Client, database: str, pseudonymizer: Pseudonymizer, platform: str, buyer_id: str) -> str:
    """Erase a buyer of a platform's network and return the key they had; a namesake elsewhere stays. Returns only when
    no part holds the rows any more.

    The buyer's parcels and identifying attributes go as far as the buyer's own orders and refunds lead to them; other
    people's rows lose their reference to the buyer. Raises clickhouse-connect's errors; it may be repeated.
    """
    key = pseudonymizer.forget_buyer(platform, buyer_id)
    _erase_parcels(client, database, key)
    _erase_attributes(client, database, key)
    _erase_consequences(client, database, key)
    for table in BY_HASH:
        _delete(client, f"{database}.{table}", _by_hash(database, table), key)
    for table in OWN_TABLES:
        _delete(client, f"{database}.{table}", "buyer_key = {key:String}", key)
    for table in ALERTS:
        _drop_references(client, f"{database}.{table}", "linked_buyer_keys", key)
        _drop_mentions(client, f"{database}.{table}", key)
    _drop_from_json(client, f"{database}.case_records", key)
    _drop_tagged_orders(client, f"{database}.tags", key)
    _empty_letters(client, f"{database}.dead_letters", buyer_id)
    _delete(client, f"{database}.identities", "kind = 'buyer' AND key = {key:String}", key)
    return key


def holdings(
    client: Client, database: str, pseudonymizer: Pseudonymizer, platform: str, buyer_id: str
) -> dict[str, int]:
    """How many rows about a buyer each table holds; tables with none are left out."""
    key = pseudonymizer.forget_buyer(platform, buyer_id)
    counts = {table: _count(client, f"{database}.{table}", "buyer_key = {key:String}", key) for table in OWN_TABLES}
    for table in CONSEQUENCES:
        condition = "subject_kind = 'buyer' AND subject_id = {key:String}"
        counts[table] = _count(client, f"{database}.{table}", condition, key)
    counts |= {table: _count(client, f"{database}.{table}", _by_hash(database, table), key) for table in BY_HASH}
    counts["identities"] = _count(client, f"{database}.identities", "kind = 'buyer' AND key = {key:String}", key)
    of_others = f"has(linked_buyer_keys, {{key:String}}) OR {_MENTIONED}"
    counts["alerts about others"] = sum(_count(client, f"{database}.{table}", of_others, key) for table in ALERTS)
    counts["case records about others"] = _count(client, f"{database}.case_records", _TOLD, key)
    counts["dead_letters"] = len(_letters_of(client, f"{database}.dead_letters", buyer_id))
    counts["tags"] = _count(client, f"{database}.tags", "has(buyer_keys, {key:String})", key)
    return {table: count for table, count in counts.items() if count}


def _count(client: Client, table: str, condition: str, key: str) -> int:
    rows = client.query(f"SELECT count() FROM {table} WHERE {condition}", parameters=_parameters(key))  # noqa: S608 - names of our own, values as parameters
    return int(rows.result_rows[0][0])


def _by_hash(database: str, table: str) -> str:
    """Which rows of a table of `BY_HASH` are a buyer's, while what they were made of is there still."""
    column, named, sources = BY_HASH[table]
    ids = " UNION DISTINCT ".join(
        f"SELECT {named} FROM {database}.{source} WHERE buyer_key = {{key:String}}"  # noqa: S608 - names of our own, values as parameters
        for source in sources
    )
    return f"{column} IN (SELECT reinterpretAsUInt128(sipHash128({named})) FROM ({ids}))"  # noqa: S608 - the same


def _erase_parcels(client: Client, database: str, key: str) -> None:
    numbers = " UNION DISTINCT ".join(
        f"SELECT waybill_no FROM {database}.{table} WHERE buyer_key = {{key:String}} AND waybill_no != ''"  # noqa: S608 - names of our own, values as parameters
        for table in ("orders", "refunds")
    )
    numbers += (
        f" UNION DISTINCT SELECT arrayJoin(parcel_waybill_nos) FROM {database}.orders"  # noqa: S608 - names of our own, values as parameters
        " WHERE buyer_key = {key:String}"
    )
    others = f"SELECT waybill_no FROM {database}.refunds WHERE buyer_key != {{key:String}}"  # noqa: S608 - names of our own, values as parameters
    _delete(client, f"{database}.logistics", f"waybill_no IN ({numbers}) AND waybill_no NOT IN ({others})", key)


def _erase_consequences(client: Client, database: str, key: str) -> None:
    """What followed for the buyer, and for every order that events, tags or complaints call theirs: another shop may
    use the same number. Rows stored before shops were told name none."""
    orders = " UNION DISTINCT ".join(
        f"SELECT {_NETWORK} AS network, shop_id, order_id FROM {database}.{table} WHERE buyer_key = {{key:String}}"  # noqa: S608 - names of our own, values as parameters
        for table in ("orders", "refunds", "complaints", "insurance", "chargebacks", "tag_statuses")
    )
    unscoped = f"SELECT network, order_id FROM ({orders})"  # noqa: S608 - names of our own, values as parameters
    for table in CONSEQUENCES:
        for condition in (
            "subject_kind = 'buyer' AND subject_id = {key:String}",
            f"subject_kind = 'order' AND ({_NETWORK}, shop_id, subject_id) IN ({orders})",
            f"subject_kind = 'order' AND shop_id = '' AND ({_NETWORK}, subject_id) IN ({unscoped})",
        ):
            _delete(client, f"{database}.{table}", condition, key)


def _erase_attributes(client: Client, database: str, key: str) -> None:
    """Originals of addresses and devices that no other buyer shares."""
    for kind in ("address", "area", "phone", "device", "payment"):
        own, others = (
            " UNION DISTINCT ".join(
                f"SELECT {kind}_key FROM {database}.{table} WHERE buyer_key {which} {{key:String}}"  # noqa: S608 - names of our own, values as parameters
                for table in ("orders", *(("chargebacks",) if kind == "payment" else ()))
            )
            for which in ("=", "!=")
        )
        condition = f"kind = '{kind}' AND key IN ({own}) AND key NOT IN ({others})"
        _delete(client, f"{database}.identities", condition, key)


def _delete(client: Client, table: str, condition: str, key: str) -> None:
    """Hide the rows at once, then write the parts without them."""
    client.command(
        f"DELETE FROM {table} WHERE {condition}",  # noqa: S608 - names of our own, values as parameters
        parameters={"key": key},
        settings={"lightweight_deletes_sync": 2, "allow_nondeterministic_mutations": 1},
    )
    client.command(f"ALTER TABLE {table} APPLY DELETED MASK", settings={"mutations_sync": 2})


def _drop_references(client: Client, table: str, column: str, key: str) -> None:
    client.command(
        f"ALTER TABLE {table} UPDATE {column} = arrayFilter(x -> x != {{key:String}}, {column})"
        f" WHERE has({column}, {{key:String}})",
        parameters={"key": key},
        settings={"mutations_sync": 2},
    )


def _parameters(key: str) -> dict[str, str]:
    return {"key": key, "mark": key[:SHOWN]}


def _drop_mentions(client: Client, table: str, key: str) -> None:
    """Texts about others name the buyer no more."""
    replaced = [f"{name} = replaceAll({name}, {{mark:String}}, '{ERASED}')" for name in TEXTS]
    told = ", ".join(f"replaceAll({part}, {{mark:String}}, '{ERASED}')" for part in ("k", "v"))
    replaced.append(f"facts = mapApply((k, v) -> ({told}), facts)")
    client.command(
        f"ALTER TABLE {table} UPDATE {', '.join(replaced)} WHERE {_MENTIONED}",
        parameters=_parameters(key),
        settings={"mutations_sync": 2},
    )


def _drop_from_json(client: Client, table: str, key: str) -> None:
    """JSON about others has the buyer neither among those it links nor in its texts."""
    told = "replaceAll(replaceAll(replaceAll(told, {first:String}, ''), {next:String}, ''), {only:String}, '')"
    client.command(
        f"ALTER TABLE {table} UPDATE told = replaceAll({told}, {{mark:String}}, '{ERASED}') WHERE {_TOLD}",
        parameters=_parameters(key) | {"first": f'"{key}",', "next": f',"{key}"', "only": f'"{key}"'},
        settings={"mutations_sync": 2},
    )


def _letters_of(client: Client, table: str, buyer_id: str) -> list[tuple[Any, ...]]:
    """The places of the dead letters whose bytes name the buyer."""
    held = "concat(ifNull(key, ''), '\\n', ifNull(value, ''), '\\n', error)"
    sql = (
        f"SELECT topic, partition, offset, toUnixTimestamp64Milli(seen_at), hex({held})"  # noqa: S608 - our own names
        f" FROM {table} WHERE position({held}, {{id:String}}) > 0"
    )
    rows = client.query(sql, parameters={"id": buyer_id}).result_rows
    return [place for *place, held in rows if mentions(bytes.fromhex(held), buyer_id.__eq__)]  # type: ignore[misc]


def _empty_letters(client: Client, table: str, buyer_id: str) -> None:
    """Dead letters keep their place and their reason, and nothing of what was sent."""
    places = _letters_of(client, table, buyer_id)
    for first in range(0, len(places), _AT_ONCE):
        wanted = [tuple(place) for place in places[first : first + _AT_ONCE]]
        client.command(
            f"ALTER TABLE {table} UPDATE key = NULL, value = NULL, error = '{ABOUT_FORGOTTEN}'"
            " WHERE (topic, partition, offset, toUnixTimestamp64Milli(seen_at)) IN"
            " {places:Array(Tuple(String, Int32, Int64, Int64))}",
            parameters={"places": wanted},
            settings={"mutations_sync": 2},
        )


def _drop_tagged_orders(client: Client, table: str, key: str) -> None:
    client.command(
        f"ALTER TABLE {table} UPDATE"
        " order_ids = arrayFilter((o, b) -> b != {key:String}, order_ids, buyer_keys),"
        " buyer_keys = arrayFilter(b -> b != {key:String}, buyer_keys)"
        " WHERE has(buyer_keys, {key:String})",
        parameters={"key": key},
        settings={"mutations_sync": 2},
    )
