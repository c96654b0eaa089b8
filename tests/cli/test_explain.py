"""`cloudtag explain`, from a file and from the warehouse."""

import uuid
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path
from typing import Any

import pytest

from cloudtag.contract.streams import STREAM_OF
from cloudtag.policy.load import shipped
from cloudtag.replay.driver import judge
from cloudtag.warehouse.insert import Inserter
from cloudtag.warehouse.pseudonymizer import Pseudonymizer
from tests.cli.conftest import Run
from tests.detectors.judged import events_of
from tests.explain.histories import alerts_of, lines, number_shared_by_two_buyers, short_then_corrected
from tests.warehouse.batches import SECRET, batch

STORIES = {"short_return": short_then_corrected, "reused_waybill": number_shared_by_two_buyers}


@pytest.fixture
def stored(warehouse_url: str, database: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """A warehouse that holds the events of both stories and what they gave; a client of it."""
    from cloudtag.cli.clickhouse import connect
    from cloudtag.config import Config

    monkeypatch.setenv("CLICKHOUSE", f"{warehouse_url}/{database}")
    with connect(Config.read()) as client:
        client.database = database
        into = Inserter(client, database, Pseudonymizer(SECRET))
        for story in STORIES.values():
            events = events_of(story())
            records = [*((STREAM_OF[type(e)], e) for e in events), *judge(events, None, shipped())]
            for stream, group in groupby(sorted(records, key=lambda r: r[0]), key=lambda r: r[0]):
                into.insert(batch(stream, [record for _, record in group], uuid.uuid4().int % 2**40))
        yield client


@pytest.mark.parametrize("detector", STORIES)
def test_an_alert_is_explained_from_a_file(run: Run, tmp_path: Path, detector: str) -> None:
    file = tmp_path / "events.jsonl"
    file.write_bytes(b"not json\n\n" + lines(STORIES[detector]()))
    alert = alerts_of(STORIES[detector](), detector)[-1]
    told = run("explain", alert.alert_id, "--from", file)
    assert told.code == 0
    assert alert.explanation in told.lines
    assert alert.explanation_zh in told.lines
    assert "What would clear it:" in told.out
    assert f"{alert.revision}  " in told.out.split("Revisions\n")[1]
    first, second = told.err.splitlines()
    assert first == "1 bad line left out: 1 not_json"
    assert second.startswith(f"  {file}:1: not_json: JSON is malformed")


def test_facts_that_give_no_such_alert(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "events.jsonl"
    file.write_bytes(lines(short_then_corrected()[:3]))
    told = run("explain", "short_return-0", "--from", file)
    assert (told.code, told.out) == (1, "")
    assert "3 events give no alert short_return-0" in told.err


@pytest.mark.parametrize("detector", STORIES)
def test_an_alert_is_computed_anew_from_the_warehouse(run: Run, stored: Any, tmp_path: Path, detector: str) -> None:
    file = tmp_path / "events.jsonl"
    file.write_bytes(lines(STORIES[detector]()))
    alert = alerts_of(STORIES[detector](), detector)[-1]
    told = run("explain", alert.alert_id)
    assert (told.code, told.err) == (0, "")
    assert "Computed anew: the same as stored" in told.out
    from_file = run("explain", alert.alert_id, "--from", file).out
    assert told.out.startswith(from_file.rstrip())


def test_without_identities_the_stored_evidence_is_told(run: Run, stored: Any) -> None:
    alert = alerts_of(short_then_corrected(), "short_return")[-1]
    stored.command("TRUNCATE TABLE identities")
    told = run("explain", alert.alert_id)
    assert told.code == 0
    assert "who the buyer is was erased" in told.err
    assert "finds nothing" in told.out
    assert "buyer b1" not in told.out
    assert "Computed anew" not in told.out


def test_a_user_who_may_not_read_identities_is_told_the_grant(
    run: Run, stored: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from clickhouse_connect.driver.exceptions import DatabaseError

    from cloudtag.cli import explain_alert as module

    whole = module._rows

    def denied(client: Any, sql: str, values: Any) -> Any:
        if "identities" in sql:
            raise DatabaseError("Code: 497. DB::Exception: analyst: Not enough privileges. (ACCESS_DENIED)")
        return whole(client, sql, values)

    monkeypatch.setattr(module, "_rows", denied)
    told = run("explain", alerts_of(short_then_corrected(), "short_return")[-1].alert_id)
    assert told.code == 0
    assert "GRANT SELECT ON" in told.err
    assert "cloudtag_investigator" in told.err
    assert "finds nothing" in told.out


def test_an_alert_the_warehouse_does_not_hold(run: Run, stored: Any) -> None:
    told = run("explain", "short_return-0")
    assert (told.code, told.out) == (1, "")
    assert "there is no alert short_return-0" in told.err
