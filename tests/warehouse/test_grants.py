"""The rights deploy/clickhouse/grants.sql gives, held by the user of an engine of their own.

chDB cannot make roles, but it takes its one user's rights from a file: the statements of the role become that user's.
"""

import json
import re
import subprocess
import sys
from pathlib import Path
from xml.sax.saxutils import escape

import pytest

from cloudtag.resources import clickhouse_dir
from cloudtag.warehouse.migrate import load

MIGRATE = """
import chdb, json, sys
connection = chdb.connect(sys.argv[1])
for statement in json.load(sys.stdin):
    connection.query(statement)
connection.close()
"""
ASK = """
import chdb, json, sys
connection = chdb.connect(sys.argv[1])
told = []
for statement in json.load(sys.stdin):
    try:
        told.append(connection.query(statement, "TSV").bytes().decode())
    except Exception as error:
        told.append(str(error))
print(json.dumps(told))
"""
FORGET = """
import clickhouse_connect, json, sys
from cloudtag.warehouse.erasure import erase_buyer, holdings
from cloudtag.warehouse.pseudonymizer import Pseudonymizer
client = clickhouse_connect.get_client(interface="chdb", path=sys.argv[1])
for buyer in json.load(sys.stdin):
    erase_buyer(client, "cloudtag", Pseudonymizer(b"a secret only for tests"), "taobao", buyer)
    print(holdings(client, "cloudtag", Pseudonymizer(b"a secret only for tests"), "taobao", buyer))
client.close()
"""
CONFIG = """<clickhouse><profiles><default>{settings}</default></profiles><quotas><default/></quotas>
<users><default><password></password><profile>default</profile><quota>default</quota>
<networks><ip>::/0</ip></networks><grants>{grants}</grants></default></users>
<user_directories><users_xml><path>{path}</path></users_xml></user_directories></clickhouse>"""


def _run(program: str, connection: str, statements: list[str]) -> str:
    command = [sys.executable, "-c", program, connection]
    done = subprocess.run(
        command, input=json.dumps(statements), capture_output=True, text=True, check=True, timeout=200
    )
    return done.stdout


def _statements() -> list[str]:
    text = (clickhouse_dir() / "grants.sql").read_text()
    lines = [line for line in text.splitlines() if not line.startswith("--")]
    return [" ".join(statement.split()) for statement in "\n".join(lines).split(";") if statement.strip()]


def _rights(role: str) -> list[str]:
    return [
        re.sub(rf" (TO|FROM) {role}$", "", statement)
        for statement in _statements()
        if re.match(rf"(GRANT|REVOKE) .* (TO|FROM) {role}$", statement)
    ]


def _settings(role: str) -> dict[str, str]:
    profile = next(one for one in _statements() if one.startswith("CREATE SETTINGS PROFILE") and one.endswith(role))
    return dict(re.findall(r"(\w+) = (\w+)", profile))


@pytest.fixture(scope="module")
def directory(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("grants")
    statements = [part for migration in load() for part in migration.statements("cloudtag")]
    _run(MIGRATE, str(path / "data"), ["CREATE DATABASE cloudtag", *statements])
    return path


def _ask(directory: Path, role: str, settings: dict[str, str], statements: list[str]) -> list[str]:
    config = directory / f"{role}.xml"
    grants = "".join(f"<query>{escape(right)}</query>" for right in _rights(role))
    told = "".join(f"<{name}>{value}</{name}>" for name, value in settings.items())
    config.write_text(CONFIG.format(grants=grants, settings=told, path=config))
    answers: list[str] = json.loads(_run(ASK, f"{directory / 'data'}?config-file={config}", statements))
    return answers


@pytest.mark.parametrize("is_locked", [True, False])
def test_an_analyst_reads_what_is_for_analysts_and_no_more(directory: Path, is_locked: bool) -> None:
    secret = directory / "secret.csv"
    secret.write_text("what-is-in-the-file\n")
    allowed = ["SELECT count() FROM cloudtag.alerts_current", "SELECT count() FROM cloudtag.tag_statuses_history"]
    refused = [
        *(
            f"SELECT * FROM cloudtag.{name}"
            for name in ("identities", "dead_letters", "dead_letters_latest", "key_marks")
        ),
        "DROP TABLE cloudtag.alerts",
        "INSERT INTO cloudtag.alerts (alert_id) VALUES ('x')",
        "ALTER TABLE cloudtag.alerts DELETE WHERE 1",
        "CREATE TABLE cloudtag.mine (n UInt8) ENGINE = Memory",
        "CREATE TEMPORARY TABLE mine (n UInt8)",
        f"SELECT * FROM file('{secret}', LineAsString)",
        f"SELECT * FROM '{secret}'",
        "SELECT * FROM url('http://127.0.0.1:9/', LineAsString)",
        "SELECT * FROM remote('127.0.0.1:9', system.one)",
        "SELECT * FROM system.users",
        "SYSTEM STOP MERGES cloudtag.alerts",
    ]
    settings = _settings("cloudtag_analyst") if is_locked else {}
    answers = _ask(directory, "cloudtag_analyst", settings, [*allowed, *refused])
    assert answers[: len(allowed)] == ["0\n", "0\n"]
    for statement, answer in zip(refused, answers[len(allowed) :], strict=True):
        assert re.match(r"Code: (497|164)\.", answer), (statement, answer)


def test_the_lock_holds_for_settings(directory: Path) -> None:
    assert _settings("cloudtag_analyst")["readonly"] == "1"
    asked = ["SELECT getSetting('readonly')", "SET readonly = 0", "SELECT 1 SETTINGS readonly = 0"]
    answers = _ask(directory, "cloudtag_analyst", _settings("cloudtag_analyst"), asked)
    assert answers[0] == "1\n"
    assert all("Code: 164." in answer for answer in answers[1:])


def test_an_investigator_sees_the_originals_alone(directory: Path) -> None:
    asked = ["SELECT count() FROM cloudtag.identities", "SELECT count() FROM cloudtag.alerts"]
    answers = _ask(directory, "cloudtag_investigator", {}, asked)
    assert answers[0] == "0\n"
    assert "Code: 497." in answers[1]


def test_the_sink_stores_reads_and_forgets_and_changes_no_table(directory: Path) -> None:
    asked = [
        "INSERT INTO cloudtag.key_marks SELECT * FROM cloudtag.key_marks",
        "SELECT count() FROM cloudtag.key_marks",
        "DROP TABLE cloudtag.key_marks",
        "TRUNCATE TABLE cloudtag.alerts",
        "ALTER TABLE cloudtag.alerts ADD COLUMN mine String",
        "ALTER TABLE cloudtag.alerts MODIFY TTL decided_at + INTERVAL 1 DAY",
        "CREATE TABLE cloudtag.mine (n UInt8) ENGINE = Memory",
    ]
    answers = _ask(directory, "cloudtag_sink", {}, asked)
    assert answers[:2] == ["", "0\n"]
    assert all("Code: 497." in answer for answer in answers[2:])


def test_the_sinks_rights_are_enough_to_forget_a_buyer(directory: Path) -> None:
    _ask(directory, "cloudtag_sink", {}, [])
    place = f"{directory / 'data'}?config-file={directory / 'cloudtag_sink.xml'}"
    assert _run(FORGET, place, ["buyer-1"]) == "{}\n"
