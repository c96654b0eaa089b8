"""`cloudtag explain`: an alert computed anew from its facts, in words."""

from collections.abc import Collection
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cloudtag.cli.failure import FAILED, FailureError
from cloudtag.cli.lines import read_events
from cloudtag.cli.options import ClickHouse, LiveSince, Until, milliseconds, settings
from cloudtag.cli.packs import PoliciesDir, packs_of
from cloudtag.cli.screen import note, output

if TYPE_CHECKING:
    from clickhouse_connect.driver.client import Client

    from cloudtag.policy.model import Policies

DENIED = ("Code: 497", "ACCESS_DENIED")
"""How a server says that a user may not read a table."""


def explain(
    alert_id: Annotated[str, typer.Argument(metavar="ALERT_ID", help="As published, for example short_return-5f0c….")],
    source: Annotated[
        list[Path] | None, typer.Option("--from", metavar="FILE", help="JSON lines of all events; may be repeated.")
    ] = None,
    clickhouse: ClickHouse = None,
    until: Until = None,
    live_since: LiveSince = None,
    policies: PoliciesDir = None,
) -> None:
    """Compute an alert anew from its facts and say why it is there: events, conditions, what would clear it.

    The facts come from files (`--from`) or from the warehouse, where the user needs to read `identities` as well:
    an alert's id is made of the buyer's.

    Example:  cloudtag explain short_return-5f0c9a3e7b21d4c86a90e1f2 --from week.jsonl
    """
    packs = packs_of(policies)
    until_ms = None if until is None else milliseconds(until)
    if source:
        _from_files(alert_id, source, packs, until_ms, None if live_since is None else milliseconds(live_since))
    else:
        _from_warehouse(alert_id, settings(clickhouse=clickhouse), packs, until_ms)


def _from_files(
    alert_id: str, files: list[Path], packs: "Policies", until_ms: int | None, live_since_ms: int | None
) -> None:
    from cloudtag.explain.recompute import recompute
    from cloudtag.explain.rendering import account

    events, _ = read_events(files)
    revisions = recompute(events, alert_id, packs, until_ms, live_since_ms)
    if not revisions:
        hint = "" if until_ms else " (what time alone decides needs --until)"
        raise FailureError(f"the {len(events):,} events give no alert {alert_id}{hint}", FAILED)
    _print(account(revisions[-1].alert, revisions, events, packs))


def _from_warehouse(alert_id: str, config: Any, packs: "Policies", until_ms: int | None) -> None:
    from cloudtag.cli.clickhouse import connect, database_of
    from cloudtag.explain import sql as questions
    from cloudtag.explain.from_warehouse import account_of_stored
    from cloudtag.explain.gather import gather
    from cloudtag.explain.stored import keys_in

    client = connect(config)
    client.database = database_of(config)
    stored = list(client.query(questions.ALERT, {"alert_id": alert_id}).named_results())
    if not stored:
        raise FailureError(f"there is no alert {alert_id} in {client.database}", FAILED)

    def ask(stream: str, column: str, values: Collection[str]) -> list[dict[str, Any]]:
        return _rows(client, questions.facts_by(stream, column), values)

    newest = stored[-1]
    facts = gather(ask, [newest["buyer_key"], *newest["linked_buyer_keys"]], newest["waybill_nos"])
    names = _names(client, {key for _, key in keys_in([newest, *(row for _, row in facts)])})
    if names is None:
        grant = questions.GRANT.format(database=client.database, user=config.clickhouse_user)
        note(f"told from what is stored: computing it anew takes {grant}")
    elif ("buyer", newest["buyer_key"]) not in names:
        note("told from what is stored: who the buyer is was erased, or is older than the warehouse keeps it")
    _print(account_of_stored(stored, facts, names or {}, packs, until_ms))


def _names(client: "Client", keys: Collection[str]) -> dict[tuple[str, str], str] | None:
    """The originals of keys; none when the user may not read them."""
    from clickhouse_connect.driver.exceptions import ClickHouseError

    from cloudtag.explain import sql as questions

    try:
        rows = _rows(client, questions.NAMES, keys)
    except ClickHouseError as error:
        if any(word in str(error) for word in DENIED):
            return None
        raise
    return {(row["kind"], row["key"]): row["value"] for row in rows}


def _rows(client: "Client", sql: str, values: Collection[str]) -> list[dict[str, Any]]:
    from cloudtag.explain.sql import AT_ONCE

    ordered, rows = sorted(values), list[dict[str, Any]]()
    for first in range(0, len(ordered), AT_ONCE):
        rows += client.query(sql, {"values": ordered[first : first + AT_ONCE]}).named_results()
    return rows


def _print(lines: list[str]) -> None:
    for line in lines:
        output().print(line, markup=False, soft_wrap=True)
